import { expect, test } from 'vitest';
import { everything, plain, resourceOf, resourcesOf, statementsOf, synthesize } from './stack.ts';

const github = 'token.actions.githubusercontent.com';
const deployWith = (deploy: object) =>
  synthesize({
    ...plain,
    cloud: { ...plain.cloud, deploy: { repository: 'example/shop', ...deploy } },
  }).template;

test('there is none unless a repository is named', () => {
  const { template } = synthesize(plain);
  expect(JSON.stringify(template.toJSON())).not.toContain(github);
});

test('GitHub is trusted for one branch of one repository', () => {
  const { template } = synthesize(everything);
  const provider = resourceOf(template, 'AWS::IAM::OIDCProvider');
  expect(provider.Properties).toMatchObject({
    Url: `https://${github}`,
    ClientIdList: ['sts.amazonaws.com'],
  });
  expect(resourceOf(template, 'AWS::IAM::Role', 'DeployRole').Properties).toMatchObject({
    RoleName: 'sluice-shop-deploy',
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRoleWithWebIdentity',
          Principal: { Federated: { 'Fn::GetAtt': [provider.id, 'Arn'] } },
          Condition: {
            StringEquals: {
              [`${github}:aud`]: 'sts.amazonaws.com',
              [`${github}:sub`]: 'repo:example/shop:ref:refs/heads/release',
            },
          },
        },
      ],
    },
  });
});

test('it may assume the roles of `cdk bootstrap`, and nothing else', () => {
  const statements = statementsOf(deployWith({}), 'DeployRole');
  expect(statements).toHaveLength(1);
  expect(statements[0]).toMatchObject({
    Action: 'sts:AssumeRole',
    Condition: {
      StringEquals: { 'iam:ResourceTag/aws-cdk:bootstrap-role': ['deploy', 'file-publishing', 'lookup'] },
    },
  });
});

test('a GitHub environment takes the place of the branch, and a provider that is there is used', () => {
  const template = deployWith({ gitHubEnvironment: 'production', oidcProvider: 'existing' });
  expect(resourcesOf(template, 'AWS::IAM::OIDCProvider')).toEqual([]);
  const trust = JSON.stringify(resourceOf(template, 'AWS::IAM::Role', 'DeployRole'));
  expect(trust).toContain('repo:example/shop:environment:production');
  expect(trust).toContain(`:oidc-provider/${github}`);
});
