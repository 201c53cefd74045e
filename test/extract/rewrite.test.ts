import { expect, test } from 'vitest';
import { createGate } from './gate.ts';
import { full, openWorkbench } from './workbench.ts';

test('a table cannot be emptied or rewritten under a run that has yet to read it', async () => {
  const workbench = await openWorkbench({ maxConnections: 1 });
  await workbench.sql(`CREATE TABLE later (id integer); INSERT INTO later SELECT generate_series(1, 100);
    CREATE MATERIALIZED VIEW kept AS SELECT * FROM later`);
  const gate = await createGate(workbench.connection, 'sooner', 20_000);
  const extracting = workbench.extract({ sooner: full(), later: full(), kept: full() });
  await gate.reached();
  for (const change of ['TRUNCATE later', 'ALTER TABLE later ALTER id TYPE bigint']) {
    await expect(workbench.sql(`BEGIN; SET LOCAL lock_timeout = '50ms'; ${change}`)).rejects.toMatchObject({
      code: '55P03',
    });
  }
  await workbench.sql('INSERT INTO later VALUES (101)');
  await gate.open();
  const manifests = await extracting;
  expect(manifests.map(({ table, totalRows }) => [table, totalRows])).toEqual([
    ['sooner', 20_000],
    ['later', 100],
    ['kept', 100],
  ]);
  await workbench.sql('TRUNCATE later');
  await gate.close();
  await workbench.close();
});
