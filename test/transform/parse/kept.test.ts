import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compile } from '../../../lib/transform/index.ts';
import { temporaryFolder } from '../../support/index.ts';
import { dbtProject, shop } from '../support/projects.ts';

const files = {
  'macros/m.sql': "{% macro which() %}{{ return('a') }}{% endmacro %}",
  'models/a.sql': 'select 1 as n',
  'models/b.sql': "{{ config(tags=['t']) }}select * from {{ ref(which()) }} where n = {{ var('n', 1) }}",
  'models/c.sql': 'select 2 as n',
  'models/s.yml': 'models: [{name: a, columns: [{name: n, tests: [unique]}]}]',
};

/** A project that is compiled again and again beside the same artifacts. */
function keptProject(more: Readonly<Record<string, string>> = {}) {
  const directory = dbtProject({ ...files, ...more });
  const artifactsDirectory = temporaryFolder();
  const compiled = async (
    choice: { vars?: Record<string, unknown>; env?: NodeJS.ProcessEnv; empty?: boolean } = {},
  ) => {
    const connect = () => Promise.reject(new Error('no warehouse'));
    const { nodes } = await compile({ directory, project: shop, artifactsDirectory, connect, ...choice });
    const manifest = JSON.parse(readFileSync(join(artifactsDirectory, 'manifest.json'), 'utf8'));
    return { manifest, sql: new Map(nodes.map(({ name, sql }) => [name, sql])) };
  };
  const write = (path: string, text: string) => writeFileSync(join(directory, path), text);
  return { compiled, write, kept: join(artifactsDirectory, 'parsed.json') };
}

/** A manifest without what is new in every run. */
function lasting({ nodes, sources, macros, parent_map }: Record<string, Record<string, object>>) {
  const without = Object.entries(nodes ?? {}).map(([id, node]) => [id, { ...node, created_at: 0 }]);
  return { nodes: Object.fromEntries(without), sources, parent_map, macros: Object.keys(macros ?? {}) };
}

test('what was kept gives the same manifest and the same SQL', async () => {
  const { compiled } = keptProject();
  const first = await compiled();
  const second = await compiled();
  expect(lasting(second.manifest)).toEqual(lasting(first.manifest));
  expect(second.sql).toEqual(first.sql);
});

test('a model that is unchanged is not rendered again', async () => {
  const { compiled, kept } = keptProject();
  await compiled();
  const file = readFileSync(kept, 'utf8');
  expect(file).toContain('"tags":["t"]');
  writeFileSync(kept, file.replaceAll('"tags":["t"]', '"tags":["kept"]'));
  expect((await compiled()).manifest.nodes['model.p.b'].tags).toEqual(['kept']);
});

test.each([
  [
    'its file',
    (write: (path: string, text: string) => void) => write('models/b.sql', "select * from {{ ref('c') }}"),
  ],
  [
    'a macro',
    (write: (path: string, text: string) => void) =>
      write('macros/m.sql', "{% macro which() %}{{ return('c') }}{% endmacro %}"),
  ],
])('%s decides anew what a model reads', async (_, change) => {
  const { compiled, write } = keptProject();
  expect((await compiled()).manifest.nodes['model.p.b'].depends_on.nodes).toEqual(['model.p.a']);
  change(write);
  expect((await compiled()).manifest.nodes['model.p.b'].depends_on.nodes).toEqual(['model.p.c']);
});

test('a schema file and a variable decide anew', async () => {
  const { compiled, write } = keptProject();
  expect((await compiled()).sql.get('b')).toMatch(/n = 1$/);
  expect((await compiled({ vars: { n: 7 } })).sql.get('b')).toMatch(/n = 7$/);
  write('models/s.yml', 'models: [{name: b, config: {alias: other}}]');
  const { manifest } = await compiled();
  expect(manifest.nodes['model.p.b'].alias).toBe('other');
  expect(Object.keys(manifest.nodes)).not.toContainEqual(expect.stringMatching(/^test\./));
});

test('what depends on the environment or the clock is rendered every time', async () => {
  const { compiled } = keptProject({
    'models/d.sql': "{{ config(alias=env_var('D_ALIAS')) }}select '{{ run_started_at }}' as at",
  });
  expect((await compiled({ env: { D_ALIAS: 'one' } })).manifest.nodes['model.p.d'].alias).toBe('one');
  expect((await compiled({ env: { D_ALIAS: 'two' } })).manifest.nodes['model.p.d'].alias).toBe('two');
});

test('a file of what was kept that is damaged counts as nothing kept', async () => {
  const { compiled, kept } = keptProject();
  const first = await compiled();
  writeFileSync(kept, '{"version":3,"entries":');
  expect((await compiled()).sql).toEqual(first.sql);
  expect(JSON.parse(readFileSync(kept, 'utf8')).version).toBe(3);
});

test('SQL follows the names of what it reads, limits, and ephemeral models, though its own file is as it was', async () => {
  const { compiled, write } = keptProject({
    'models/e.sql': "{{ config(materialized='ephemeral') }}select 1 as n",
    'models/f.sql': "select * from {{ ref('e') }}",
  });
  const first = await compiled();
  expect(first.sql.get('b')).toMatch(/from \S+\.a where/i);
  expect((await compiled({ empty: true })).sql.get('b')).toMatch(/limit 0/i);
  expect((await compiled()).sql.get('b')).toBe(first.sql.get('b'));
  write('models/s.yml', 'models: [{name: a, config: {alias: renamed}}]');
  write('models/e.sql', "{{ config(materialized='ephemeral') }}select 2 as n");
  const second = await compiled();
  expect(second.sql.get('b')).toMatch(/from \S+\.renamed where/i);
  expect(second.sql.get('f')).toContain('select 2 as n');
});

test('a check that found nothing once does not hide what is wrong afterwards, however often it is asked', async () => {
  const { compiled, write } = keptProject();
  await compiled();
  await compiled();
  write('models/a.sql', 'select 1 as m');
  for (let time = 0; time < 2; time++) await expect(compiled()).rejects.toThrow(/no column "?n/i);
  write('models/a.sql', 'select 1 as n');
  expect((await compiled()).sql.get('a')).toBe('select 1 as n');
});
