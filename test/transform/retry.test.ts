import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { build, retry, test as runTests, type TransformOptions } from '../../lib/transform/index.ts';
import { temporaryFolder } from '../support/index.ts';
import { dbtProject } from './support/projects.ts';
import { shopWarehouse } from './support/warehouse.ts';

const shop = await shopWarehouse();

/** a -> b -> c -> d, each a table that says when it was made. */
const files = {
  'models/a.sql': "{{ config(materialized='table') }} select seq.nextval as made",
  'models/b.sql': "{{ config(materialized='table') }} select made from {{ ref('a') }}",
  'models/c.sql': "{{ config(materialized='table') }} select made from {{ ref('b') }}",
  'models/schema.yml': 'models: [{name: b, columns: [{name: made, tests: [not_null]}]}]',
};

function project(more: Readonly<Record<string, string>> = {}): string {
  const a = files['models/a.sql'].replace('seq.', 'SHOP.PUBLIC.SEQ.');
  return dbtProject({ ...files, 'models/a.sql': a, ...more });
}

function results(directory: string): Record<string, string> {
  const { results: all } = JSON.parse(readFileSync(join(directory, 'run_results.json'), 'utf8'));
  return Object.fromEntries(
    all.map((one: { unique_id: string; status: string }) => [one.unique_id.split('.')[2], one.status]),
  );
}

/** Builds until a node has ended, and then stops as Ctrl-C does. */
async function interrupted(options: TransformOptions, at: string): Promise<void> {
  const controller = new AbortController();
  const stopped = build({
    ...options,
    threads: 1,
    signal: controller.signal,
    onNode: ({ name }) => {
      if (name === at) controller.abort(new Error('stop'));
    },
  });
  await expect(stopped).rejects.toThrow('stop');
}

test('a build that was stopped goes on from where it was, with the same flags', async () => {
  await shop.run('CREATE SEQUENCE SHOP.PUBLIC.SEQ');
  const options = shop.options(project(), { target: 'prod', vars: { x: 1 }, check: false });
  await interrupted(options, 'b');
  expect(results(options.artifactsDirectory)).toEqual({
    a: 'success',
    b: 'success',
    c: 'skipped',
    not_null_b_made: 'skipped',
  });
  const { directory, artifactsDirectory } = options;
  const report = await retry({ ...shop.options(directory), artifactsDirectory });
  expect(report.models.map(({ name }) => name)).toEqual(['c']);
  expect(report.tests.map(({ status }) => status)).toEqual(['pass']);
  expect(report.published).toBe(true);
  expect(await shop.values('SELECT MADE FROM SHOP.PROD.C')).toEqual([[1]]);
  expect(await shop.relations('DEV')).toEqual([]);
  const { args } = JSON.parse(readFileSync(join(artifactsDirectory, 'run_results.json'), 'utf8'));
  expect(args).toMatchObject({ target: 'prod', vars: { x: 1 } });
});

test('what was written while it ran is enough, as after a kill', async () => {
  await shop.run('CREATE SEQUENCE SHOP.PUBLIC.SEQ');
  const options = shop.options(project(), { threads: 1, check: false });
  const left = temporaryFolder();
  const stopped = await build({
    ...options,
    onNode: ({ name }) => {
      // The process is gone before the file is written again: what it holds by now is what there is.
      if (name === 'c') cpSync(options.artifactsDirectory, left, { recursive: true });
    },
  });
  expect(stopped.published).toBe(true);
  const statuses = Object.values(results(left));
  expect(statuses).toHaveLength(4);
  expect(statuses.every((status) => ['success', 'pass', 'skipped'].includes(status))).toBe(true);
  const again = await retry({ ...shop.options(options.directory), artifactsDirectory: left, check: false });
  expect(again.problems).toEqual([]);
  expect(again.published).toBe(true);
  // Its candidates are gone since they were published, so all of it is made again.
  expect(again.models.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
});

test('what passed and was cut off before it was published is published, once', async () => {
  await shop.run('CREATE SEQUENCE SHOP.PUBLIC.SEQ');
  const options = shop.options(project(), { check: false });
  const cutOff = build({
    ...options,
    onPublish: () => {
      throw new Error('cut off');
    },
  });
  await expect(cutOff).rejects.toThrow('cut off');
  expect(await shop.relations('DEV')).toEqual([]);
  const report = await retry(options);
  expect(report).toMatchObject({ models: [], tests: [], published: true, candidates: [] });
  expect(await shop.relations('DEV')).toEqual(['A', 'B', 'C']);
  await expect(retry(options)).rejects.toMatchObject({ code: 'NOTHING_TO_RETRY' });
});

test('a build in place goes on from what failed, and keeps what is there', async () => {
  await shop.run('CREATE SEQUENCE SHOP.PUBLIC.SEQ');
  const directory = project({
    'models/b.sql': "{{ config(materialized='table') }} select no_such from {{ ref('a') }}",
  });
  const options = shop.options(directory, { audit: false, check: false });
  const failed = await build(options);
  expect(failed.models.map(({ status }) => status)).toEqual(['success', 'error', 'skipped']);
  writeFileSync(join(directory, 'models/b.sql'), files['models/b.sql']);
  const report = await retry({ ...shop.options(directory), artifactsDirectory: options.artifactsDirectory });
  expect(report.models.map(({ name, status }) => [name, status])).toEqual([
    ['b', 'success'],
    ['c', 'success'],
  ]);
  expect(await shop.values('SELECT MADE FROM SHOP.DEV.C')).toEqual([[1]]);
});

test('tests that failed are run again alone', async () => {
  await shop.run('CREATE SEQUENCE SHOP.PUBLIC.SEQ');
  const options = shop.options(
    project({
      'models/schema.yml':
        'models: [{name: b, columns: [{name: made, tests: [not_null, {accepted_values: {values: [9]}}]}]}]',
    }),
    { check: false },
  );
  await build({ ...options, resourceTypes: ['model'] });
  const report = await runTests(options);
  expect(report.problems[0]).toContain('again: sluice test --select accepted_values_b_made__9');
  await shop.run('UPDATE SHOP.DEV.B SET MADE = 9');
  const again = await retry(options);
  expect(again.tests.map(({ name, status }) => [name, status])).toEqual([
    ['accepted_values_b_made__9', 'pass'],
  ]);
});
