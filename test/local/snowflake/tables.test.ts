import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type SnowflakeServer, startSnowflake } from '../../../lib/local/snowflake/index.ts';
import { type Client, login, runAll } from './driver.ts';

let server: SnowflakeServer;
let client: Client;

beforeAll(async () => {
  server = await startSnowflake({ memory: true });
  client = await login(server);
});

beforeEach(async () => {
  await client.rows('create or replace database shop');
});

afterAll(async () => {
  await client.close();
  await server.stop();
});

test('a table of every type gives its values back, with types as Snowflake reports them', async () => {
  await client.rows(`create table t (i int, n number(10,2) not null, f float, s varchar(5), b boolean, d date, t time, ntz timestamp_ntz(6),
    ltz timestamp_ltz, tz timestamp_tz, v variant, o object, a array, x binary, "Mixed Case" string)`);
  await client.rows(`insert into t select 12345678901234567890, 1.005, 0.1, 'abc', true, '2024-02-29', '10:11:12',
    '2024-01-02 03:04:05.123456', '2024-01-01', '2024-01-01 00:00:00 +02:00', parse_json('{"k":[1,2]}'), object_construct('a', 1), array_construct(1, 'x'), to_binary('AB12'), 'm'`);
  const statement = await client.statement('select * from t');
  const columns = statement.getColumns() ?? [];
  const types = columns.map((column) => `${column.getName()} ${column.getType()} ${column.isNullable()}`);
  expect(types).toEqual([
    'I fixed true',
    'N fixed false',
    'F real true',
    'S text true',
    'B boolean true',
    'D date true',
    'T time true',
    'NTZ timestamp_ntz true',
    'LTZ timestamp_ltz true',
    'TZ timestamp_tz true',
    'V variant true',
    'O object true',
    'A array true',
    'X binary true',
    'Mixed Case text true',
  ]);
  expect(columns.slice(0, 2).map((column) => [column.getPrecision(), column.getScale()])).toEqual([
    [38, 0],
    [10, 2],
  ]);
  const [row] =
    await client.rows(`select i::varchar as i, n::varchar as n, f, s, b, d::varchar as d, t, ntz::varchar as ntz, tz::varchar as tz,
    v, o, a, x::varchar as x, "Mixed Case" from t`);
  expect(row).toEqual({
    I: '12345678901234567890',
    N: '1.01',
    F: 0.1,
    S: 'abc',
    B: true,
    D: '2024-02-29',
    T: '10:11:12',
    NTZ: '2024-01-02 03:04:05.123',
    TZ: '2023-12-31 22:00:00.000 +0000',
    V: { k: [1, 2] },
    O: { a: 1 },
    A: [1, 'x'],
    X: 'AB12',
    'Mixed Case': 'm',
  });
});

test('defaults, identity, NOT NULL and the length of texts hold', async () => {
  await client.rows(
    `create table t (id int identity(10, 5), s varchar(3) default 'dflt'::varchar(3), n int not null default 7, at timestamp_ltz default current_timestamp())`,
  );
  await client.rows('insert into t (n) values (1), (default)');
  expect(await client.rows('select id, s, n, at is not null as at from t order by id')).toEqual([
    { ID: 10, S: 'dfl', N: 1, AT: true },
    { ID: 15, S: 'dfl', N: 7, AT: true },
  ]);
  expect(await client.error('insert into t (n) values (null)')).toMatchObject({ code: '100072' });
  expect(await client.error("insert into t (s, n) values ('long one', 1)")).toMatchObject({ code: '100078' });
  expect(await client.error("update t set s = 'long one'")).toMatchObject({ code: '100078' });
});

