import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadProject } from '../../lib/config/index.ts';
import { configText, discoverTables, type Proposal, tablesText } from '../../lib/extract/index.ts';
import { temporaryFolder } from '../support/index.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

let workbench: Workbench;
let proposals: readonly Proposal[];

beforeAll(async () => {
  workbench = await openWorkbench();
  await workbench.sql(`
    CREATE TABLE sales (invoice text, invoicedate timestamp NOT NULL, price numeric);
    INSERT INTO sales SELECT n::text, timestamp '2011-01-01' + n * interval '1 minute', n FROM generate_series(1, 120000) AS n;
    CREATE INDEX ON sales (invoicedate);
    CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL, "First Name" text, contact text, note text,
      password_hash text, phone_count integer, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL);
    INSERT INTO customers SELECT n, 'user' || n || '@example.com', 'Ada', '+44 20 7946 ' || lpad((n % 10000)::text, 4, '0'),
      'call user' || n, 'x', 1, now(), now() FROM generate_series(1, 120000) AS n;
    CREATE TABLE logins (email text, at timestamptz, address inet, body text, PRIMARY KEY (email, at));
    CREATE TABLE heap (a integer, b text);
    INSERT INTO heap SELECT n, md5(n::text) FROM generate_series(1, 120000) AS n;
    CREATE TABLE events (id bigint, at timestamptz NOT NULL) PARTITION BY RANGE (at);
    CREATE TABLE events_2011 PARTITION OF events FOR VALUES FROM ('2011-01-01') TO ('2012-01-01');
    INSERT INTO events SELECT n, timestamptz '2011-01-01' + n * interval '1 minute' FROM generate_series(1, 120000) AS n;
    CREATE VIEW seen AS SELECT * FROM heap;
    CREATE TABLE coupons (code text NOT NULL, note text, modified timestamptz NOT NULL, UNIQUE (note), UNIQUE (code) INCLUDE (note));
    INSERT INTO coupons SELECT n::text, n::text, now() FROM generate_series(1, 120000) AS n;
    CREATE VIEW failing AS SELECT note, email, note::integer AS number FROM customers;
    CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
    CREATE FOREIGN TABLE gone (a text) SERVER files OPTIONS (filename '/nowhere/at/all.csv');
    CREATE TABLE nothing ();
    CREATE TABLE states (id integer, changed_on date NOT NULL, home_address jsonb);
    INSERT INTO states SELECT n, '2020-01-01' FROM generate_series(1, 120000) AS n;
    CREATE SCHEMA "Odd Schema"; CREATE TABLE "Odd Schema"."It's 100%" (id integer);
    CREATE TABLE "Odd Schema".heap (id integer);
    ANALYZE`);
  proposals = await discoverTables(workbench.source);
});
afterAll(() => workbench.close());

function proposal(name: string): Proposal | undefined {
  return proposals.find((each) => each.name === name);
}

test('every table and view once, partitions through their parent, each under a name of its own', () => {
  expect(
    proposals.map(({ name, source }) => `${name} = ${source.schema}.${source.table}`).toSorted(),
  ).toEqual(
    [
      'coupons = public.coupons',
      'customers = public.customers',
      'events = public.events',
      'failing = public.failing',
      'gone = public.gone',
      "it_s_100_ = Odd Schema.It's 100%",
      'heap = Odd Schema.heap',
      'logins = public.logins',
      'public_heap = public.heap',
      'sales = public.sales',
      'seen = public.seen',
      'states = public.states',
    ].toSorted(),
  );
});

test.each([
  ['sales', { kind: 'daily', column: 'invoicedate' }, /^about 120,000 rows, dated by invoicedate$/],
  [
    'customers',
    { kind: 'incremental', cursor: 'updated_at', key: ['id'] },
    /updated_at says when .* an index on it/,
  ],
  [
    'coupons',
    { kind: 'incremental', cursor: 'modified', key: ['code'] },
    /modified says when .* the unique index tells rows apart/,
  ],
  ['states', { kind: 'full' }, /no column says when/],
  ['gone', { kind: 'full' }, /^a foreign table/],
  ['failing', { kind: 'full' }, /^a view/],
  ['events', { kind: 'daily', column: 'at' }, /^about 120,000 rows, dated by at; an index/],
  ['logins', { kind: 'full' }, /^about 0 rows: small/],
  ['public_heap', { kind: 'full' }, /no column says when/],
  ['seen', { kind: 'full' }, /^a view/],
])('%s is moved as %o', (name, mode, reason) => {
  expect(proposal(name)?.mode).toEqual(mode);
  expect(proposal(name)?.reasons[0]).toMatch(reason);
});

test('columns are proposed for masking by their names and by what a sample looks like', () => {
  expect(proposal('customers')?.mask).toEqual({
    email: 'hash',
    'First Name': 'redact',
    contact: 'partial',
    password_hash: 'null',
  });
  expect(proposal('customers')?.reasons.slice(1)).toEqual([
    'email: its name says that it is an e-mail address',
    "First Name: its name says that it is a person's name",
    'password_hash: its name says that it is a secret',
    'contact: in a sample of 1000 most values look like a phone number',
  ]);
  expect(proposal('sales')?.mask).toEqual({});
  expect(proposal('states')?.mask).toEqual({ home_address: 'redact' });
  expect(JSON.stringify(proposals)).not.toContain('example.com');
});

test('a table whose rows cannot be looked at does not stop the others, and says so', () => {
  expect(proposal('failing')?.mask).toEqual({ email: 'hash' });
  expect(proposal('gone')?.reasons.at(-1)).toMatch(/could not be looked at \(SQLSTATE \w{5}\)/);
});

test('the text of a config is one that parses to the same tables', async () => {
  const file = join(temporaryFolder(), 'sluice.config.ts');
  const importFrom = join(import.meta.dirname, '../../lib/config/index.ts');
  writeFileSync(file, configText(proposals, { project: 'shop', importFrom }));
  const { project } = await loadProject(file);
  expect(project.tables.map(({ name, source, mask }) => ({ name, source, mask }))).toEqual(
    proposals.map(({ name, source, mask }) => ({ name, source, mask })),
  );
  expect(project.tables.map(({ mode }) => mode)).toMatchObject(proposals.map(({ mode }) => mode));
  expect(tablesText(proposals)).toContain("source: { schema: 'Odd Schema', table: 'It\\'s 100%' }");
});

test('schemas can be chosen', async () => {
  const chosen = await discoverTables(workbench.source, ['Odd Schema']);
  expect(chosen.map(({ name }) => name)).toEqual(['it_s_100_', 'heap']);
});
