import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import { runErrorNames, SluiceError } from '../../lib/config/index.ts';
import type { LogFields, Logger } from '../../lib/observe/index.ts';
import { type Services, servicesFromEnvironment } from './services.ts';

/** One call of a function. */
export interface Invocation {
  readonly services: Services;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Aborted while there is still time to tell what was done. */
  readonly signal: AbortSignal;
  /** Until the signal is aborted. */
  readonly remainingSeconds: number;
}

export type Work<Event, Result> = (event: Event, invocation: Invocation) => Promise<Result>;

export type Handler<Event, Result> = (
  event: Event,
  context: Pick<Context, 'awsRequestId' | 'functionName' | 'getRemainingTimeInMillis'>,
) => Promise<Result>;

/** Kept of the time limit, to stop what is under way and to answer. */
const marginMs = 30_000;

/**
 * Makes a function of a piece of work: with logs that carry the request and the run, metrics, a signal before the time is
 * up, and errors under the names that the state machine knows.
 *
 * @param options.open what the function works on; once for all calls of a process
 * @param options.messageLength characters that an error tells the state machine, whose state is 256 KiB. @default 4000
 */
export function lambdaHandler<Event, Result>(
  work: Work<Event, Result>,
  options: { open?: () => Services; messageLength?: number } = {},
): Handler<Event, Result> {
  const { open = servicesFromEnvironment, messageLength = 4_000 } = options;
  let services: Services | undefined;
  return async (event, context) => {
    const powertools = new PowertoolsLogger();
    const logger = adapted(powertools).child({ requestId: context.awsRequestId, ...runOf(event) });
    const metrics = new Metrics();
    const remainingMs = Math.max(0, context.getRemainingTimeInMillis() - marginMs);
    const signal = AbortSignal.timeout(remainingMs);
    try {
      services ??= open();
      logger.info('started', { function: context.functionName });
      const result = await work(event, {
        services,
        logger,
        metrics,
        signal,
        remainingSeconds: remainingMs / 1000,
      });
      logger.info('done');
      return result;
    } catch (thrown) {
      const error = signal.aborted && !(thrown instanceof SluiceError) ? timeUp(thrown) : thrown;
      logger.error('failed', { error });
      throw named(error, messageLength);
    } finally {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    }
  };
}

/** An error as the state machine takes it: the name says whether it heals, the message what to do. */
export class FunctionError extends Error {
  constructor(name: string, message: string, cause: unknown) {
    super(message, { cause });
    this.name = name;
    // Lambda would hand the stack on, too; the log has it.
    this.stack = '';
  }
}

function named(error: unknown, messageLength: number): unknown {
  if (!(error instanceof SluiceError)) return error;
  const name = pendingCodes.has(error.code)
    ? runErrorNames.pending
    : error.retryable
      ? runErrorNames.passing
      : error.code;
  const whole = `${error.code}: ${error.message}\n${error.hint}`;
  const message = whole.length > messageLength ? `${whole.slice(0, messageLength - 1)}…` : whole;
  return new FunctionError(name, message, error);
}

/** What was stopped because the time was up seldom says so. */
function timeUp(cause: unknown): SluiceError {
  return new SluiceError({
    code: 'FUNCTION_TIME_UP',
    kind: 'work',
    message: 'The work was stopped shortly before the time limit of its function.',
    hint: 'Give it more memory, which is also more CPU (cloud.functions), a larger warehouse, or less to do at once.',
    cause,
  });
}

const pendingCodes = new Set(['LOAD_TIMEOUT']);

function runOf(event: unknown): LogFields {
  if (typeof event !== 'object' || event === null || !('runId' in event)) return {};
  return { runId: event.runId };
}

function adapted(powertools: PowertoolsLogger): Logger {
  return {
    debug: (message, fields = {}) => powertools.debug(message, plain(fields)),
    info: (message, fields = {}) => powertools.info(message, plain(fields)),
    warn: (message, fields = {}) => powertools.warn(message, plain(fields)),
    error: (message, fields = {}) => powertools.error(message, plain(fields)),
    child: (fields) => adapted(powertools.createChild({ persistentLogAttributes: fields })),
  };
}

/** Errors as name, message and code: a stack would quote statements. */
function plain(fields: LogFields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? described(value) : value]),
  );
}

function described(error: Error): Record<string, unknown> {
  const known =
    error instanceof SluiceError ? { code: error.code, hint: error.hint, details: error.details } : {};
  return { name: error.name, message: error.message, ...known };
}
