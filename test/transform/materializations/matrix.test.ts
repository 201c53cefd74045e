import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectWarehouse } from '../../../lib/snowflake/index.ts';
import { build } from '../../../lib/transform/index.ts';
import { freshSnowflake, temporaryFolder } from '../../support/index.ts';
import { matrixProject, matrixRounds, matrixSetup, picturesOf } from '../support/matrix.ts';
import { shop } from '../support/projects.ts';

const { connection } = await freshSnowflake();

/** Written from what dbt itself makes of the project (test/transform/second-opinion-materializations.ts). */
const expected: readonly Readonly<Record<string, readonly string[]>>[] = JSON.parse(
  readFileSync(join(matrixProject, 'expected.json'), 'utf8'),
);

test('every materialization makes what dbt makes, in three builds with other rows in between', async () => {
  const warehouse = await connectWarehouse(connection);
  for (const sql of matrixSetup) await warehouse.execute(sql);
  for (const [index, { statements, vars, from, to }] of matrixRounds.entries()) {
    for (const sql of statements) await warehouse.execute(sql);
    const report = await build({
      directory: matrixProject,
      project: shop,
      vars,
      eventTimeStart: from,
      eventTimeEnd: to,
      connect: () => connectWarehouse({ ...connection, database: 'SHOP', schema: 'DEV' }),
      artifactsDirectory: temporaryFolder(),
    });
    expect(report.problems).toEqual([]);
    expect(await picturesOf(warehouse, 'DEV')).toEqual(expected[index]);
  }
}, 60_000);
