import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { everything, plain, resourceOf, resourcesOf, synthesize } from './stack.ts';

const { template } = synthesize(plain);
const topic = resourceOf(template, 'AWS::SNS::Topic').id;

function alarm(name: string, from = template): unknown {
  const found = resourcesOf(from, 'AWS::CloudWatch::Alarm').filter(({ id }) =>
    new RegExp(`^Observability${name}[0-9A-F]{8}$`).test(id),
  );
  expect(found).toHaveLength(1);
  return found[0]?.Properties;
}

test('every alarm tells people, also when it is over, and says where its runbook is', () => {
  const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm');
  expect(alarms).toHaveLength(10);
  for (const { Properties } of alarms) {
    expect(Properties).toMatchObject({
      AlarmActions: [{ Ref: topic }],
      OKActions: [{ Ref: topic }],
      AlarmDescription: expect.stringMatching(/docs\/operations\.md, "\w+"\.$/),
    });
  }
});

test('the runbook has a chapter for every alarm', () => {
  const { stack } = synthesize(everything);
  const runbook = readFileSync(resolve(import.meta.dirname, '../../docs/operations.md'), 'utf8');
  for (const { node } of stack.observability.alarms) expect(runbook).toContain(`### ${node.id}\n`);
});

test('the alarms look at what matters', () => {
  expect(alarm('ScheduleNotDelivered')).toMatchObject({
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
  });
  expect(alarm('RunFailed')).toMatchObject({
    Namespace: 'AWS/States',
    MetricName: 'ExecutionsFailed',
    Threshold: 0,
  });
  expect(alarm('ExtractSlow')).toMatchObject({ MetricName: 'Duration', Threshold: 720_000 });
  expect(alarm('RowsUnaccounted')).toMatchObject({
    Namespace: 'Sluice',
    MetricName: 'RowsUnaccounted',
    Dimensions: [{ Name: 'service', Value: 'shop' }],
    Threshold: 0,
    TreatMissingData: 'notBreaching',
  });
});

test('that nothing happens is an alarm, too', () => {
  expect(alarm('NoSuccess')).toMatchObject({
    MetricName: 'RunsSucceeded',
    Period: 3600,
    EvaluationPeriods: 26,
    Threshold: 1,
    ComparisonOperator: 'LessThanThreshold',
    TreatMissingData: 'breaching',
  });
});

test('limits, mail and Slack come from the config', () => {
  const { template: changed } = synthesize(everything);
  expect(alarm('NoSuccess', changed)).toMatchObject({ EvaluationPeriods: 80 });
  expect(alarm('RowsTooFew', changed)).toMatchObject({ Threshold: 10 });
  expect(alarm('RowsTooMany', changed)).toMatchObject({ Threshold: 1000 });
  changed.hasResourceProperties('AWS::SNS::Subscription', {
    Protocol: 'email',
    Endpoint: 'data@example.com',
  });
  const slack = resourceOf(changed, 'AWS::Lambda::Function', 'NotificationsSlack').id;
  changed.hasResourceProperties('AWS::SNS::Subscription', {
    Protocol: 'lambda',
    Endpoint: { 'Fn::GetAtt': [slack, 'Arn'] },
  });
  template.resourceCountIs('AWS::SNS::Subscription', 0);
});

test('the topic takes nothing over plain HTTP', () => {
  template.hasResourceProperties('AWS::SNS::TopicPolicy', {
    PolicyDocument: Match.objectLike({
      Statement: Match.arrayWith([
        Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      ]),
    }),
  });
});

test('everything carries the tags of the bill', () => {
  const { template: tagged } = synthesize({ ...everything, environments: { prod: {} } });
  expect(resourceOf(tagged, 'AWS::S3::Bucket', 'StagingBucket').Properties).toMatchObject({
    Tags: expect.arrayContaining([
      { Key: 'sluice:project', Value: 'shop' },
      { Key: 'sluice:environment', Value: 'prod' },
      { Key: 'team', Value: 'data' },
    ]),
  });
});
