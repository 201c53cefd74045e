import { SluiceError, type Table } from '../../config/index.ts';
import { contentScope, keyShape, readContentShape, type Source, sourceContent } from '../../extract/index.ts';
import {
  deleteKeys,
  digestsAtOnce,
  newestRun,
  type RawShape,
  rawContent,
  readKeys,
  type Warehouse,
} from '../../snowflake/index.ts';
import { newRunId } from '../../staging/index.ts';
import type { RunContext } from '../context.ts';
import { recordedContracts, selectTables } from '../contracts.ts';
import { differences } from './compare.ts';
import { withSourceAndWarehouse } from './counts.ts';

export interface DeletesChoice {
  /** These tables only; unless told, all that are read whole or by a cursor and have a key. */
  readonly tables?: readonly string[];
  /** Removes the rows from RAW. */
  readonly apply?: boolean;
  /** With `apply`: refuses to remove more than this part of a table's keys, in percent. */
  readonly most?: number;
}

/** The keys of a table that its source has no more. */
export interface VanishedKeys {
  readonly table: string;
  /** Rows of RAW whose keys were compared. */
  readonly compared: number;
  readonly vanished: number;
  /** The first of them, as they stand in RAW: masked where they are masked there. */
  readonly keys: readonly Readonly<Record<string, string>>[];
  /** Rows removed from RAW; null when that was not asked for. */
  readonly removed: number | null;
}

/** Keys that are told one by one. */
const keysTold = 1000;

const mostUnlessTold = 50;

/**
 * Compares the sets of keys of source and RAW, by digests in buckets, and on request removes from RAW the rows whose keys have
 * vanished. A comparison without `apply` changes nothing.
 *
 * @throws SluiceError TABLE_NO_KEY for a table that was named and has none; TOO_MANY_DELETES
 */
export async function reconcileDeletes(
  context: RunContext,
  choice: DeletesChoice,
): Promise<readonly VanishedKeys[]> {
  const tables = selectTables(context.project.tables, choice.tables);
  return await withSourceAndWarehouse(context, async (source, warehouse) => {
    const results: VanishedKeys[] = [];
    for (const table of tables) {
      const isNamed = choice.tables !== undefined;
      if (table.mode.kind === 'daily' && !isNamed) continue;
      const sides = await openKeys(context, table, source, warehouse, isNamed);
      if (sides !== undefined) results.push(await compareKeys(sides, choice));
    }
    return results;
  });
}

interface KeySides {
  readonly table: Table;
  readonly warehouse: Warehouse;
  readonly shape: RawShape;
  /** Digests of the keys that the source has no more, as often as it is called. */
  vanished(): AsyncGenerator<string>;
}

async function openKeys(
  context: RunContext,
  table: Table,
  source: Source,
  warehouse: Warehouse,
  isNamed: boolean,
): Promise<KeySides | undefined> {
  const contract = recordedContracts(context.directory, [table]).get(table.name);
  if (contract === undefined) return undefined;
  const whole = await readContentShape(source, table, contract);
  if (whole.key.length === 0 && !isNamed) return undefined;
  const keys = keyShape(whole);
  const inSource = sourceContent(source, keys, await contentScope(source, keys, { allRows: true }));
  const shape: RawShape = { project: context.project, ...keys };
  return {
    table,
    warehouse,
    shape,
    async *vanished() {
      for await (const { key, isInSource } of differences(
        rawContent(warehouse, shape, undefined),
        inSource,
      )) {
        if (!isInSource) yield key;
      }
    },
  };
}

async function compareKeys(sides: KeySides, choice: DeletesChoice): Promise<VanishedKeys> {
  const { table, warehouse, shape } = sides;
  const newest = await newestRun(warehouse, shape);
  const compared = [...(await rawContent(warehouse, shape, undefined).buckets()).values()].reduce(
    (sum, { rows }) => sum + rows,
    0,
  );
  let vanished = 0;
  const first: string[] = [];
  for await (const digest of sides.vanished()) {
    vanished += 1;
    if (first.length < keysTold) first.push(digest);
  }
  const keys = first.length === 0 ? [] : await readKeys(warehouse, shape, first);
  if (choice.apply !== true) return { table: table.name, compared, vanished, keys, removed: null };
  const most = choice.most ?? mostUnlessTold;
  if (vanished * 100 > compared * most) throw tooManyDeletes(table, vanished, compared, most);
  const removed = newest === null ? 0 : await removeVanished(sides, newest);
  return { table: table.name, compared, vanished, keys, removed };
}

async function removeVanished(sides: KeySides, newest: string): Promise<number> {
  const { warehouse, shape } = sides;
  const deleteId = newRunId();
  let removed = 0;
  let digests: string[] = [];
  const remove = async (): Promise<void> => {
    if (digests.length > 0) removed += await deleteKeys(warehouse, shape, { deleteId, newest, digests });
    digests = [];
  };
  for await (const digest of sides.vanished()) {
    digests.push(digest);
    if (digests.length === digestsAtOnce) await remove();
  }
  await remove();
  return removed;
}

function tooManyDeletes(table: Table, vanished: number, compared: number, most: number): SluiceError {
  return new SluiceError({
    code: 'TOO_MANY_DELETES',
    kind: 'work',
    message: `${vanished} of the ${compared} rows of ${table.name} in RAW have keys that the source has no more: over ${most} %`,
    hint: 'Is this the right source? If the rows really are to go, give --most 100. Nothing was removed.',
    details: { table: table.name, vanished, compared },
  });
}
