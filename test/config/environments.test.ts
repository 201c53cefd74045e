import { expect, test } from 'vitest';
import { ConfigError, cloudNames, daily, defineProject, parseEnvironments } from '../../lib/config/index.ts';

const options = { directory: '/project', file: 'sluice.config.ts' };
const tables = { sales: daily({ column: 'sold_at', timezone: 'Europe/London' }) };

function problemsOf(input: unknown) {
  try {
    parseEnvironments(input, options);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test('a config without environments is one, with every default of the cloud', () => {
  const [environment, ...others] = parseEnvironments(defineProject({ name: 'shop', tables }), options);
  expect(others).toEqual([]);
  expect(environment).toMatchObject({
    name: undefined,
    baseName: 'shop',
    project: { snowflake: { database: 'SHOP' } },
  });
  expect(environment?.cloud).toEqual({
    snowflake: { credentials: 'workloadIdentity', rotateDays: 90 },
    staging: { encryption: 's3', expireDays: 90, onDelete: 'retain' },
    schedule: { cron: '0 5 * * ? *', timezone: 'Europe/London', enabled: true },
    functions: { extractMemoryMb: 1792, modelsMemoryMb: 1024, loadTimeoutMinutes: 60 },
    alarms: { emails: [], hoursWithoutSuccess: 26, rowsPerRun: { least: 1 } },
    logRetentionDays: 30,
    tags: {},
  });
});

test('environments share the config, carry their name, and change what they say', () => {
  const environments = parseEnvironments(
    defineProject({
      name: 'shop',
      tables,
      models: { threads: 8 },
      cloud: { source: { host: 'db.example.com', database: 'shop' }, schedule: { cron: '0 6 * * ? *' } },
      environments: {
        dev: {
          cloud: { source: { host: 'dev.example.com', database: 'shop' }, schedule: { enabled: false } },
        },
        prod: { models: { target: 'prod' }, cloud: { alarms: { emails: ['data@example.com'] } } },
      },
    }),
    options,
  );
  expect(environments.map(({ name, baseName }) => [name, baseName])).toEqual([
    ['dev', 'shop-dev'],
    ['prod', 'shop-prod'],
  ]);
  const [dev, prod] = environments;
  expect(dev?.project.snowflake).toMatchObject({
    database: 'SHOP_DEV',
    warehouse: 'SHOP_DEV_WH',
    roles: { loader: 'SHOP_DEV_LOADER' },
    storageExternalId: 'sluice-shop-dev',
  });
  expect(dev?.cloud.source).toMatchObject({
    host: 'dev.example.com',
    port: 5432,
    credentials: { kind: 'secret', secretName: 'sluice/shop-dev/source' },
  });
  expect(dev?.cloud.schedule).toMatchObject({ cron: '0 6 * * ? *', enabled: false });
  expect(prod?.project.models).toMatchObject({ target: 'prod', threads: 8 });
  expect(prod?.cloud.source?.host).toBe('db.example.com');
  expect(prod?.cloud.alarms.emails).toEqual(['data@example.com']);
});

test('names that both sides need are fixed in advance, and fit IAM', () => {
  const name = 'n'.repeat(30);
  const [environment] = parseEnvironments({ name, tables, environments: { 'production-x': {} } }, options);
  if (environment === undefined) throw new Error('no environment');
  const names = cloudNames(environment);
  for (const role of [names.storageRole, names.deployRole, ...Object.values(names.functionRoles)]) {
    expect(role.length).toBeLessThanOrEqual(64);
  }
  expect(names.users.loader).toBe(`${name.toUpperCase()}_PRODUCTION_X_LOADER_SERVICE`);
});

test('a secret endpoint is made only where nothing else leads to Secrets Manager', () => {
  const network = {
    vpcId: 'vpc-1',
    subnetIds: ['subnet-1'],
    availabilityZones: ['eu-west-1a'],
    cidr: '10.0.0.0/16',
  };
  const endpointWith = (source: object) =>
    parseEnvironments(
      { name: 'shop', tables, cloud: { source: { host: 'h', database: 'd', ...source } } },
      options,
    )[0]?.cloud.source?.network?.secretsManagerEndpoint;
  expect(endpointWith({ network })).toBe(false);
  expect(endpointWith({ network: { ...network, routeTableIds: ['rtb-1'] } })).toBe(true);
  expect(
    endpointWith({
      network: { ...network, routeTableIds: ['rtb-1'] },
      credentials: { iam: { user: 'sluice', resourceId: 'db-ABC' } },
    }),
  ).toBe(false);
  expect(
    endpointWith({
      network: { ...network, routeTableIds: ['rtb-1'] },
      credentials: { iam: { user: 'sluice', resourceId: 'db-ABC' } },
      maskingSecretName: 'shop/masking',
    }),
  ).toBe(true);
});

test('with IAM the key of the masks needs a secret of its own', () => {
  const config = (source: object, mask: string) => ({
    name: 'shop',
    tables: { people: { mode: 'full', mask: { email: mask } } },
    cloud: {
      source: {
        host: 'h',
        database: 'd',
        credentials: { iam: { user: 'u', resourceId: 'db-A' } },
        ...source,
      },
    },
  });
  expect(problemsOf(config({}, 'hash'))).toEqual([
    {
      path: 'cloud.source.maskingSecretName',
      problem: expect.stringContaining('people is masked by hash'),
    },
  ]);
  expect(parseEnvironments(config({}, 'redact'), options)).toHaveLength(1);
  expect(parseEnvironments(config({ maskingSecretName: 'shop/masking' }, 'hash'), options)).toHaveLength(1);
});

test('names every problem of every environment, with its path', () => {
  expect(
    problemsOf({
      name: 'shop',
      tables,
      environments: {
        dev: { cloud: { staging: { encryption: 'none' } } },
        prod: { cloud: { logRetentionDays: 31, shedule: {} } },
      },
    }).map(({ path, suggestion }) => [path, suggestion]),
  ).toEqual([
    ['environments.dev: cloud.staging.encryption', undefined],
    ['environments.prod: cloud.logRetentionDays', undefined],
    ['environments.prod: cloud.shedule', 'did you mean schedule?'],
  ]);
  expect(problemsOf({ name: 'shop', tables, cloud: { account: '12' } })).toEqual([
    { path: 'cloud.account', problem: 'found "12", expected 12 digits' },
  ]);
});
