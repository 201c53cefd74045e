import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { build, clone, compile, test as runTests, show } from '../../lib/transform/index.ts';
import { dbtProject } from './support/projects.ts';
import { shopWarehouse } from './support/warehouse.ts';

const shop = await shopWarehouse();

const files = {
  'seeds/fruit.csv': 'id,name\n1,apple\n2,pear\n',
  'models/a.sql': "{{ config(materialized='table') }} select * from {{ ref('fruit') }}",
  'models/between.sql': "{{ config(materialized='ephemeral') }} select * from {{ ref('a') }}",
  'models/b.sql': "select id, '{{ target.name }}' as made_in from {{ ref('between') }}",
  'models/c.sql': "select count(*) as n from {{ ref('b') }}",
  'models/schema.yml': 'models: [{name: b, columns: [{name: id, tests: [unique]}]}]',
};

/** Builds everything in PROD. @returns the project, and the folder of that run's artifacts */
async function production(): Promise<{ directory: string; state: string }> {
  const directory = dbtProject(files);
  const options = shop.options(directory, { target: 'prod' });
  const report = await build(options);
  expect(report.problems).toEqual([]);
  return { directory, state: options.artifactsDirectory };
}

describe('defer', () => {
  test('reads the other environment where this one has nothing, and only there', async () => {
    const { directory, state } = await production();
    const report = await build(shop.options(directory, { select: ['c'], state, defer: true }));
    expect(report.problems).toEqual([]);
    expect(await shop.relations('DEV')).toEqual(['C']);
    expect(await shop.values('SELECT * FROM SHOP.DEV.C')).toEqual([[2]]);
    const [[ddl] = []] = await shop.values("SELECT GET_DDL('VIEW', 'SHOP.DEV.C')");
    expect(String(ddl)).toContain('SHOP.PROD.b');

    await build(shop.options(directory, { select: ['fruit', 'a', 'b'] }));
    const again = await build(shop.options(directory, { select: ['c'], state, defer: true }));
    expect(again.problems).toEqual([]);
    expect(String((await shop.values("SELECT GET_DDL('VIEW', 'SHOP.DEV.C')"))[0]?.[0])).toContain(
      'SHOP.DEV.b',
    );
  });

  test('goes through ephemeral models, and to what is there too when that is favored', async () => {
    const { directory, state } = await production();
    await build(shop.options(directory, { select: ['fruit', 'a'] }));
    await shop.run('DELETE FROM SHOP.DEV.A WHERE ID = 2');
    const ids = async () => (await shop.values('SELECT ID FROM SHOP.DEV.B ORDER BY 1')).flat();
    await build(shop.options(directory, { select: ['b'], state, defer: true }));
    expect(await ids()).toEqual([1]);
    await build(shop.options(directory, { select: ['b'], state, defer: true, favorState: true }));
    expect(await ids()).toEqual([1, 2]);
    const both = { select: ['a', 'b'], state, defer: true, favorState: true };
    await build(shop.options(directory, both));
    // `a` is built in this run, so that is what `b` reads.
    expect(String((await shop.values("SELECT GET_DDL('VIEW', 'SHOP.DEV.B')"))[0]?.[0])).toContain(
      'SHOP.DEV.a',
    );
  });

  test('lets tests run on the other environment', async () => {
    const { directory, state } = await production();
    const report = await runTests(shop.options(directory, { state, defer: true }));
    expect(report.tests.map(({ status }) => status)).toEqual(['pass']);
    expect(await shop.relations('DEV')).toEqual([]);
  });

  test('shows and compiles over the other environment', async () => {
    const { directory, state } = await production();
    const options = shop.options(directory, { select: ['c'], state, defer: true });
    expect((await show({ ...options, limit: 1 })).rows).toEqual([{ N: 2 }]);
    const { nodes } = await compile({ ...options, exclude: ['resource_type:test'] });
    expect(nodes[0]?.sql).toContain('from SHOP.PROD.b');
    expect((await show({ ...options, limit: 1, empty: true })).rows).toEqual([{ N: 0 }]);
  });

  test('needs another run', async () => {
    const options = shop.options(dbtProject(files), { defer: true });
    await expect(build(options)).rejects.toMatchObject({ code: 'STATE_MISSING', kind: 'usage' });
    await expect(build({ ...options, state: '/nowhere' })).rejects.toMatchObject({
      code: 'ARTIFACTS_MISSING',
    });
  });
});

