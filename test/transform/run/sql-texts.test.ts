import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitStatements } from '../../../lib/transform/context/split-statements.ts';
import { folded, noQuoting, quote, renderRelation, sqlName } from '../../../lib/transform/relation.ts';
import { prependCtes } from '../../../lib/transform/run/compile/ctes.ts';
import { publishStatements } from '../../../lib/transform/run/publish/publish.ts';
import { placeInSql } from '../../../lib/transform/run/results/sql-place.ts';

const cte = { name: '__dbt__cte__a', sql: 'select 1 as x' };

test.each([
  ['select * from __dbt__cte__a', 'with __dbt__cte__a as (\nselect 1 as x\n)\nselect * from __dbt__cte__a'],
  [
    '-- why\nWITH b as (select 2) select * from b',
    '-- why\nWITH __dbt__cte__a as (\nselect 1 as x\n), b as (select 2) select * from b',
  ],
  [
    '/* with */ with recursive b as (select 2) select * from b',
    '/* with */ with recursive __dbt__cte__a as (\nselect 1 as x\n), b as (select 2) select * from b',
  ],
  ['select without from t', 'with __dbt__cte__a as (\nselect 1 as x\n)\nselect without from t'],
])('named queries go in front of %j', (sql, expected) => {
  expect(prependCtes(sql, [cte])).toBe(expected);
  expect(prependCtes(sql, [])).toBe(sql);
});

test('statements part at semicolons outside of texts, names and comments', () => {
  const sql = `select ';', "a;b" -- ;\n; /* ; */ begin $$ x; y $$; ; -- nothing`;
  expect(splitStatements(sql)).toEqual([`select ';', "a;b" -- ;`, '/* ; */ begin $$ x; y $$']);
  expect(splitStatements("select 'it''s; fine', 'back\\'slash;'")).toHaveLength(1);
});

test('quoted texts never part a statement', () => {
  const text = fc.string().map((value) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`);
  const name = fc.string().map(quote);
  fc.assert(
    fc.property(fc.array(fc.oneof(text, name), { minLength: 1 }), (parts) => {
      const statement = `select ${parts.join(', ')}`;
      expect(splitStatements(`${statement};${statement}`)).toEqual([statement, statement]);
    }),
  );
});

test('a quoted name means exactly its text', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (text) => {
      const quoted = quote(text);
      expect(quoted.slice(1, -1).replaceAll('""', '"')).toBe(text);
      expect(quoted.slice(1, -1).replaceAll('""', '')).not.toContain('"');
    }),
  );
});

test('names are written as the project has them, and as Snowflake keeps them', () => {
  const relation = { database: 'sluice', schema: 'DEV', identifier: 'my-model', quoting: noQuoting };
  expect(renderRelation(relation)).toBe('sluice.DEV."my-model"');
  expect(sqlName(relation)).toBe('"SLUICE"."DEV"."my-model"');
  expect(folded('abc', true)).toBe('abc');
});

test('an error of the warehouse is placed in the compiled SQL', () => {
  const sql = 'select\n  a,\n  b\nfrom t';
  const statement = `create or replace view v\n  as (\n    ${sql}\n  )`;
  expect(placeInSql(sql, statement, { line: 4, column: 3 })).toEqual({ line: 2, column: 3, text: '  a,' });
  expect(placeInSql(sql, statement, { line: 3, column: 5 })).toEqual({ line: 1, column: 1, text: 'select' });
  expect(placeInSql(sql, statement, { line: 1, column: 1 })).toBeUndefined();
  expect(placeInSql(sql, statement, { line: undefined, column: undefined })).toBeUndefined();
  expect(placeInSql(sql, 'drop view v', { line: 1, column: 1 })).toBeUndefined();
});

const place = (schema: string) => ({ database: 'D', schema, identifier: 'm', quoting: noQuoting });
const table = {
  kind: 'table',
  node: 'model.p.m',
  candidate: place('DEV__CANDIDATE_1'),
  published: place('DEV'),
  transient: true,
} as const;

test('a table is published by one statement that keeps grants; only a change of kind needs a drop', () => {
  const clone =
    'CREATE OR REPLACE TRANSIENT TABLE "D"."DEV"."M" CLONE "D"."DEV__CANDIDATE_1"."M" COPY GRANTS';
  expect(publishStatements(table, undefined)).toEqual([clone]);
  expect(publishStatements(table, 'table')).toEqual([clone]);
  expect(publishStatements(table, 'view')).toEqual(['DROP VIEW IF EXISTS "D"."DEV"."M"', clone]);
  const view = {
    kind: 'view',
    node: 'model.p.m',
    published: place('DEV'),
    create: 'create or replace view …',
  } as const;
  expect(publishStatements(view, 'table')).toEqual(['DROP TABLE IF EXISTS "D"."DEV"."M"', view.create]);
});
