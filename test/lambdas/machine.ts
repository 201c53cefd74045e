import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import { buildModels } from '../../lambdas/build.ts';
import { extractItem } from '../../lambdas/extract.ts';
import { checkFreshness } from '../../lambdas/freshness.ts';
import { awaitRun } from '../../lambdas/load.ts';
import { notifyRun } from '../../lambdas/notify.ts';
import { planRun } from '../../lambdas/plan.ts';
import type { RunInput } from '../../lambdas/start.ts';
import type { Services } from '../../lambdas/support/services.ts';
import { definitionOf } from '../stacks/definition.ts';
import { synthesize } from '../stacks/stack.ts';
import { functionOf } from './invoke.ts';
import type { Shop } from './shop.ts';

type JsonHandler = Exclude<
  NonNullable<
    NonNullable<NonNullable<Parameters<StateMachine['run']>[1]>['overrides']>['taskResourceLocalHandlers']
  >,
  undefined
>[string];

/** A run of the state machine that is over. */
export interface Execution {
  /** `Succeeded`, or the error of the state that failed it. */
  readonly status: string;
  /** The states in the order they were entered, those of the Map among them. */
  readonly states: readonly string[];
  /** How often a state was tried again. */
  readonly retries: Readonly<Record<string, number>>;
}

export interface RunOptions {
  readonly name?: string;
  /** Services of one function, to let it fail. */
  readonly services?: Partial<Record<'extract' | 'load' | 'freshness' | 'build', Services>>;
  /** Time limit of the extract. */
  readonly extractTimeMs?: number;
}

/**
 * Runs the state machine of the synthesized template, with the real functions on the embedded servers. What differs from
 * AWS: the distributed Map runs in this process, and pauses between tries are left out.
 */
export async function runMachine(shop: Shop, input: RunInput, options: RunOptions = {}): Promise<Execution> {
  const { template } = synthesize(shop.config);
  const definition: StateMachineDefinition = JSON.parse(JSON.stringify(definitionOf(template)));
  const of = (step: 'extract' | 'load' | 'freshness' | 'build'): Services =>
    options.services?.[step] ?? shop.services;
  const notify = asTask(functionOf(notifyRun, shop.services));
  const handlers: Record<string, JsonHandler> = {
    Plan: asTask(functionOf(planRun, shop.services)),
    'Extract windows': asTask(functionOf(extractItem, of('extract'), options.extractTimeMs)),
    Load: asTask(functionOf(awaitRun, of('load'))),
    Freshness: asTask(functionOf(checkFreshness, of('freshness'))),
    Build: asTask(functionOf(buildModels, of('build'))),
    Notify: notify,
    'Report the failure': notify,
  };
  const machine = new StateMachine(definition, { validationOptions: { checkArn: false } });
  const execution = machine.run(JSON.parse(JSON.stringify(input)), {
    overrides: {
      taskResourceLocalHandlers: handlers,
      retryIntervalOverrides: Object.fromEntries(Object.keys(handlers).map((name) => [name, 0])),
    },
    context: {
      Execution: {
        Id: 'arn:aws:states:eu-west-1:123456789012:execution:run:name',
        Name: options.name ?? '2011-12-09',
        Input: JSON.parse(JSON.stringify(input)),
        StartTime: '2011-12-10T05:00:00Z',
      },
    },
  });
  const states: string[] = [];
  const retries: Record<string, number> = {};
  const watching = (async () => {
    for await (const event of execution.eventLogs) {
      if (event.type.endsWith('StateEntered') && 'state' in event) states.push(event.state.name);
      if (event.type.endsWith('StateRetried') && 'state' in event) {
        retries[event.state.name] = (retries[event.state.name] ?? 0) + 1;
      }
    }
  })();
  const status = await execution.result.then(
    () => 'Succeeded',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  await watching;
  return { status, states, retries };
}

/** What Lambda makes of an error that a function throws. */
class TaskError extends Error {
  constructor(error: Error) {
    super(JSON.stringify({ errorType: error.name, errorMessage: error.message, trace: [] }));
    this.name = error.name;
  }
}

function asTask<Event, Result>(handler: (event: Event) => Promise<Result>): JsonHandler {
  return async (input) => {
    try {
      const result = await handler(JSON.parse(JSON.stringify(input)));
      return result === undefined ? null : JSON.parse(JSON.stringify(result));
    } catch (error) {
      throw error instanceof Error ? new TaskError(error) : error;
    }
  };
}
