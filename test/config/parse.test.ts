import { expect, test } from 'vitest';
import {
  ConfigError,
  daily,
  full,
  incremental,
  parseProject,
  type TableInput,
} from '../../lib/config/index.ts';

const options = { directory: '/project', file: 'sluice.config.ts' };

function problemsOf(input: unknown) {
  try {
    parseProject(input, options);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test('fills in every default', () => {
  const project = parseProject(
    { name: 'corner-shop', tables: { sales: daily({ column: 'sold_at' }), films: full() } },
    options,
  );
  expect(project).toEqual({
    name: 'corner-shop',
    tables: [
      {
        name: 'sales',
        source: { schema: 'public', table: 'sales' },
        mode: { kind: 'daily', column: 'sold_at', timezone: 'UTC', lookbackDays: 3 },
        onReject: 'hold',
        mask: {},
        values: {},
      },
      {
        name: 'films',
        source: { schema: 'public', table: 'films' },
        mode: { kind: 'full' },
        onReject: 'hold',
        mask: {},
        values: {},
      },
    ],
    source: { maxConnections: 4, statementTimeoutSeconds: 3600 },
    staging: { prefix: '' },
    snowflake: {
      database: 'CORNER_SHOP',
      warehouse: 'CORNER_SHOP_WH',
      schemas: { landing: 'LANDING', raw: 'RAW', ops: 'OPS', dev: 'DEV', prod: 'PROD' },
      roles: {
        deployer: 'CORNER_SHOP_DEPLOYER',
        loader: 'CORNER_SHOP_LOADER',
        transformer: 'CORNER_SHOP_TRANSFORMER',
        reader: 'CORNER_SHOP_READER',
      },
      storageIntegration: 'CORNER_SHOP_STAGING',
      storageRoleArn: 'arn:aws:iam::000000000000:role/sluice-corner-shop-snowflake',
      storageExternalId: 'sluice-corner-shop',
    },
    models: { path: '/project/models', target: 'dev', threads: 4 },
  });
});

test('keeps what the config says', () => {
  const project = parseProject(
    {
      name: 'shop',
      tables: {
        orders: incremental({ cursor: 'updated_at', key: 'id', source: { schema: 'app', table: 'Order' } }),
      },
      staging: { prefix: 'a/b' },
      snowflake: { schemas: { raw: 'raw_zone' } },
    },
    options,
  );
  expect(project.tables[0]).toEqual({
    name: 'orders',
    source: { schema: 'app', table: 'Order' },
    mode: { kind: 'incremental', cursor: 'updated_at', key: ['id'], timezone: 'UTC', overlap: undefined },
    onReject: 'hold',
    mask: {},
    values: {},
  });
  expect(project.staging.prefix).toBe('a/b/');
  expect(project.snowflake.schemas.raw).toBe('RAW_ZONE');
});

test('a mask where the clear value is needed is refused, and says why', () => {
  const masked = (table: TableInput): readonly string[] =>
    problemsOf({ name: 'shop', tables: { orders: table } }).map(({ path, problem }) => `${path}: ${problem}`);
  expect(masked(daily({ column: 'at', mask: { at: 'hash', email: 'hash' } }))).toEqual([
    'tables.orders.mask.at: found "hash", expected no mask, because this column says which window a row belongs to',
  ]);
  expect(masked(incremental({ cursor: 'at', key: 'id', mask: { at: 'null', id: 'partial' } }))).toEqual([
    'tables.orders.mask.at: found "null", expected no mask, because this column says which window a row belongs to',
    'tables.orders.mask.id: found "partial", expected hash, because the rows are merged on this column',
  ]);
  expect(() =>
    parseProject(
      { name: 'shop', tables: { orders: incremental({ cursor: 'at', key: 'id', mask: { id: 'hash' } }) } },
      options,
    ),
  ).not.toThrow();
});

test('reports all problems at once, each with its path and a suggestion where there is one', () => {
  const problems = problemsOf({
    name: 'Shop',
    tables: {
      sales: { mode: 'daily', column: 'sold_at', timezone: 'Europe/Londn', lookbackDay: 2 },
      films: { mode: 'whole' },
      'my table': full(),
    },
    models: { target: 'pro', thread: 3 },
    snowflak: {},
  });
  expect(problems).toEqual(
    expect.arrayContaining([
      { path: 'name', problem: 'found "Shop", expected [a-z][a-z0-9-]*, at most 30 characters' },
      {
        path: 'tables.sales.timezone',
        problem: 'found "Europe/Londn", expected an IANA time zone, e.g. Europe/London',
        suggestion: 'did you mean Europe/London?',
      },
      {
        path: 'tables.sales.lookbackDay',
        problem: 'unknown option',
        suggestion: 'did you mean lookbackDays?',
      },
      {
        path: 'models.target',
        problem: 'found "pro", expected dev or prod',
        suggestion: 'did you mean prod?',
      },
      { path: 'models.thread', problem: 'unknown option', suggestion: 'did you mean threads?' },
      { path: 'snowflak', problem: 'unknown option', suggestion: 'did you mean snowflake?' },
    ]),
  );
  expect(problems.find(({ path }) => path.startsWith('tables.films'))?.problem).toContain(
    'expected full(…), daily(…) or incremental(…)',
  );
  expect(problems.find(({ path }) => path === 'tables.my table')?.problem).toContain('expected a table name');
});

test('a config that exports nothing is one problem', () => {
  expect(problemsOf(undefined)).toEqual([{ path: '(config)', problem: 'it is missing, expected object' }]);
});

test('schemas must differ', () => {
  const [problem] = problemsOf({
    name: 'shop',
    tables: { films: full() },
    snowflake: { schemas: { dev: 'X', prod: 'x' } },
  });
  expect(problem?.path).toBe('snowflake.schemas');
});
