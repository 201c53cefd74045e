import { afterAll, beforeAll, expect, test } from 'vitest';
import { readContract } from '../../lib/extract/index.ts';
import { postgresVersion } from '../support/index.ts';
import { typeDefinitions, typesOfTheCatalog, typeTableOf } from './type-table.ts';
import { full, openWorkbench, projectOf, type Workbench } from './workbench.ts';

const typeTable = typeTableOf(postgresVersion());
let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench();
  await workbench.sql(typeDefinitions);
  for (const [i, { type, values }] of typeTable.entries()) {
    await workbench.sql(`CREATE TABLE t${i} (n serial, value ${type})`);
    for (const [sql] of values) await workbench.sql(`INSERT INTO t${i} (value) VALUES (${sql})`);
  }
});
afterAll(() => workbench.close());

test.each(typeTable.map((row, i) => ({ ...row, i })))(
  '$type',
  async ({ i, type, sourceType, target, values }) => {
    const table = `t${i}`;
    const [configured] = projectOf({ [table]: full() }).tables;
    if (configured === undefined) throw new Error('the project has no table');
    const contract = await readContract(workbench.source, configured);
    expect(contract.columns[1]).toEqual({
      name: 'value',
      target: 'VALUE',
      sourceType: sourceType ?? type,
      targetType: target,
      nullable: true,
    });

    const [manifest] = await workbench.extract({ [table]: full() });
    const rows = values.map(([, csv], n) => `"${n + 1}",${csv}\n`);
    expect(await workbench.csv(manifest)).toBe(`N,VALUE\n${rows.join('')}`);
    expect(manifest?.totalRows).toBe(values.length);
  },
);

test('the table has every type that this server has for a column', async () => {
  const { rows } = await workbench.sql(`SELECT typname FROM pg_type
    WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype IN ('b', 'r', 'm') AND (typelem = 0 OR typarray <> 0)
      AND NOT EXISTS (SELECT FROM pg_type AS e WHERE e.typarray = pg_type.oid)`);
  const { rows: named } = await workbench.sql(
    `SELECT (SELECT typname FROM pg_type WHERE oid = to_regtype(type)) AS typname FROM unnest($1::text[]) AS type`,
    [typeTable.map(({ type }) => type)],
  );
  const known = new Set([...named.map(({ typname }) => typname), ...typesOfTheCatalog]);
  expect(rows.map(({ typname }) => typname).filter((name) => !known.has(name))).toEqual([]);
});
