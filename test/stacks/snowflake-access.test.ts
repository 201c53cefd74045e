import { expect, test } from 'vitest';
import { everything, plain, resourceOf, statementsOf, synthesize } from './stack.ts';

const { template } = synthesize(plain);
const bucket = resourceOf(template, 'AWS::S3::Bucket', 'StagingBucket').id;
const integration = resourceOf(template, 'Custom::SnowflakeStorageIntegration');
const objects = resourceOf(template, 'Custom::SnowflakeObjects');
const role = resourceOf(template, 'AWS::IAM::Role', 'SnowflakeStorageRole');
const roleArn = {
  'Fn::Join': [
    '',
    ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':role/sluice-shop-snowflake'],
  ],
};

test('the integration names the role before it exists, by a name fixed in advance', () => {
  expect(integration.Properties).toMatchObject({
    Part: 'integration',
    RoleArn: roleArn,
    ExternalId: 'sluice-shop',
    Bucket: { Ref: bucket },
  });
  expect(role.Properties).toMatchObject({ RoleName: 'sluice-shop-snowflake' });
});

test('the role trusts the user that the integration got, with the external id that it has, and nobody else', () => {
  expect(role.Properties).toMatchObject({
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { AWS: { 'Fn::GetAtt': [integration.id, 'StorageUserArn'] } },
          Condition: { StringEquals: { 'sts:ExternalId': { 'Fn::GetAtt': [integration.id, 'ExternalId'] } } },
        },
      ],
    },
  });
});

test('the role reads data and manifests, and can do nothing else', () => {
  const under = (folder: string) => ({
    'Fn::Join': ['', [{ 'Fn::GetAtt': [bucket, 'Arn'] }, `/${folder}*`]],
  });
  expect(statementsOf(template, role.id)).toEqual([
    {
      Sid: 'ReadWhatIsStaged',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:GetObjectVersion'],
      Resource: [under('data/'), under('manifests/')],
    },
    {
      Sid: 'ListWhatIsStaged',
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: { 'Fn::GetAtt': [bucket, 'Arn'] },
      Condition: { StringLike: { 's3:prefix': ['data/*', 'manifests/*'] } },
    },
    {
      Sid: 'LocateTheBucket',
      Effect: 'Allow',
      Action: 's3:GetBucketLocation',
      Resource: { 'Fn::GetAtt': [bucket, 'Arn'] },
    },
  ]);
});

test('with a key of our own the role may decrypt, and only that', () => {
  const { template: encrypted } = synthesize(everything);
  const key = resourceOf(encrypted, 'AWS::KMS::Key').id;
  expect(statementsOf(encrypted, 'SnowflakeStorageRole')).toContainEqual({
    Sid: 'Decrypt',
    Effect: 'Allow',
    Action: 'kms:Decrypt',
    Resource: { 'Fn::GetAtt': [key, 'Arn'] },
  });
  expect(statementsOf(encrypted, 'SnowflakeStorageRole')).toContainEqual(
    expect.objectContaining({
      Condition: { StringLike: { 's3:prefix': ['shop/data/*', 'shop/manifests/*'] } },
    }),
  );
});

test('integration, role with its policy, objects and notification are made in this order', () => {
  const dependsOn = [objects.DependsOn].flat();
  expect(dependsOn).toContain(role.id);
  expect(dependsOn.filter((id) => id?.startsWith('SnowflakeStorageRoleDefaultPolicy'))).toHaveLength(1);
  expect(JSON.stringify(role)).toContain(integration.id);
  expect(JSON.stringify(integration)).not.toContain(role.id);

  expect(resourceOf(template, 'Custom::S3BucketNotifications').Properties).toMatchObject({
    BucketName: { Ref: bucket },
    NotificationConfiguration: {
      QueueConfigurations: [
        {
          Events: ['s3:ObjectCreated:*'],
          Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: 'manifests/' }] } },
          QueueArn: { 'Fn::GetAtt': [objects.id, 'NotificationChannel'] },
        },
      ],
    },
    SkipDestinationValidation: false,
  });
});

test('a change of SQL, contracts or config changes the objects, and nothing that they stand on', () => {
  const { template: changed } = synthesize(plain, 'another digest');
  expect(resourceOf(changed, 'Custom::SnowflakeObjects').Properties).toMatchObject({
    Digest: 'another digest',
  });
  expect(resourceOf(changed, 'Custom::SnowflakeObjects').id).toBe(objects.id);
  expect(resourceOf(changed, 'Custom::SnowflakeStorageIntegration')).toEqual(integration);
  expect(resourceOf(changed, 'AWS::IAM::Role', 'SnowflakeStorageRole')).toEqual(role);
});

test('nobody needs a queue policy or a topic of ours: the queue is Snowflake’s', () => {
  template.resourceCountIs('AWS::SQS::Queue', 1);
  expect(resourceOf(template, 'AWS::SQS::Queue').id).toMatch(/^OrchestrationDeadLetters/);
});

test('by default no function has a secret of Snowflake; each is known there by the role it runs as', () => {
  for (const [begins, roleName, user] of [
    ['SnowflakeProvisioner', 'sluice-shop-deployer', 'SHOP_DEPLOYER_SERVICE'],
    ['Load', 'sluice-shop-loader', 'SHOP_LOADER_SERVICE'],
    ['Freshness', 'sluice-shop-transformer', 'SHOP_TRANSFORMER_SERVICE'],
  ] as const) {
    expect(resourceOf(template, 'AWS::IAM::Role', `${begins}Role`).Properties).toMatchObject({
      RoleName: roleName,
    });
    const lambda = resourceOf(template, 'AWS::Lambda::Function', `${begins}Function`);
    expect(lambda.Properties).toMatchObject({ Environment: { Variables: { SLUICE_SNOWFLAKE_USER: user } } });
    expect(JSON.stringify(lambda)).not.toContain('SLUICE_SNOWFLAKE_SECRET');
  }
  const build = resourceOf(template, 'AWS::Lambda::Function', 'BuildFunction');
  const transformer = resourceOf(template, 'AWS::IAM::Role', 'FreshnessRole').id;
  expect(build.Properties).toMatchObject({ Role: { 'Fn::GetAtt': [transformer, 'Arn'] } });
});

test('with key pairs each function reads the secret of its own user', () => {
  const { template: keyPair } = synthesize(everything);
  for (const [begins, of] of [
    ['SnowflakeProvisioner', 'deployer'],
    ['Load', 'loader'],
    ['Freshness', 'transformer'],
  ] as const) {
    expect(resourceOf(keyPair, 'AWS::Lambda::Function', `${begins}Function`).Properties).toMatchObject({
      Environment: { Variables: { SLUICE_SNOWFLAKE_SECRET: `sluice/shop/snowflake-${of}` } },
    });
    const reads = statementsOf(keyPair, `${begins}Role`).filter(({ Action }) =>
      JSON.stringify(Action).includes('secretsmanager:GetSecretValue'),
    );
    expect(reads).toHaveLength(1);
    expect(JSON.stringify(reads[0]?.Resource)).toContain(`:secret:sluice/shop/snowflake-${of}-??????`);
  }
});
