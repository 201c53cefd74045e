import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadProject } from '../../../lib/config/index.ts';
import { type LocalServers, startLocal } from '../../../lib/local/index.ts';
import { silentLogger } from '../../../lib/observe/index.ts';
import {
  buildBase,
  closePullRequest,
  extractStep,
  loadStep,
  provisionProject,
  type ReviewReport,
  type RunContext,
  renderComment,
  reviewPullRequest,
} from '../../../lib/run/index.ts';
import { connectWarehouse } from '../../../lib/snowflake/index.ts';
import { initializeSource } from '../../../source_db_init/index.ts';
import { projectCopy, temporaryFolder, writeProjectFile } from '../../support/index.ts';

/** One set of servers with the film catalogue, and production built once; each test has its own pull request. */
let servers: LocalServers;
const state = temporaryFolder();
const tables = `ecommerce_sales: daily({ column: 'invoicedate' }),
  films: full(), film_category: full(), actors: full(), film_actors: full(), users: full()`;

function git(directory: string, ...args: string[]): void {
  const identity = [
    '-c',
    'user.name=test',
    '-c',
    'user.email=test@example.com',
    '-c',
    'commit.gpgsign=false',
  ];
  execFileSync('git', [...identity, ...args], { cwd: directory, stdio: 'pipe' });
}

/** A repository with the project as its first commit. */
function repository(): string {
  const directory = projectCopy({ tables });
  writeProjectFile(
    directory,
    'models/macros/doubled.sql',
    '{% macro doubled(value) %}2 * {{ value }}{% endmacro %}\n',
  );
  writeProjectFile(
    directory,
    'models/marts/prices.sql',
    "{{ config(materialized='table') }}\nselect film_id, title, {{ doubled('price') }} as price from {{ ref('stg_films') }}\n",
  );
  writeProjectFile(
    directory,
    'models/marts/prices.yml',
    'models:\n  - name: prices\n    columns:\n      - name: film_id\n        data_tests: [unique]\n',
  );
  writeProjectFile(
    directory,
    'models/marts/dear.sql',
    "{{ config(materialized='table') }}\nselect count(*) as films from {{ ref('prices') }} where price > 8\n",
  );
  git(directory, 'init', '-q', '-b', 'main');
  git(directory, 'add', '-A');
  git(directory, 'commit', '-q', '-m', 'base');
  git(directory, 'checkout', '-q', '-b', 'change');
  return directory;
}

async function contextOf(directory: string): Promise<RunContext> {
  return {
    ...(await loadProject(directory)),
    connections: servers.connections,
    artifactsDirectory: temporaryFolder(),
    logger: silentLogger,
  };
}

async function review(
  pullRequest: number,
  files: Readonly<Record<string, string | null>>,
): Promise<ReviewReport> {
  const directory = repository();
  for (const [file, text] of Object.entries(files)) {
    if (text === null) rmSync(join(directory, file));
    else writeFileSync(join(directory, file), text);
  }
  git(directory, 'add', '-A');
  git(directory, 'commit', '-q', '--allow-empty', '-m', 'change');
  return await reviewPullRequest(await contextOf(directory), { pullRequest, base: 'main' });
}

async function schemas(): Promise<unknown[]> {
  const warehouse = await connectWarehouse({ ...servers.connections.snowflake, database: 'RETAIL' });
  const { rows } = await warehouse.execute(
    "SELECT SCHEMA_NAME FROM INFORMATION_SCHEMA.SCHEMATA WHERE STARTSWITH(SCHEMA_NAME, 'PR_') ORDER BY 1",
  );
  await warehouse.close();
  return rows.map((row) => row.SCHEMA_NAME);
}

const prices = (columns: string): string =>
  `{{ config(materialized='table') }}\nselect ${columns} from {{ ref('stg_films') }}\n`;

beforeAll(async () => {
  servers = await startLocal({ state });
  await initializeSource(servers.connections.source);
  const directory = repository();
  const context = await contextOf(directory);
  await provisionProject(context);
  await loadStep(context, await extractStep(context, {}));
  expect(await buildBase(context, { base: 'main' })).toEqual([]);
});

afterAll(async () => {
  await servers.stop();
});

const secretless = { secrets: [], embedded: true, baseProblems: [] };

test('a changed model is built with what reads it, and compared by its key', async () => {
  const report = await review(1, {
    'models/marts/prices.sql': prices(
      "film_id, title, cast({{ doubled('price') }} + iff(film_id = 1, 1, 0) as number(6, 2)) as price",
    ),
  });
  expect(report.problems).toEqual([]);
  expect(report).toMatchObject({ schema: 'PR_1', changed: ['prices'], downstream: ['dear'] });
  expect(report.models.map(({ name }) => name)).toEqual(['prices', 'dear']);
  expect(report.comparisons[0]).toMatchObject({
    model: 'prices',
    status: 'different',
    key: ['FILM_ID'],
    added: 0,
    removed: 0,
    changed: 1,
    changedColumns: { PRICE: 1 },
    columns: { added: [], removed: [], retyped: [] },
  });
  expect(report.freshness.map(({ table }) => table)).toContain('films');
  expect(renderComment(report, secretless)).toContain('<code>PRICE</code> in 1 rows');
});

