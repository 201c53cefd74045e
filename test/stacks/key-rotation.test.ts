import { expect, test } from 'vitest';
import { everything, plain, resourceOf, resourcesOf, statementsOf, synthesize } from './stack.ts';

test('there is none with workload identity', () => {
  const { template } = synthesize(plain);
  template.resourceCountIs('AWS::SecretsManager::RotationSchedule', 0);
});

test('with key pairs, each of the three is replaced on schedule, by a function that reads nothing else', () => {
  const { template } = synthesize(everything);
  const rotate = resourceOf(template, 'AWS::Lambda::Function', 'KeyRotationRotate');
  const schedules = resourcesOf(template, 'AWS::SecretsManager::RotationSchedule');
  expect(schedules).toHaveLength(3);
  for (const { Properties } of schedules) {
    expect(Properties).toMatchObject({
      RotationLambdaARN: { 'Fn::GetAtt': [rotate.id, 'Arn'] },
      RotationRules: { ScheduleExpression: 'rate(90 days)' },
      RotateImmediatelyOnUpdate: false,
    });
  }
  expect(rotate.Properties).toMatchObject({
    Environment: {
      Variables: {
        SLUICE_USERS: expect.stringContaining(
          '"sluice/shop/snowflake-loader":{"user":"SHOP_LOADER_SERVICE","role":"SHOP_LOADER"}',
        ),
      },
    },
  });
  const secrets = statementsOf(template, 'KeyRotationRotateRole').filter(({ Action }) =>
    /secretsmanager:(Get|Put|Update)Secret/.test(JSON.stringify(Action)),
  );
  expect(secrets.length).toBeGreaterThan(0);
  for (const { Resource } of secrets) {
    for (const one of [Resource].flat()) {
      expect(JSON.stringify(one)).toMatch(
        /:secret:sluice\/shop\/snowflake-(deployer|loader|transformer)-\?{6}/,
      );
    }
  }
});
