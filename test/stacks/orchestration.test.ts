import { expect, test } from 'vitest';
import { runErrorNames } from '../../lib/config/index.ts';
import { runSteps } from '../../lib/run/index.ts';
import { definitionOf, type StateDefinition } from './definition.ts';
import { everything, plain, resourceOf, synthesize } from './stack.ts';

const { template } = synthesize(plain);
const definition = definitionOf(template);

/** The states on the way of a run where all goes well, decisions included. */
function goodDay(): string[] {
  const names: string[] = [];
  let name: string | undefined = definition.StartAt;
  while (name !== undefined) {
    names.push(name);
    const state: StateDefinition | undefined = definition.States[name];
    name = state?.Type === 'Choice' ? state.Choices?.[0]?.Next : state?.Next;
  }
  return names;
}

test('the steps are those of a run, in its order', () => {
  const steps = goodDay().map((name) => name.toLowerCase());
  expect(steps.filter((name) => runSteps.some((step) => step === name))).toEqual([...runSteps]);
  expect(goodDay()).toEqual([
    'Plan',
    'Extract',
    'Load',
    'All extracted and applied',
    'Freshness',
    'Fresh enough',
    'Build',
    'Publish',
    'Notify',
    'Succeeded',
  ]);
});

test('windows are extracted by a distributed Map, as many at once as the source may have connections', () => {
  expect(definition.States.Extract).toMatchObject({
    Type: 'Map',
    MaxConcurrency: 4,
    ItemsPath: '$.items',
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'Extract windows',
    },
  });
});

test('what heals is tried again with growing pauses, and everything else is caught and reported', () => {
  const tasks = Object.entries(definition.States).filter(([, { Type }]) => Type === 'Task');
  expect(tasks.map(([name]) => name)).toEqual(
    expect.arrayContaining(['Plan', 'Load', 'Freshness', 'Build', 'Notify', 'Report the failure']),
  );
  for (const [name, state] of tasks) {
    expect(state.Retry).toContainEqual(
      expect.objectContaining({
        ErrorEquals: expect.arrayContaining([runErrorNames.passing]),
        BackoffRate: 2,
        MaxAttempts: 6,
        JitterStrategy: 'FULL',
      }),
    );
    if (name === 'Notify' || name === 'Report the failure') continue;
    const [caught] = state.Catch ?? [];
    expect(caught).toMatchObject({ ErrorEquals: ['States.ALL'], ResultPath: '$.error' });
    const noted = definition.States[caught?.Next ?? ''];
    expect(noted).toMatchObject({
      Type: 'Pass',
      Result: name.toLowerCase(),
      ResultPath: '$.failedStep',
      Next: 'Report the failure',
    });
  }
  expect(definition.States.Extract?.Catch?.[0]?.ErrorEquals).toEqual(['States.ALL']);
  expect(definition.States['Report the failure']).toMatchObject({ Next: 'Failed' });
  expect(definition.States.Failed).toMatchObject({ Type: 'Fail', Error: 'RunFailed' });
});

test('Load is asked again until its time is over', () => {
  expect(definition.States.Load?.Retry).toContainEqual(
    expect.objectContaining({ ErrorEquals: [runErrorNames.pending], MaxAttempts: 5, BackoffRate: 1 }),
  );
});

test('the state machine logs without data, and is traced', () => {
  expect(resourceOf(template, 'AWS::StepFunctions::StateMachine').Properties).toMatchObject({
    StateMachineType: 'STANDARD',
    LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
    TracingConfiguration: { Enabled: true },
  });
});

test('the schedule has a time zone, is delivered again, and ends in a queue', () => {
  const queue = resourceOf(template, 'AWS::SQS::Queue').id;
  const start = resourceOf(template, 'AWS::Lambda::Function', 'OrchestrationStart').id;
  expect(resourceOf(template, 'AWS::Scheduler::Schedule').Properties).toMatchObject({
    ScheduleExpression: 'cron(0 5 * * ? *)',
    ScheduleExpressionTimezone: 'Europe/London',
    State: 'ENABLED',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: { 'Fn::GetAtt': [start, 'Arn'] },
      DeadLetterConfig: { Arn: { 'Fn::GetAtt': [queue, 'Arn'] } },
      Input: '{"scheduledTime":"<aws.scheduler.scheduled-time>"}',
      RetryPolicy: { MaximumRetryAttempts: 10, MaximumEventAgeInSeconds: 21_600 },
    },
  });
  const { template: changed } = synthesize(everything);
  expect(resourceOf(changed, 'AWS::Scheduler::Schedule').Properties).toMatchObject({
    ScheduleExpression: 'cron(30 6 ? * MON-FRI *)',
    ScheduleExpressionTimezone: 'America/New_York',
  });
});

test('no run starts before Snowflake is set up', () => {
  const { DependsOn } = resourceOf(template, 'AWS::Scheduler::Schedule');
  expect([DependsOn].flat()).toContain(resourceOf(template, 'Custom::SnowflakeObjects').id);
});