test('columns are added, renamed, widened and dropped', async () => {
  await runAll(client, [
    'create table t (a int, s varchar(3))',
    "insert into t values (1, 'abc')",
    "alter table t add column b number(5,1) default 2.5, c varchar not null default 'x'",
    'alter table t rename column b to "Bee"',
    "alter table t alter column s set data type varchar(10), a comment 'key'",
    'alter table t drop column if exists nope',
  ]);
  await client.rows("update t set s = 'abcdefgh'");
  expect(await client.rows('select * from t')).toEqual([{ A: 1, S: 'abcdefgh', Bee: 2.5, C: 'x' }]);
  expect(await client.rows('desc table t')).toMatchObject([
    { name: 'A', type: 'NUMBER(38,0)', comment: 'key' },
    { name: 'S', type: 'VARCHAR(10)' },
    { name: 'Bee', type: 'NUMBER(5,1)' },
    { name: 'C', 'null?': 'N', default: "'x'" },
  ]);
  expect(await client.error('alter table t alter column s set data type int')).toMatchObject({
    code: '002108',
  });
  await client.rows('alter table t drop column s, c');
  expect(await client.rows('select * from t')).toEqual([{ A: 1, Bee: 2.5 }]);
});

test('CTAS, LIKE, CLONE and SWAP', async () => {
  await runAll(client, [
    'create schema other',
    "create table a (n number(10,3) not null, s varchar(9) comment 'c')",
    "insert into a values (1.5, 'x')",
    'create table b as select n * 2 as n2, s, count(*) as c from a group by all',
    'create table other.c clone a copy grants',
    'create table d like a',
    "insert into d values (9, 'd')",
  ]);
  expect((await client.rows('desc table b')).map((row) => row.type)).toEqual([
    'NUMBER(11,3)',
    'VARCHAR(16777216)',
    'NUMBER(18,0)',
  ]);
  expect(await client.rows('select * from shop.other.c')).toEqual([{ N: 1.5, S: 'x' }]);
  await client.rows('use schema public');
  await client.error('alter table a swap with nope');
  await client.rows('alter table shop.other.c swap with shop.other.d');
  await client.rows('alter table shop.other.a swap with shop.other.d');
  expect([
    await client.value('select n from shop.other.a'),
    await client.value('select n from shop.other.c'),
  ]).toEqual([1.5, 9]);
});

test('a swap across schemas exchanges rows and columns', async () => {
  await runAll(client, [
    'create schema one',
    'create schema two',
    'create table one.t (a int)',
    'insert into one.t values (1)',
    'create table two.t (b varchar)',
    "insert into two.t values ('x'), ('y')",
    'alter table one.t swap with two.t',
  ]);
  expect(await client.rows('select * from one.t order by 1')).toEqual([{ B: 'x' }, { B: 'y' }]);
  expect(await client.rows('select * from two.t')).toEqual([{ A: 1 }]);
});

test('a table may be replaced by a query that reads it', async () => {
  await runAll(client, [
    'create table t as select 1 as a',
    'create or replace table t as select a + 1 as a, a as was from t',
    'insert overwrite into t select a + 1, a from t',
  ]);
  expect(await client.rows('select * from t')).toEqual([{ A: 3, WAS: 2 }]);
});

test('names that differ in case are different tables', async () => {
  await runAll(client, [
    'create table orders (a int)',
    'create table "Orders" (a int)',
    'insert into "Orders" values (1)',
  ]);
  expect(await client.value('select count(*) from orders')).toBe(0);
  expect(await client.value('select count(*) from "Orders"')).toBe(1);
  expect((await client.error('create table twins (a int, "a" int)')).message).toContain(
    'differ only in case',
  );
  expect(await client.error('select "a" from orders')).toMatchObject({ code: '000904' });
});

test('views keep their place, follow their tables and may rename columns', async () => {
  await runAll(client, [
    'create table t (a int)',
    'insert into t values (1)',
    "create view v (x comment 'c', y) copy grants comment = 'v' as select a, a + 1 from t",
    'create schema elsewhere',
  ]);
  expect(await client.rows('select * from shop.public.v')).toEqual([{ X: 1, Y: 2 }]);
  await client.rows('create or replace table shop.public.t as select 5 as a');
  expect(await client.rows('select y from shop.public.v where x = 5')).toEqual([{ Y: 6 }]);
  await client.rows('drop table shop.public.t');
  expect(await client.error('select * from shop.public.v')).toMatchObject({ code: '002003' });
});

