import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  Choice,
  Condition,
  DistributedMap,
  Errors,
  Fail,
  type IChainable,
  JitterType,
  JsonPath,
  Pass,
  Result,
  type RetryProps,
  Succeed,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { loadWaitMinutes, runErrorNames } from '../config/index.ts';

/** The function of each step that is more than a decision. */
export interface RunFunctions {
  readonly plan: IFunction;
  readonly extract: IFunction;
  readonly load: IFunction;
  readonly freshness: IFunction;
  readonly build: IFunction;
  readonly notify: IFunction;
}

export interface RunDefinitionProps {
  readonly functions: RunFunctions;
  /** Windows read at the same time. */
  readonly maxConnections: number;
  readonly loadTimeoutMinutes: number;
}

/** Source, S3 or Snowflake are back within minutes, or a person has to look. About 10 minutes in all. */
const whatHeals: RetryProps = {
  errors: [runErrorNames.passing, 'Lambda.TooManyRequestsException'],
  interval: Duration.seconds(10),
  backoffRate: 2,
  maxDelay: Duration.minutes(5),
  maxAttempts: 6,
  jitterStrategy: JitterType.FULL,
};

/**
 * The steps of a run, in the order of `runSteps`: plan -> extract (each table and window, in parallel) -> load -> freshness ->
 * build -> publish -> notify. What fails is reported with its step, and ends the run as failed; what is complete stays.
 */
export class RunDefinition extends Construct {
  readonly #props: RunDefinitionProps;
  readonly #reportFailure: LambdaInvoke;

  constructor(scope: Construct, id: string, props: RunDefinitionProps) {
    super(scope, id);
    this.#props = props;
    this.#reportFailure = this.#notify('Report the failure', 'failed');
    this.#reportFailure.next(
      new Fail(this, 'Failed', {
        error: 'RunFailed',
        cause: 'The notification says what failed, and where.',
      }),
    );
  }

  definition(): IChainable {
    const { functions, loadTimeoutMinutes } = this.#props;
    const plan = this.#step('Plan', functions.plan, {
      payload: { input: JsonPath.entirePayload, execution: JsonPath.stringAt('$$.Execution.Name') },
    });
    const load = this.#step('Load', functions.load, { resultPath: '$.load' });
    load.addRetry({
      errors: [runErrorNames.pending],
      interval: Duration.seconds(1),
      backoffRate: 1,
      maxAttempts: Math.max(0, Math.ceil(loadTimeoutMinutes / loadWaitMinutes) - 1),
    });
    const freshness = this.#step('Freshness', functions.freshness, { resultPath: '$.freshness' });
    const build = this.#step('Build', functions.build, { resultPath: '$.build' });
    const notify = this.#notify('Notify', 'succeeded');
    notify.next(new Succeed(this, 'Succeeded'));

    const published = new Choice(this, 'Publish', { comment: 'Build has published when every test held' })
      .when(Condition.booleanEquals('$.build.published', true), notify)
      .otherwise(this.#failedIn('build', 'Not published'));
    const fresh = new Choice(this, 'Fresh enough')
      .when(Condition.booleanEquals('$.freshness.ok', true), build.next(published))
      .otherwise(this.#failedIn('freshness', 'Stale'));
    const loaded = new Choice(this, 'All extracted and applied')
      .when(Condition.booleanEquals('$.load.ok', true), freshness.next(fresh))
      .otherwise(this.#failedIn('load', 'Incomplete'));
    return plan.next(this.#extract()).next(load).next(loaded);
  }

  /**
   * Every table and window: a distributed Map, so that a backfill of years runs the same way as a day. One that fails does
   * not stop the others: what they staged is loaded, and then the run is reported as failed.
   */
  #extract(): DistributedMap {
    const { functions, maxConnections } = this.#props;
    const extract = new LambdaInvoke(this, 'Extract windows', {
      lambdaFunction: functions.extract,
      payloadResponseOnly: true,
    });
    extract.addRetry(whatHeals);
    // Killed for time or memory: what it had staged stays, and the next one goes on.
    extract.addRetry({ errors: ['Sandbox.Timedout', 'Runtime.ExitError'], maxAttempts: 2 });
    extract.addCatch(new Pass(this, 'Given up', { comment: 'Counted and named by Load' }), {
      errors: [Errors.ALL],
      resultPath: '$.error',
    });
    // A function that ran out of time says what is left to do.
    const windows = extract.next(
      new Choice(this, 'More to extract')
        .when(Condition.isNull('$.item'), new Pass(this, 'Extracted'))
        .otherwise(extract),
    );
    const map = new DistributedMap(this, 'Extract', {
      itemsPath: '$.items',
      itemSelector: {
        runId: JsonPath.stringAt('$.runId'),
        table: JsonPath.stringAt('$$.Map.Item.Value.table'),
        item: JsonPath.objectAt('$$.Map.Item.Value'),
        done: [],
      },
      maxConcurrency: maxConnections,
      resultPath: '$.extracted',
    });
    map.itemProcessor(windows);
    map.addCatch(this.#failedIn('extract', 'Extract failed'), {
      errors: [Errors.ALL],
      resultPath: '$.error',
    });
    return map;
  }

  #step(
    name: string,
    lambdaFunction: IFunction,
    options: { payload?: Record<string, unknown>; resultPath?: string },
  ): LambdaInvoke {
    const task = new LambdaInvoke(this, name, {
      lambdaFunction,
      payloadResponseOnly: true,
      ...(options.resultPath === undefined ? {} : { resultPath: options.resultPath }),
      ...(options.payload === undefined ? {} : { payload: TaskInput.fromObject(options.payload) }),
    });
    task.addRetry(whatHeals);
    task.addCatch(this.#failedIn(name.toLowerCase(), `${name} failed`), {
      errors: [Errors.ALL],
      resultPath: '$.error',
    });
    return task;
  }

  /** Notes the step and goes on to the report. */
  #failedIn(step: string, name: string): Pass {
    const pass = new Pass(this, name, { result: Result.fromString(step), resultPath: '$.failedStep' });
    pass.next(this.#reportFailure);
    return pass;
  }

  #notify(name: string, outcome: 'succeeded' | 'failed'): LambdaInvoke {
    const task = new LambdaInvoke(this, name, {
      lambdaFunction: this.#props.functions.notify,
      payloadResponseOnly: true,
      payload: TaskInput.fromObject({
        outcome,
        execution: JsonPath.stringAt('$$.Execution.Name'),
        executionId: JsonPath.stringAt('$$.Execution.Id'),
        startedAt: JsonPath.stringAt('$$.Execution.StartTime'),
        state: JsonPath.entirePayload,
      }),
      resultPath: JsonPath.DISCARD,
    });
    task.addRetry(whatHeals);
    return task;
  }
}
