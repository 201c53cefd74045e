import { keyText, type RawShape } from './content.ts';
import { quoteIdentifier } from './quoting.ts';
import { opsSchema, tableIn } from './template-values.ts';
import { textForm } from './text-form.ts';
import type { Warehouse } from './warehouse.ts';

/** Digests that are bound as one array of JSON: some hundred kilobytes. */
export const digestsAtOnce = 10_000;

const digestsBound = 'SELECT VALUE::VARCHAR FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?)))';

/** The newest run that is visible in RAW; null when the table is empty. */
export async function newestRun(warehouse: Warehouse, shape: RawShape): Promise<string | null> {
  const { rows } = await warehouse.execute(
    `SELECT MAX(_RUN_ID) AS RUN_ID FROM ${tableIn(shape.project, 'raw', shape.table)}`,
  );
  const run = rows[0]?.RUN_ID;
  return typeof run === 'string' ? run : null;
}

/** The keys of some digests, as they stand in RAW (masked where they are), in their text forms. */
export async function readKeys(
  warehouse: Warehouse,
  shape: RawShape,
  digests: readonly string[],
): Promise<readonly Readonly<Record<string, string>>[]> {
  const names = shape.key.map(({ target }) => quoteIdentifier(target));
  const texts = shape.key.map(
    ({ targetType }, i) => `${textForm(names[i] ?? '', targetType)} AS ${names[i]}`,
  );
  const { rows } = await warehouse.execute(
    `SELECT DISTINCT ${texts.join(', ')} FROM ${tableIn(shape.project, 'raw', shape.table)}
     WHERE MD5(${keyText(shape)}) IN (${digestsBound}) ORDER BY ${shape.key.map((_, i) => i + 1).join(', ')}`,
    { binds: [JSON.stringify(digests)] },
  );
  return rows.map((row) => Object.fromEntries(shape.key.map(({ target }) => [target, String(row[target])])));
}

/**
 * Removes the rows of some keys and tells the ledger, in one transaction. Can be repeated: what is gone is not counted again. Rows
 * that a newer run has brought meanwhile are left alone.
 *
 * @param deleteId names the call in OPS.DELETES
 * @param newest run that was visible when the keys were compared
 * @returns rows removed
 */
export async function deleteKeys(
  warehouse: Warehouse,
  shape: RawShape,
  { deleteId, newest, digests }: { deleteId: string; newest: string; digests: readonly string[] },
): Promise<number> {
  const raw = tableIn(shape.project, 'raw', shape.table);
  const isVanished = `MD5(${keyText(shape)}) IN (${digestsBound}) AND _RUN_ID <= ?`;
  const bound = JSON.stringify(digests);
  await warehouse.execute('BEGIN TRANSACTION');
  try {
    await warehouse.execute(
      `INSERT INTO ${opsSchema(shape.project)}.DELETES
         (DELETE_ID, TABLE_NAME, RUN_ID, WINDOW_ID, ROWS_DELETED, DELETED_AT)
       SELECT ?, ?, _RUN_ID, _WINDOW, COUNT(*), CURRENT_TIMESTAMP() FROM ${raw}
       WHERE ${isVanished} GROUP BY _RUN_ID, _WINDOW`,
      { binds: [deleteId, shape.table.name, bound, newest] },
    );
    const { rowsAffected } = await warehouse.execute(`DELETE FROM ${raw} WHERE ${isVanished}`, {
      binds: [bound, newest],
    });
    await warehouse.execute('COMMIT');
    return rowsAffected;
  } catch (error) {
    await warehouse.execute('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
