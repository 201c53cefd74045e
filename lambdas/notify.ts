import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { type Invocation, lambdaHandler } from './support/handler.ts';
import { required } from './support/required.ts';
import { messageOf, type RunState } from './support/run-state.ts';

export interface NotifyEvent {
  readonly outcome: 'succeeded' | 'failed';
  readonly execution: string;
  readonly executionId: string;
  readonly startedAt: string;
  /** Of a run that failed while it was planned, little is known. */
  readonly state: Partial<RunState>;
}

let client: SNSClient | undefined;

/** Tells how a run ended. A success is a metric, for the alarm that misses it; a failure is told to people. */
export async function notifyRun(event: NotifyEvent, { services, metrics }: Invocation): Promise<void> {
  const { outcome, execution, state } = event;
  if (outcome === 'succeeded') {
    if (state.scheduled) metrics.addMetric('RunsSucceeded', MetricUnit.Count, 1);
    return;
  }
  client ??= new SNSClient({
    maxAttempts: 5,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });
  const project = services.project.snowflake.database;
  await client.send(
    new PublishCommand({
      TopicArn: required(process.env, 'SLUICE_TOPIC_ARN'),
      // SNS takes 100 characters of a line.
      Subject: `Sluice ${project}: run ${execution} failed in ${state.failedStep ?? 'plan'}`.slice(0, 100),
      Message: failureText(event),
    }),
  );
}

/** What failed, where, and where to look. */
export function failureText({ execution, executionId, startedAt, state }: NotifyEvent): string {
  const step = state.failedStep ?? 'plan';
  const problems = [
    ...(state.error === undefined ? [] : [messageOf(state.error)]),
    ...[state.load, state.freshness, state.build].flatMap((result) => result?.problems ?? []),
  ];
  const lines = [
    `The run ${execution}, started ${startedAt}, failed in the step ${step}.`,
    '',
    ...problems.map((problem) => `- ${problem}`),
    '',
    'What was complete stays. docs/operations.md, "RunFailed", says how to go on.',
    executionId,
  ];
  return lines.join('\n');
}

export const handler = lambdaHandler(notifyRun);
