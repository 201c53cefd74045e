import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { SluiceError } from '../lib/config/index.ts';
import { required } from './support/required.ts';

/** What the schedule sends, or a person. */
export interface StartEvent {
  /** Instant of the schedule, ISO 8601: the run is of the business day before it. @default now */
  readonly scheduledTime?: string;
  /** First and last business day of a backfill. */
  readonly from?: string;
  readonly to?: string;
  /** These tables only. @default all */
  readonly tables?: readonly string[];
  /** Runs a day once more that has had its run. */
  readonly again?: boolean;
}

export interface StartResult {
  readonly name: string;
  /** False when the run of this day exists already. */
  readonly started: boolean;
}

/** What every execution of the state machine begins with. */
export interface RunInput {
  readonly asOf: string;
  readonly scheduled: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly tables?: readonly string[];
}

let client: SFNClient | undefined;

/**
 * Starts a run under a name made of its business day. An execution's name is taken for 90 days, so a day has one scheduled
 * run, however often the schedule fires.
 */
export async function handler(event: StartEvent): Promise<StartResult> {
  client ??= new SFNClient({
    maxAttempts: 5,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });
  const now = new Date();
  const asOf = event.scheduledTime === undefined ? now : instantOf(event.scheduledTime);
  const name = runName(event, asOf, now, required(process.env, 'SLUICE_TIMEZONE'));
  const input: RunInput = {
    asOf: asOf.toISOString(),
    scheduled: event.from === undefined && event.to === undefined,
    ...(event.from === undefined ? {} : { from: event.from }),
    ...(event.to === undefined ? {} : { to: event.to }),
    ...(event.tables === undefined ? {} : { tables: event.tables }),
  };
  try {
    await client.send(
      new StartExecutionCommand({
        stateMachineArn: required(process.env, 'SLUICE_STATE_MACHINE_ARN'),
        name,
        input: JSON.stringify(input),
      }),
    );
    return { name, started: true };
  } catch (error) {
    if (error instanceof ExecutionAlreadyExists) return { name, started: false };
    throw error;
  }
}

/** `2011-12-09`; `2011-12-09-again-…` for one more; `2011-01-01_2011-12-09-…` for a backfill, which may be repeated. */
function runName(event: StartEvent, asOf: Date, now: Date, timezone: string): string {
  const unique = now.toISOString().replaceAll(/[-:.]/g, '');
  if (event.from !== undefined || event.to !== undefined) {
    return `${event.from ?? event.to}_${event.to ?? 'now'}-${unique}`;
  }
  const day = dayBefore(asOf, timezone);
  const tables = event.tables === undefined ? '' : `-${unique}`;
  return event.again ? `${day}-again-${unique}` : `${day}${tables}`;
}

/** The calendar day before the one that an instant falls on in a zone. */
function dayBefore(instant: Date, timezone: string): string {
  // Sweden writes dates as ISO 8601 does.
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short' }).format(instant);
  const before = new Date(`${day}T00:00:00Z`);
  before.setUTCDate(before.getUTCDate() - 1);
  return before.toISOString().slice(0, 10);
}

function instantOf(text: string): Date {
  const instant = new Date(text);
  if (!Number.isNaN(instant.valueOf())) return instant;
  throw new SluiceError({
    code: 'EVENT_INVALID',
    kind: 'usage',
    message: `"${text}" is not an instant.`,
    hint: 'Give scheduledTime as ISO 8601, e.g. 2011-12-10T05:00:00Z.',
  });
}
