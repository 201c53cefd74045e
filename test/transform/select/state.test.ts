import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { compile, list, type RunFlags } from '../../../lib/transform/index.ts';
import { temporaryFolder } from '../../support/index.ts';
import { dbtProject, shop } from '../support/projects.ts';

const files = {
  'dbt_project.yml': `name: p
models: {p: {+schema: "{{ env_var('PLACE', 'here') }}", marts: {+materialized: "{{ 'table' if target.name == 'prod' else 'view' }}", +persist_docs: {relation: true}}}}
`,
  'seeds/fruit.csv': 'id\n1\n',
  'macros/twice.sql': '{% macro twice(x) %}2 * {{ x }}{% endmacro %}',
  'models/staging/a.sql':
    "{{ config(alias=env_var('PLACE', 'x') ~ '_a', meta={'owner': 'x'}, tags=['t']) }} select {{ twice('id') }} as id from {{ ref('fruit') }}",
  'models/marts/b.sql': "select * from {{ ref('a') }}",
  'models/marts/c.sql': "select id from {{ source('raw', 'sales') }}",
  'models/schema.yml': `
models:
  - name: b
    description: what b is
    config: {contract: {enforced: true}}
    columns: [{name: id, data_type: int, tests: [unique, {not_null: {config: {severity: warn}}}]}]
sources: [{name: raw, schema: "{{ target.name }}_raw", tables: [{name: sales}]}]
exposures: [{name: board, type: dashboard, owner: {name: x}, depends_on: [ref('b')]}]
`,
  'tests/one.sql': "select * from {{ ref('c') }} where id < 0",
};

let directory: string;
let state: string;

beforeEach(async () => {
  directory = dbtProject(files);
  state = temporaryFolder();
  await compile({
    directory,
    project: shop,
    connect: () => Promise.reject(new Error('nothing is asked')),
    artifactsDirectory: state,
    target: 'prod',
    select: ['fruit'],
    exclude: ['resource_type:test'],
    env: { PLACE: 'there' },
  });
});

function selected(select: string, flags: RunFlags = {}): string[] {
  return list({ directory, project: shop, env: {}, state, select: [select], ...flags })
    .nodes.map(({ name }) => name)
    .sort();
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), text);
}

function replace(path: string, from: string, to: string): void {
  const text = readFileSync(join(directory, path), 'utf8');
  expect(text).toContain(from);
  write(path, text.replace(from, to));
}

/** Only what a criterion selects itself. */
const alone = { indirectSelection: 'empty' } as const;

describe('state:modified', () => {
  test('is nothing where only the target and the environment differ', () => {
    expect(selected('state:modified')).toEqual([]);
    expect(selected('state:unmodified', alone)).toHaveLength(9);
    expect(selected('state:old', alone)).toHaveLength(9);
  });

  test.each([
    ['the text of a model', 'models/marts/c.sql', 'select id', 'select id + 1 as id', ['c'], ['body']],
    ['space around it', 'models/marts/c.sql', 'select id', '\n\nselect id', [], []],
    ['rows of a seed', 'seeds/fruit.csv', '1', '2', ['fruit'], ['body']],
    ['a macro', 'macros/twice.sql', '2 *', '3 *', ['a'], ['macros']],
    [
      'a config of the file',
      'models/staging/a.sql',
      "'owner': 'x'",
      "'owner': 'y'",
      ['a'],
      ['body', 'configs'],
    ],
    ['its alias', 'models/staging/a.sql', "'_a'", "'_z'", ['a'], ['body', 'relation']],
    ['its tags alone', 'dbt_project.yml', '+schema', '+tags: [x], +schema', [], []],
    ['a config of the folder', 'dbt_project.yml', "'table' if", "'incremental' if", ['b', 'c'], ['configs']],
    ['the schema of all', 'dbt_project.yml', "'here'", "'elsewhere'", ['a', 'b', 'c'], ['relation']],
    [
      'a description that is kept',
      'models/schema.yml',
      'what b is',
      'what b was',
      ['b'],
      ['persisted_descriptions'],
    ],
    ['a contract', 'models/schema.yml', 'data_type: int', 'data_type: text', ['b'], ['contract']],
    [
      'a severity',
      'models/schema.yml',
      'severity: warn',
      'severity: error',
      ['not_null_b_id'],
      ['body', 'configs'],
    ],
    ['where a source is', 'models/schema.yml', '_raw', '_landing', ['sales'], ['relation']],
    ['an exposure', 'models/schema.yml', 'type: dashboard', 'type: ml', ['board'], []],
    ['a singular test', 'tests/one.sql', '< 0', '< 1', ['one'], ['body']],
  ])('is %s', (_, path, from, to, expected, aspects) => {
    replace(path, from, to);
    expect(selected('state:modified', alone)).toEqual(expected);
    const all = ['body', 'configs', 'relation', 'persisted_descriptions', 'macros', 'contract'];
    const found = all.filter((aspect) => selected(`state:modified.${aspect}`, alone).length > 0);
    expect(found).toEqual(aspects);
  });

  test('is what is new, and a model that was moved; with its tests unless told otherwise', () => {
    write('models/marts/d.sql', 'select 1 as id');
    rmSync(join(directory, 'models/marts/c.sql'));
    write('models/staging/c.sql', files['models/marts/c.sql']);
    expect(selected('state:new')).toEqual(['d']);
    expect(selected('state:modified', alone)).toEqual(['c', 'd']);
    expect(selected('state:modified')).toEqual(['c', 'd', 'one']);
    expect(selected('state:modified,c+')).toEqual(['c', 'one']);
  });

  test('tells what it does not know', () => {
    expect(() => selected('state:changed')).toThrowError(/"state:changed" compares by nothing that is known/);
    expect(() => selected('state:new', { state: '/nowhere' })).toThrowError(
      expect.objectContaining({ code: 'ARTIFACTS_MISSING' }),
    );
  });
});

test('source_status: is what is newer than it was', () => {
  const sources = (loadedAt: string) =>
    JSON.stringify({
      results: [{ unique_id: 'source.p.raw.sales', max_loaded_at: loadedAt, status: 'pass' }],
    });
  const now = temporaryFolder();
  writeFileSync(join(state, 'sources.json'), sources('2026-01-01T00:00:00Z'));
  const fresher = (): string[] =>
    list({
      directory,
      project: shop,
      state,
      select: ['source_status:fresher+1'],
      artifactsDirectory: now,
    }).nodes.map(({ name }) => name);
  writeFileSync(join(now, 'sources.json'), sources('2026-01-01T00:00:00Z'));
  expect(fresher()).toEqual([]);
  writeFileSync(join(now, 'sources.json'), sources('2026-01-01T00:00:01Z'));
  expect(fresher()).toEqual(['sales', 'c', 'one']);
});