describe('state', () => {
  test('selects what was changed since, and with defer reads the rest where it was built', async () => {
    const { directory, state } = await production();
    const select = ['state:modified+'];
    const nothing = await build(shop.options(directory, { select, state, defer: true }));
    expect(nothing.models).toEqual([]);
    expect(nothing.unmatched).toEqual(['state:modified+']);
    writeFileSync(join(directory, 'models/b.sql'), "select id + 1 as id from {{ ref('a') }}");
    const report = await build(shop.options(directory, { select, state, defer: true }));
    expect(report.models.map(({ name }) => name)).toEqual(['b', 'c']);
    expect(report.tests.map(({ name }) => name)).toEqual(['unique_b_id']);
    expect(await shop.values('SELECT * FROM SHOP.DEV.B ORDER BY 1')).toEqual([[2], [3]]);
  });

  test('selects by how nodes ended, and asks for the artifacts', async () => {
    const { directory, state } = await production();
    writeFileSync(join(directory, 'models/a.sql'), 'select 1 / no_such_column as id');
    const options = shop.options(directory, { target: 'prod', artifactsDirectory: state });
    const failing = await build({ ...options, check: false });
    expect(failing.problems).toHaveLength(1);
    writeFileSync(join(directory, 'models/a.sql'), files['models/a.sql']);
    const select = ['result:error', 'result:skipped'];
    const report = await build(shop.options(directory, { target: 'prod', select, state }));
    expect(report.models.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(report.published).toBe(true);
    await expect(build(shop.options(directory, { select: ['state:new'] }))).rejects.toMatchObject({
      code: 'STATE_MISSING',
    });
  });
});

describe('clone', () => {
  test('makes tables of the other environment without copying, views as views, and leaves what is there', async () => {
    const { directory, state } = await production();
    await shop.run('CREATE SCHEMA SHOP.DEV', 'CREATE TABLE SHOP.DEV.C (MINE INT)');
    const report = await clone(shop.options(directory, { state }));
    const made = report.relations.map(({ name, made: kind, message }) => [name, kind, message]);
    expect(made.sort()).toEqual([
      ['a', 'table', null],
      ['b', 'view', null],
      ['c', null, 'it is there already'],
      ['fruit', 'table', null],
    ]);
    expect(await shop.values('SELECT * FROM SHOP.DEV.A ORDER BY 1')).toEqual([
      [1, 'apple'],
      [2, 'pear'],
    ]);
    expect(await shop.values('SELECT MADE_IN FROM SHOP.DEV.B LIMIT 1')).toEqual([['prod']]);
    expect(
      await shop.values(
        "SELECT TABLE_NAME, TABLE_TYPE FROM SHOP.INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'DEV' ORDER BY 1",
      ),
    ).toEqual([
      ['A', 'BASE TABLE'],
      ['B', 'VIEW'],
      ['C', 'BASE TABLE'],
      ['FRUIT', 'BASE TABLE'],
    ]);
    await shop.run('INSERT INTO SHOP.DEV.A VALUES (3, $$plum$$)');
    expect(await shop.values('SELECT COUNT(*) FROM SHOP.PROD.A')).toEqual([[2]]);

    const again = await clone(shop.options(directory, { state, fullRefresh: true, select: ['a', 'c'] }));
    expect(again.relations.map(({ made: kind }) => kind).sort()).toEqual(['table', 'view']);
    expect(await shop.values('SELECT COUNT(*) FROM SHOP.DEV.A')).toEqual([[2]]);
    expect(await shop.values('SELECT N FROM SHOP.DEV.C')).toEqual([[2]]);
  });

  test('says what the other environment does not have, and is never one with itself', async () => {
    const { directory, state } = await production();
    writeFileSync(join(directory, 'models/new.sql'), 'select 1 as x');
    const report = await clone(shop.options(directory, { state, select: ['new'] }));
    expect(report.relations).toEqual([
      {
        name: 'new',
        relation: 'SHOP.DEV.new',
        from: null,
        made: null,
        message: 'the other manifest does not have it',
      },
    ]);
    const own = await clone(
      shop.options(directory, { state, target: 'prod', fullRefresh: true, select: ['a'] }),
    );
    expect(own.relations[0]).toMatchObject({ made: null, message: 'it is the same relation' });
  });
});
