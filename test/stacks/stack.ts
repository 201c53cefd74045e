import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { daily, full, type ProjectInput, parseEnvironments } from '../../lib/config/index.ts';
import { type Bundles, bundlesOf, PipelineStack } from '../../lib/stacks/index.ts';
import { temporaryFolder } from '../support/index.ts';

/** The least that can be deployed. */
export const plain: ProjectInput = {
  name: 'shop',
  tables: { sales: daily({ column: 'sold_at', timezone: 'Europe/London' }), films: full() },
  cloud: {
    source: { host: 'db.example.com', database: 'shop' },
    snowflake: { account: 'org-account' },
  },
};

/** Every option of the cloud that adds or changes something. */
export const everything: ProjectInput = {
  ...plain,
  staging: { prefix: 'shop' },
  cloud: {
    source: {
      host: 'db.example.com',
      database: 'shop',
      port: 5433,
      credentials: { iam: { user: 'sluice', resourceId: 'db-ABC123' } },
      network: {
        vpcId: 'vpc-0123456789abcdef0',
        subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
        availabilityZones: ['eu-west-1a', 'eu-west-1b'],
        routeTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef0'],
        cidr: '10.0.0.0/16',
        secretsManagerEndpoint: true,
      },
    },
    snowflake: { account: 'org-account', credentials: 'keyPair' },
    staging: { encryption: 'kms', onDelete: 'destroy', expireDays: 10 },
    schedule: { cron: '30 6 ? * MON-FRI *', timezone: 'America/New_York' },
    alarms: {
      emails: ['data@example.com'],
      slackSecretName: 'shop/slack',
      hoursWithoutSuccess: 80,
      rowsPerRun: { least: 10, most: 1000 },
    },
    logRetentionDays: 90,
    tags: { team: 'data' },
    deploy: { repository: 'example/shop', branch: 'release' },
  },
};

export interface Synthesized {
  readonly stack: PipelineStack;
  readonly template: Template;
}

/** The stack of a config, with empty bundles: what is in them does not matter to its template. */
export function synthesize(config: ProjectInput = plain, provisionDigest = 'digest'): Synthesized {
  const [environment] = parseEnvironments(config, { directory: '/project', file: 'sluice.config.ts' });
  if (environment === undefined) throw new Error('the config has no environment');
  const app = new App({ context: cdkJson.context });
  const stack = new PipelineStack(app, 'Stack', {
    environment,
    bundles: emptyBundles(),
    provisionDigest,
  });
  return { stack, template: Template.fromStack(stack) };
}

function emptyBundles(): Bundles {
  const folder = temporaryFolder();
  return bundlesOf((name) => {
    const bundle = join(folder, name);
    mkdirSync(bundle);
    writeFileSync(join(bundle, 'index.mjs'), `// ${name}\n`);
    return bundle;
  });
}

/** A resource of a template, whose properties are plain data. */
export interface Resource {
  readonly id: string;
  readonly Type: string;
  readonly Properties: unknown;
  readonly DependsOn?: string | readonly string[];
}

export function resourcesOf(template: Template, type: string): readonly Resource[] {
  const found: Record<string, Omit<Resource, 'id'>> = JSON.parse(
    JSON.stringify(template.findResources(type)),
  );
  return Object.entries(found).map(([id, resource]) => ({ id, ...resource }));
}

/** The only resource of a type whose logical id begins so. */
export function resourceOf(template: Template, type: string, idBegins = ''): Resource {
  const found = resourcesOf(template, type).filter(({ id }) => id.startsWith(idBegins));
  const [resource] = found;
  if (resource === undefined || found.length > 1) {
    throw new Error(
      `${found.length} resources ${type} ${idBegins}: ${resourcesOf(template, type).map(({ id }) => id)}`,
    );
  }
  return resource;
}

/** A statement of a policy as it stands in a template. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

/** The statements of all policies of a role. */
export function statementsOf(template: Template, roleIdBegins: string): readonly Statement[] {
  return policiesOf(template)
    .filter(({ roles }) => roles.some((role) => role.startsWith(roleIdBegins)))
    .flatMap(({ statements }) => statements);
}

export interface Policy {
  readonly id: string;
  /** Logical ids. */
  readonly roles: readonly string[];
  readonly statements: readonly Statement[];
}

export function policiesOf(template: Template): readonly Policy[] {
  const policies: Record<
    string,
    { Properties: { Roles?: { Ref: string }[]; PolicyDocument: { Statement: Statement[] } } }
  > = JSON.parse(JSON.stringify(template.findResources('AWS::IAM::Policy')));
  return Object.entries(policies).map(([id, { Properties }]) => ({
    id,
    roles: (Properties.Roles ?? []).map(({ Ref }) => Ref),
    statements: Properties.PolicyDocument.Statement,
  }));
}