test('a changed macro changes the models that call it, and no other', async () => {
  const report = await review(2, {
    'models/macros/doubled.sql': '{% macro doubled(value) %}3 * {{ value }}{% endmacro %}\n',
  });
  expect(report).toMatchObject({ changed: ['prices'], downstream: ['dear'], everythingBecause: null });
  const [comparison] = report.comparisons;
  expect(comparison).toMatchObject({ model: 'prices', status: 'different', added: 0, removed: 0 });
  expect(comparison?.changed).toBe(comparison?.rows.here);
});

test('a test that fails is a problem, with some of the rows', async () => {
  const report = await review(3, {
    'models/tests/no_films.sql': "select title from {{ ref('prices') }} order by title\n",
  });
  expect(report.changed).toEqual(['no_films']);
  expect(report.problems).toHaveLength(1);
  expect(report.failingRows).toMatchObject([{ test: 'no_films', columns: ['TITLE'] }]);
  expect(report.failingRows[0]?.rows).toHaveLength(5);
  const comment = renderComment(report, secretless);
  expect(comment).toContain('1 problem');
  expect(comment).toContain(report.failingRows[0]?.rows[0]?.[0]);
});

test('columns that are gone, new or of another type are named', async () => {
  const report = await review(4, {
    'models/marts/prices.sql': prices('film_id, to_varchar(price) as price, 1 as one'),
  });
  const { columns } = report.comparisons.find(({ model }) => model === 'prices') ?? {};
  expect(columns).toMatchObject({ added: ['ONE'], removed: ['TITLE'] });
  expect(columns?.retyped).toHaveLength(1);
  expect(columns?.retyped[0]).toMatch(/^PRICE: NUMBER\(\d+,\d+\) -> (TEXT|VARCHAR)/);
  expect(renderComment(report, secretless)).toContain('**removed <code>TITLE</code>**');
});

test('a model without a key is compared row by row; a new one has nothing to be compared with', async () => {
  const report = await review(5, {
    'models/marts/dear.sql':
      "{{ config(materialized='table') }}\nselect count(*) + 1 as films from {{ ref('prices') }} where price > 8\n",
    'models/marts/newcomer.sql': 'select 1 as one',
  });
  expect(report.comparisons).toMatchObject([
    { model: 'newcomer', status: 'new', rows: { production: null, here: 1 } },
    { model: 'dear', status: 'different', key: [], added: 1, removed: 1, changed: null },
  ]);
});

test('a project that is as it was builds nothing, and drops what an earlier push built', async () => {
  await review(6, { 'models/marts/newcomer.sql': 'select 1 as one' });
  expect(await schemas()).toContain('PR_6');
  const report = await review(6, {});
  expect(report).toMatchObject({ changed: [], downstream: [], models: [], comparisons: [], problems: [] });
  expect(await schemas()).not.toContain('PR_6');
  expect(renderComment(report, secretless)).toContain('nothing changed');
});

test('a description, a config of one folder, and space are no change of other models', async () => {
  const described =
    'models:\n  - name: prices\n    description: what a film costs\n    columns:\n      - name: film_id\n        data_tests: [unique]\n';
  const nothing = await review(11, { 'models/marts/prices.yml': described });
  expect(nothing).toMatchObject({ changed: [], models: [], everythingBecause: null });
  const tested = await review(11, {
    'models/marts/prices.yml': described.replace('[unique]', '[unique, not_null]'),
  });
  expect(tested).toMatchObject({ changed: ['not_null_prices_film_id'], models: [] });
});

test('a deleted schema file changes everything, since what it configured cannot be told', async () => {
  const report = await review(10, { 'models/marts/prices.yml': null });
  expect(report.everythingBecause).toBe('marts/prices.yml was deleted');
  expect(report.changed).toContain('prices');
  expect(report.comparisons.find(({ model }) => model === 'prices')).toMatchObject({
    status: 'same',
    key: [],
  });
});

test('a deleted macro changes everything', async () => {
  const report = await review(7, {
    'models/macros/doubled.sql': null,
    'models/marts/prices.sql': prices('film_id, title, 2 * price as price'),
  });
  expect(report.everythingBecause).toContain('macros/doubled.sql');
  expect(report.changed).toContain('film_ratings');
  expect(report.comparisons.every(({ status }) => status === 'same')).toBe(true);
});

test('closing drops the schemas of this pull request and no other', async () => {
  await review(80, { 'models/marts/newcomer.sql': 'select 1 as one' });
  await review(8, { 'models/marts/newcomer.sql': 'select 1 as one' });
  const context = await contextOf(repository());
  expect(await closePullRequest(context, 8)).toEqual(['PR_8']);
  expect(await closePullRequest(context, 8)).toEqual([]);
  expect(await schemas()).toContain('PR_80');
});

test('a base that git does not know is wrong use', async () => {
  const context = await contextOf(repository());
  await expect(reviewPullRequest(context, { pullRequest: 9, base: 'nowhere' })).rejects.toMatchObject({
    code: 'BASE_UNKNOWN',
    kind: 'usage',
  });
});
