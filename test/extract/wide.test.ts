import { afterAll, beforeAll, expect, test } from 'vitest';
import { targetName } from '../../lib/config/index.ts';
import { parseCsv } from './csv.ts';
import { full, openWorkbench, type Workbench } from './workbench.ts';

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench();
});
afterAll(() => workbench.close());

/** A name of Postgres: at most 63 bytes, no NUL. */
function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

test('a table of 1,000 columns, on both paths', async () => {
  const columns = Array.from({ length: 1000 }, (_, i) => `c${i}`);
  await workbench.sql(`CREATE TABLE wide (${columns.map((name) => `${name} integer`).join(', ')})`);
  await workbench.sql(
    `INSERT INTO wide VALUES (${columns.map((_, i) => (i % 3 === 0 ? 'NULL' : i)).join(', ')})`,
  );
  const expected = columns.map((_, i) => (i % 3 === 0 ? null : String(i)));
  const [copied] = await workbench.extract({ wide: full() });
  expect(parseCsv(await workbench.csv(copied))).toEqual([columns.map(targetName), expected]);
  const [masked] = await workbench.extract({ wide: full({ mask: { c998: 'redact', c1: 'null' } }) });
  expected[998] = 'REDACTED';
  expected[1] = null;
  expect(parseCsv(await workbench.csv(masked))).toEqual([columns.map(targetName), expected]);
});

test('names with every kind of character, on both paths', async () => {
  const characters = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
  const names = [
    ...characters.map((character) => `n ${character}`),
    'a\nb',
    'tab\there',
    'é漢🛒',
    'select',
    'ß',
    '%s $1 {{ x }}',
  ];
  const table = `it's "odd"; DROP TABLE x --`;
  await workbench.sql(
    `CREATE TABLE ${identifier(table)} (${names.map((name) => `${identifier(name)} text`).join(', ')})`,
  );
  await workbench.sql(
    `INSERT INTO ${identifier(table)} VALUES (${names.map((_, i) => `'v${i}'`).join(', ')})`,
  );
  for (const mask of [{}, { 'n "': 'redact' } as const]) {
    const [manifest] = await workbench.extract({ odd: full({ source: { table }, mask }) });
    expect(manifest?.columns.map(({ name }) => name)).toEqual(names);
    const [header, row] = parseCsv(await workbench.csv(manifest));
    expect(header).toEqual(names.map(targetName));
    expect(row).toEqual(names.map((name, i) => (name in mask ? 'REDACTED' : `v${i}`)));
  }
});