test('SHOW, DESC and INFORMATION_SCHEMA tell what is there', async () => {
  await runAll(client, [
    "create transient table t (id int primary key, s varchar) cluster by (id) comment = 'sales'",
    "insert into t values (1, 'a'), (2, 'b')",
    'create secure view v as select * from t',
  ]);
  expect(await client.rows("show tables like 't%' in schema shop.public")).toMatchObject([
    {
      name: 'T',
      kind: 'TRANSIENT',
      rows: 2,
      comment: 'sales',
      cluster_by: 'LINEAR(id)',
      schema_name: 'PUBLIC',
      database_name: 'SHOP',
    },
  ]);
  expect(await client.rows("show terse objects in database shop starts with 'V' limit 1")).toMatchObject([
    { name: 'V', kind: 'VIEW' },
  ]);
  expect(
    await client.rows(
      "select table_name, table_type from information_schema.tables where table_schema = 'PUBLIC' order by 1",
    ),
  ).toEqual([
    { TABLE_NAME: 'T', TABLE_TYPE: 'BASE TABLE' },
    { TABLE_NAME: 'V', TABLE_TYPE: 'VIEW' },
  ]);
  expect(
    await client.rows(
      "select column_name, data_type, is_nullable, numeric_precision from shop.information_schema.columns where table_name = 'T' order by ordinal_position",
    ),
  ).toEqual([
    { COLUMN_NAME: 'ID', DATA_TYPE: 'NUMBER', IS_NULLABLE: 'NO', NUMERIC_PRECISION: 38 },
    { COLUMN_NAME: 'S', DATA_TYPE: 'TEXT', IS_NULLABLE: 'YES', NUMERIC_PRECISION: null },
  ]);
  expect(await client.error('show tables in schema shop.nope')).toMatchObject({ code: '002003' });
});

test('roles, grants, users and warehouses are recorded', async () => {
  await runAll(client, [
    'create role if not exists reader',
    'create warehouse if not exists wh warehouse_size = xsmall auto_suspend = 60',
    'create table t (a int)',
    'grant usage on database shop to role reader',
    'grant select, insert on table t to role reader',
    'grant select on future tables in schema shop.public to role reader',
    'grant role reader to user sluice',
    'alter warehouse wh suspend',
    'revoke insert on table t from role reader',
  ]);
  const grants = await client.rows('show grants to role reader');
  expect(grants.map((row) => `${row.privilege} ${row.granted_on} ${row.name}`).sort()).toEqual([
    'SELECT FUTURE_TABLES_IN_SCHEMA SHOP.PUBLIC',
    'SELECT TABLE SHOP.PUBLIC.T',
    'USAGE DATABASE SHOP',
  ]);
  expect(await client.rows("show warehouses like 'wh'")).toMatchObject([
    { name: 'WH', state: 'SUSPENDED', size: 'X-Small', auto_suspend: '60' },
  ]);
  await client.rows('use role reader');
  expect(await client.value('select current_role()')).toBe('READER');
  await client.rows('use role accountadmin');
  expect((await client.error('grant select on table t to role nobody')).message).toContain(
    "Role 'NOBODY' does not exist",
  );
});

test('sequences count', async () => {
  await client.rows('create sequence s start = 5 increment = 2');
  expect([await client.value('select s.nextval'), await client.value('select s.nextval')]).toEqual([5, 7]);
});

test('a schema and a database are cloned and dropped with what they hold', async () => {
  await runAll(client, [
    'create table t as select 1 as a',
    'create view v as select a + 1 as b from t',
    'create schema copy clone public',
    'insert into copy.t values (2)',
  ]);
  expect(await client.value('select count(*) from shop.public.t')).toBe(1);
  expect(await client.value('select max(b) from shop.copy.v')).toBe(3);
  await client.rows('create or replace database twin clone shop');
  expect(await client.value('select count(*) from twin.copy.t')).toBe(2);
  await client.rows('drop database twin');
  expect(await client.error('select * from twin.copy.t')).toMatchObject({ code: '002003' });
});

