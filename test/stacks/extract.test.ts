import { expect, test } from 'vitest';
import { everything, plain, resourceOf, resourcesOf, statementsOf, synthesize } from './stack.ts';

test('it runs on Node 24 on arm64 for up to 15 minutes, like every function traced and with logs of its own', () => {
  const { template } = synthesize(plain);
  expect(resourceOf(template, 'AWS::Lambda::Function', 'SourceExtract').Properties).toMatchObject({
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Timeout: 900,
    MemorySize: 1792,
    Handler: 'index.handler',
    TracingConfig: { Mode: 'Active' },
  });
  const ours = resourcesOf(template, 'AWS::Lambda::Function').filter(({ Properties }) =>
    JSON.stringify(Properties).includes('POWERTOOLS_SERVICE_NAME'),
  );
  expect(ours).toHaveLength(8);
  for (const { Properties } of ours) {
    expect(Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      TracingConfig: { Mode: 'Active' },
      LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: expect.stringMatching(/Logs/) } },
    });
  }
  for (const { Properties } of resourcesOf(template, 'AWS::Logs::LogGroup')) {
    expect(Properties).toMatchObject({ RetentionInDays: 30 });
  }
});

test('it writes data and manifests only, and reads the secret of the source only', () => {
  const { template } = synthesize(plain);
  const bucket = resourceOf(template, 'AWS::S3::Bucket', 'StagingBucket').id;
  const under = (folder: string) => ({
    'Fn::Join': ['', [{ 'Fn::GetAtt': [bucket, 'Arn'] }, `/${folder}*`]],
  });
  const statements = statementsOf(template, 'SourceExtractRole');
  expect(statements.find(({ Sid }) => Sid === 'Stage')).toEqual({
    Sid: 'Stage',
    Effect: 'Allow',
    Action: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'],
    Resource: [under('data/'), under('manifests/')],
  });
  const secrets = statements.filter(({ Action }) => JSON.stringify(Action).includes('secretsmanager'));
  expect(secrets).toHaveLength(1);
  expect(JSON.stringify(secrets[0]?.Resource)).toContain(':secret:sluice/shop/source-??????');
  expect(JSON.stringify(statements)).not.toMatch(/s3:Delete|s3:\*/);
});

test('outside a network by default', () => {
  const { template } = synthesize(plain);
  template.resourceCountIs('AWS::EC2::SecurityGroup', 0);
  template.resourceCountIs('AWS::EC2::VPCEndpoint', 0);
  template.resourceCountIs('AWS::EC2::NatGateway', 0);
});

test('in the network of the source: to Postgres, to S3 by a gateway, to Secrets Manager by an endpoint, without NAT', () => {
  const { template } = synthesize(everything);
  const group = resourceOf(template, 'AWS::EC2::SecurityGroup', 'SourceSecurityGroup');
  expect(resourceOf(template, 'AWS::Lambda::Function', 'SourceExtract').Properties).toMatchObject({
    VpcConfig: {
      SubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
      SecurityGroupIds: [{ 'Fn::GetAtt': [group.id, 'GroupId'] }],
    },
  });
  expect(group.Properties).toMatchObject({
    SecurityGroupEgress: [
      { CidrIp: '10.0.0.0/16', FromPort: 5433, ToPort: 5433, IpProtocol: 'tcp' },
      { CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443, IpProtocol: 'tcp' },
    ],
  });
  expect(group.Properties).not.toHaveProperty('SecurityGroupIngress');
  expect(resourceOf(template, 'AWS::EC2::VPCEndpoint', 'SourceS3').Properties).toMatchObject({
    VpcEndpointType: 'Gateway',
    RouteTableIds: ['rtb-0123456789abcdef0'],
  });
  expect(resourceOf(template, 'AWS::EC2::VPCEndpoint', 'SourceSecretsManager').Properties).toMatchObject({
    VpcEndpointType: 'Interface',
    PrivateDnsEnabled: true,
  });
  template.resourceCountIs('AWS::EC2::NatGateway', 0);
});

test('with IAM database authentication it may log in as one user of one database, and reads no secret but that of the masks', () => {
  const { template } = synthesize(everything);
  const statements = statementsOf(template, 'SourceExtractRole');
  expect(statements.find(({ Sid }) => Sid === 'LogInToTheSource')).toMatchObject({
    Action: 'rds-db:connect',
    Resource: {
      'Fn::Join': [
        '',
        [
          'arn:',
          { Ref: 'AWS::Partition' },
          ':rds-db:',
          { Ref: 'AWS::Region' },
          ':',
          { Ref: 'AWS::AccountId' },
          ':dbuser:db-ABC123/sluice',
        ],
      ],
    },
  });
  expect(JSON.stringify(statements)).not.toContain('secretsmanager');

  const { cloud } = everything;
  const source = {
    host: 'db.example.com',
    database: 'shop',
    ...cloud?.source,
    maskingSecretName: 'shop/masking',
  };
  const masked = synthesize({ ...everything, cloud: { ...cloud, source } });
  const reading = statementsOf(masked.template, 'SourceExtractRole').filter((statement) =>
    JSON.stringify(statement).includes('secretsmanager:GetSecretValue'),
  );
  expect(reading).toHaveLength(1);
  expect(JSON.stringify(reading)).toContain('shop/masking');
});
