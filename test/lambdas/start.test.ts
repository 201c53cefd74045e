import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test, vi } from 'vitest';
import { handler } from '../../lambdas/start.ts';

const sfn = mockClient(SFNClient);
const stateMachineArn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:run';

beforeEach(() => {
  sfn.reset();
  sfn.on(StartExecutionCommand).resolves({});
  vi.stubEnv('SLUICE_STATE_MACHINE_ARN', stateMachineArn);
  vi.stubEnv('SLUICE_TIMEZONE', 'Europe/London');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
});

const started = () => sfn.commandCalls(StartExecutionCommand).map((call) => call.args[0].input);

test('a scheduled run is named after its business day, and told the instant of the schedule', async () => {
  expect(await handler({ scheduledTime: '2011-12-10T05:00:00Z' })).toEqual({
    name: '2011-12-09',
    started: true,
  });
  expect(started()).toEqual([
    {
      stateMachineArn,
      name: '2011-12-09',
      input: '{"asOf":"2011-12-10T05:00:00.000Z","scheduled":true}',
    },
  ]);
});

test('the business day is that of the time zone', async () => {
  // 23:30 UTC in summer is half past midnight in London.
  expect((await handler({ scheduledTime: '2011-07-09T23:30:00Z' })).name).toBe('2011-07-09');
  vi.stubEnv('SLUICE_TIMEZONE', 'America/New_York');
  expect((await handler({ scheduledTime: '2011-07-09T23:30:00Z' })).name).toBe('2011-07-08');
});

test('the same day started twice is one run', async () => {
  sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists({ message: 'exists', $metadata: {} }));
  expect(await handler({ scheduledTime: '2011-12-10T05:00:00Z' })).toEqual({
    name: '2011-12-09',
    started: false,
  });
});

test('a day may be run again, and a backfill be repeated, under names that Step Functions takes', async () => {
  const again = await handler({ scheduledTime: '2011-12-10T05:00:00Z', again: true });
  const backfill = await handler({ from: '2011-01-01', to: '2011-12-09', tables: ['sales'] });
  expect(again.name).toMatch(/^2011-12-09-again-\d{8}T\d{9}Z$/);
  expect(backfill.name).toMatch(/^2011-01-01_2011-12-09-\d{8}T\d{9}Z$/);
  for (const { name } of [again, backfill]) {
    expect(name.length).toBeLessThanOrEqual(80);
    expect(name).toMatch(/^[\w-]+$/);
  }
  const input: unknown = JSON.parse(started().at(-1)?.input ?? '');
  expect(input).toMatchObject({ from: '2011-01-01', to: '2011-12-09', tables: ['sales'], scheduled: false });
});

test('other errors are thrown, for the schedule to try again', async () => {
  sfn.on(StartExecutionCommand).rejects(new Error('throttled'));
  await expect(handler({ scheduledTime: '2011-12-10T05:00:00Z' })).rejects.toThrow('throttled');
  await expect(handler({ scheduledTime: 'tomorrow' })).rejects.toThrow(/"tomorrow" is not an instant/);
});
