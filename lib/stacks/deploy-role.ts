import { Aws, Duration, Validations } from 'aws-cdk-lib';
import { CfnOIDCProvider, FederatedPrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Cloud } from '../config/index.ts';

export interface DeployRoleProps {
  readonly roleName: string;
  /** The repository, and its branch or its GitHub environment, that may deploy. */
  readonly deploy: NonNullable<Cloud['deploy']>;
}

const issuer = 'token.actions.githubusercontent.com';

/**
 * A role for GitHub Actions of one repository and branch, without a stored key. It may do nothing itself but assume the
 * roles that `cdk bootstrap` made.
 */
export class DeployRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, props: DeployRoleProps) {
    super(scope, id);
    const { repository, branch, gitHubEnvironment, oidcProvider } = props.deploy;
    const providerArn =
      oidcProvider === 'create'
        ? new CfnOIDCProvider(this, 'GitHub', {
            url: `https://${issuer}`,
            clientIdList: ['sts.amazonaws.com'],
          }).attrArn
        : `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:oidc-provider/${issuer}`;
    const subject =
      gitHubEnvironment === undefined ? `ref:refs/heads/${branch}` : `environment:${gitHubEnvironment}`;
    this.role = new Role(this, 'Role', {
      roleName: props.roleName,
      description: `Deploys from GitHub: ${repository}, ${subject}`,
      maxSessionDuration: Duration.hours(1),
      assumedBy: new FederatedPrincipal(
        providerArn,
        {
          StringEquals: {
            [`${issuer}:aud`]: 'sts.amazonaws.com',
            [`${issuer}:sub`]: `repo:${repository}:${subject}`,
          },
        },
        'sts:AssumeRoleWithWebIdentity',
      ),
    });
    const resource = `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/cdk-*-${Aws.ACCOUNT_ID}-${Aws.REGION}`;
    this.role.addToPolicy(
      new PolicyStatement({
        sid: 'AssumeTheRolesOfTheCdk',
        actions: ['sts:AssumeRole'],
        resources: [resource],
        conditions: {
          StringEquals: { 'iam:ResourceTag/aws-cdk:bootstrap-role': ['deploy', 'file-publishing', 'lookup'] },
        },
      }),
    );
    Validations.of(this.role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:iam::<AWS::AccountId>:role/cdk-*-<AWS::AccountId>-<AWS::Region>]',
      reason:
        "The roles that `cdk bootstrap` made here carry its qualifier in their names; a tag limits them to the CDK's own.",
    });
  }
}
