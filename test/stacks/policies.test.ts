import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { everything, plain, policiesOf, resourcesOf, type Statement, synthesize } from './stack.ts';

const configs = { plain, everything };

test.each(Object.entries(configs))('cdk-nag finds nothing in the stack with %s', (_, config) => {
  const { violations } = new AwsSolutionsChecks().validateScope(synthesize(config).stack);
  expect(
    violations.map(({ ruleName, violatingResources }) => [
      ruleName,
      ...violatingResources.map(({ constructPath }) => constructPath),
    ]),
  ).toEqual([]);
});

/** Actions that AWS lets no resource be named for, and why each of them is there. */
const withoutResource: Readonly<Record<string, string>> = {
  'xray:PutTraceSegments': 'tracing',
  'xray:PutTelemetryRecords': 'tracing',
  'xray:GetSamplingRules': 'tracing of the state machine',
  'xray:GetSamplingTargets': 'tracing of the state machine',
  'logs:CreateLogDelivery': 'logs of the state machine',
  'logs:GetLogDelivery': 'logs of the state machine',
  'logs:UpdateLogDelivery': 'logs of the state machine',
  'logs:DeleteLogDelivery': 'logs of the state machine',
  'logs:ListLogDeliveries': 'logs of the state machine',
  'logs:PutResourcePolicy': 'logs of the state machine',
  'logs:DescribeResourcePolicies': 'logs of the state machine',
  'logs:DescribeLogGroups': 'logs of the state machine',
  'ec2:CreateNetworkInterface': 'a function in a VPC',
  'ec2:DeleteNetworkInterface': 'a function in a VPC',
  'ec2:DescribeNetworkInterfaces': 'a function in a VPC',
  'ec2:DescribeSubnets': 'a function in a VPC',
  'ec2:AssignPrivateIpAddresses': 'a function in a VPC',
  'ec2:UnassignPrivateIpAddresses': 'a function in a VPC',
  'secretsmanager:GetRandomPassword': 'granted by the CDK with a rotation; it reads nothing',
  's3:PutBucketNotification': 'the function of the CDK that sets notifications',
};

test.each(Object.entries(configs))(
  'no policy with %s allows an action on everything without a reason',
  (_, config) => {
    const open = policiesOf(synthesize(config).template)
      .flatMap(({ statements }) => statements)
      .filter(({ Effect, Resource }) => Effect === 'Allow' && [Resource].flat().includes('*'))
      .flatMap(actionsOf);
    expect(open.filter((action) => withoutResource[action] === undefined)).toEqual([]);
  },
);

test.each(Object.entries(configs))('no policy with %s allows a family of actions', (_, config) => {
  const { template } = synthesize(config);
  const families = policiesOf(template)
    .flatMap(({ statements }) => statements)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(actionsOf)
    .filter((action) => action.includes('*'));
  expect(families).toEqual([]);
});

test('no role takes a policy of AWS, but that of the function that the CDK makes itself', () => {
  const managed = resourcesOf(synthesize(everything).template, 'AWS::IAM::Role')
    .filter(({ Properties }) => JSON.stringify(Properties).includes('ManagedPolicyArns'))
    .map(({ id }) => id.replace(/[0-9A-F]{8}$/, ''));
  expect(managed.filter((id) => !/^(BucketNotificationsHandler|CustomS3AutoDeleteObjects)/.test(id))).toEqual(
    [],
  );
});

function actionsOf({ Action }: Statement): readonly string[] {
  return [Action].flat();
}