test('grants go with what they are on, and outlive a replacement that copies them', async () => {
  await runAll(client, [
    'create or replace schema granted',
    'create role if not exists looking',
    'create table t (a int)',
    'create view v as select a from t',
    'grant select on table t to role looking',
    'grant select on v to role looking',
  ]);
  const on = async (what: string) => (await client.rows(`show grants on ${what}`)).length;
  await runAll(client, [
    'create or replace table t copy grants as select 1 as a',
    'create or replace view v copy grants as select a from t',
  ]);
  expect([await on('table t'), await on('view v')]).toEqual([1, 1]);
  await client.rows('alter table t rename to u');
  expect(await on('table u')).toBe(1);
  await runAll(client, ['create or replace table u (a int)', 'create or replace view v as select a from u']);
  expect([await on('table u'), await on('view v')]).toEqual([0, 0]);
  await runAll(client, ['grant select on u to role looking', 'drop table u', 'create table u (a int)']);
  expect(await on('table u')).toBe(0);
});

test('a cloned schema has its views, functions and sequences, which go on where they stand', async () => {
  await runAll(client, [
    'create or replace schema original',
    'create table t as select 1 as a',
    'create view v as select a + 1 as b from t',
    "create function twice(x int) returns int as 'x * 2'",
    'create sequence counted start 10 increment 5',
    'select counted.nextval',
    'create sequence untouched start 3',
    'create or replace schema copied clone original',
  ]);
  expect(
    await client.rows('select counted.nextval as n, untouched.nextval as u, twice(b) as d from v'),
  ).toEqual([{ N: 15, U: 3, D: 4 }]);
  expect(await client.value('select original.counted.nextval')).toBe(15);
});

test('an alias may be used further on in its own query, also of what can fail', async () => {
  await runAll(client, [
    'create or replace schema aliases',
    "create table t as select '2024-01-0' || column1 as d, column1 as n from values (1), (2), (2)",
  ]);
  expect(
    await client.rows(`select to_date(d)::varchar as day, to_number(right(day, 1)) as k, k * 2 as l
      from t where day > '2024-01-01' qualify row_number() over (partition by day order by n) = 1 order by day`),
  ).toEqual([{ DAY: '2024-01-02', K: 2, L: 4 }]);
  expect(
    await client.rows(`select to_date(d)::varchar as day, sum(n) as s, s + 1 as t from t group by day
      having day > '2024-01-01' order by day`),
  ).toEqual([{ DAY: '2024-01-02', S: 4, T: 5 }]);
});

test('an alias may be used further on in a subquery, and of a subquery', async () => {
  await runAll(client, [
    'create or replace schema subqueries',
    'create table t as select 1 as a',
    'create table u as select 2 as b',
  ]);
  expect(
    await client.rows(`select exists (select t.a + b as c, c + 1 as d from u where d = 4) as e, not e as f,
      (select max(b) as c from u where b > t.a) as m, m * 2 as n from t where m = 2`),
  ).toEqual([{ E: true, F: false, M: 2, N: 4 }]);
  expect(await client.rows('select l.d from t, lateral (select t.a as c, c + b as d from u) as l')).toEqual([
    { D: 3 },
  ]);
});

test('a name that both sides of USING have is that of the first, and ambiguous without USING', async () => {
  await runAll(client, [
    'create or replace schema shared',
    "create table t as select 1 as a, 'left' as b",
    "create table u as select 1 as a, 'right' as b",
  ]);
  expect(
    await client.rows("select a, b, count(*) as n from t join u using (a) where b = 'left' group by a, b"),
  ).toEqual([{ A: 1, B: 'left', N: 1 }]);
  expect(await client.value('select b from u left join t using (a) order by b')).toBe('right');
  await expect(client.rows('select b from t join u on t.a = u.a')).rejects.toThrow(
    "ambiguous column name 'B'",
  );
});
