import { createHash } from 'node:crypto';
import pg from 'pg';
import { type ContractColumn, readContract, type Table } from '../../lib/config/index.ts';
import type { RunContext } from '../../lib/run/index.ts';
import {
  connectWarehouse,
  type Load,
  quoteIdentifier,
  quoteName,
  readLoads,
  type Warehouse,
} from '../../lib/snowflake/index.ts';
import {
  type Manifest,
  manifestKey,
  manifestPrefix,
  openStaging,
  parseManifest,
  type Staging,
} from '../../lib/staging/index.ts';

/** What has been read so far of `daily` tables: first and last business day, both included. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

/**
 * What must hold whatever went wrong, once a run has gone through: the rows that are visible are those of the source, each once;
 * every object that a manifest names is there, byte for byte; every visible row is of a load that is applied, whose manifest is in
 * the bucket; at most one run of a window counts; no load is left on its way.
 *
 * @returns a line for everything that does not hold; none when all is well
 */
export async function brokenInvariants(context: RunContext, days: Days): Promise<readonly string[]> {
  const { project, connections } = context;
  const { database } = project.snowflake;
  const source = new pg.Client(connections.source);
  const staging = openStaging(connections.staging, { prefix: project.staging.prefix });
  const warehouse = await connectWarehouse({ ...connections.snowflake, database });
  try {
    await source.connect();
    const loads = await readLoads(warehouse, project);
    const manifests = await readManifests(context, staging);
    const broken = [...(await brokenObjects(staging, manifests)), ...brokenLoads(loads, manifests)];
    for (const table of project.tables) {
      broken.push(...(await brokenRows(context, table, days, source, warehouse)));
      broken.push(...(await brokenOrigins(context, table, warehouse)));
    }
    return broken;
  } finally {
    await warehouse.close();
    staging.close();
    await source.end();
  }
}

/**
 * What must hold at any moment, in the middle of whatever goes wrong: every row that is visible is of a load that is applied, and
 * no row of a file is visible twice.
 */
export async function brokenVisibility(context: RunContext): Promise<readonly string[]> {
  const { project, connections } = context;
  const warehouse = await connectWarehouse({
    ...connections.snowflake,
    database: project.snowflake.database,
  });
  try {
    const broken: string[] = [];
    for (const table of project.tables) broken.push(...(await brokenOrigins(context, table, warehouse)));
    return broken;
  } finally {
    await warehouse.close();
  }
}

/** Every relation that readers see, with its rows as text, sorted: two runs over the same source end in the same. */
export async function published(context: RunContext): Promise<Readonly<Record<string, readonly string[]>>> {
  const { project, connections } = context;
  const { database, schemas } = project.snowflake;
  const warehouse = await connectWarehouse({ ...connections.snowflake, database });
  try {
    const { rows } = await warehouse.execute(
      `SELECT TABLE_NAME FROM ${quoteIdentifier(database)}.INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = ?`,
      { binds: [schemas.dev] },
    );
    const found: Record<string, readonly string[]> = {};
    for (const { TABLE_NAME: name } of rows) {
      const content = await warehouse.execute(
        `SELECT * FROM ${quoteName(database, schemas.dev, String(name))}`,
      );
      found[String(name)] = content.rows.map((row) => JSON.stringify(row)).sort();
    }
    return found;
  } finally {
    await warehouse.close();
  }
}

async function readManifests({ project }: RunContext, staging: Staging): Promise<readonly Manifest[]> {
  const manifests: Manifest[] = [];
  for (const { key } of await staging.list(manifestPrefix(project.staging.prefix))) {
    const manifest = parseManifest((await staging.get(key)).toString());
    const { table, window, runId } = manifest;
    const own = manifestKey({ prefix: project.staging.prefix, table, window: window.id, runId });
    if (own !== key) throw new Error(`${key} holds the manifest of ${own}`);
    manifests.push(manifest);
  }
  return manifests;
}

async function brokenObjects(staging: Staging, manifests: readonly Manifest[]): Promise<string[]> {
  const broken: string[] = [];
  for (const { files, totalRows, runId, table, window } of manifests) {
    const rows = files.reduce((sum, file) => sum + file.rows, 0);
    if (rows !== totalRows)
      broken.push(`${table} ${window.id} ${runId}: files of ${rows} rows, not ${totalRows}`);
    for (const { key, bytes, sha256 } of files) {
      const object = await staging.get(key).catch(() => undefined);
      if (object === undefined) broken.push(`${key} is named by a manifest and not there`);
      else if (object.length !== bytes || digest(object) !== sha256) broken.push(`${key} has other bytes`);
    }
  }
  return broken;
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function brokenLoads(loads: readonly Load[], manifests: readonly Manifest[]): string[] {
  const broken: string[] = [];
  const staged = new Set(manifests.map(({ table, window, runId }) => nameOf(table, window.id, runId)));
  const known = new Set<string>();
  const applied = new Set<string>();
  for (const load of loads) {
    const { table, window, runId, status, mode } = load;
    const name = nameOf(table, window, runId);
    if (known.has(name)) broken.push(`${name} is in the ledger twice`);
    known.add(name);
    if (!staged.has(name)) broken.push(`${name} is in the ledger, but has no manifest`);
    if (status === 'staged' || status === 'landed') broken.push(`${name} is still ${status}`);
    const isReplaced = loads.some(
      (other) => other.table === table && other.runId > runId && other.status === 'applied',
    );
    if ((status === 'failed' || status === 'held') && !isReplaced)
      broken.push(`${name} is ${status}: ${load.error}`);
    if (status !== 'applied') continue;
    if (
      load.rowsExtracted !== load.rowsLanded ||
      load.rowsLanded !== (load.rowsApplied ?? 0) + (load.rowsRejected ?? 0)
    )
      broken.push(`${name}: extracted, landed and applied differ: ${JSON.stringify(load)}`);
    // A table that merges keeps what older runs of a window brought.
    if (mode === 'incremental') continue;
    if (applied.has(nameOf(table, window))) broken.push(`${table} ${window} is applied by two runs`);
    applied.add(nameOf(table, window));
  }
  for (const name of staged)
    if (!known.has(name)) broken.push(`the manifest of ${name} never reached the ledger`);
  return broken;
}

function nameOf(...parts: readonly string[]): string {
  return parts.join(' ');
}

async function brokenRows(
  context: RunContext,
  table: Table,
  days: Days,
  source: pg.Client,
  warehouse: Warehouse,
): Promise<string[]> {
  const { database, schemas } = context.project.snowflake;
  const columns = readContract(context.directory, table.name)?.columns ?? [];
  const { schema, table: name } = table.source;
  const ofDays =
    table.mode.kind === 'daily'
      ? `WHERE ${quoteIdentifier(table.mode.column)} >= '${days.from}' AND ${quoteIdentifier(table.mode.column)} < date '${days.to}' + 1`
      : '';
  const { rows: expected } = await source.query(
    `SELECT json_build_array(${columns.map(textInSource).join(', ')})::text AS row
     FROM ${quoteIdentifier(schema)}.${quoteIdentifier(name)} ${ofDays}`,
  );
  const { rows: visible } = await warehouse.execute(
    `SELECT ${columns.map(textInWarehouse).join(', ')} FROM ${quoteName(database, schemas.raw, table.name.toUpperCase())}`,
  );
  const wanted = countOf(expected.map(({ row }) => JSON.stringify(JSON.parse(row))));
  const found = countOf(visible.map((row) => JSON.stringify(columns.map((_, at) => row[`C${at}`] ?? null))));
  return [...new Set([...wanted.keys(), ...found.keys()])].flatMap((row) => {
    const [inSource, inRaw] = [wanted.get(row) ?? 0, found.get(row) ?? 0];
    return inSource === inRaw
      ? []
      : [`${table.name}: ${row} is in the source ${inSource} times, in RAW ${inRaw}`];
  });
}

function textInSource({ name, sourceType }: ContractColumn): string {
  const column = quoteIdentifier(name);
  if (sourceType === 'timestamp without time zone') return `to_char(${column}, 'YYYY-MM-DD HH24:MI:SS.US')`;
  if (sourceType === 'timestamp with time zone')
    return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`;
  return `${column}::text`;
}

function textInWarehouse({ target, targetType }: ContractColumn, at: number): string {
  const column = quoteIdentifier(target);
  const isMoment = targetType.startsWith('TIMESTAMP');
  const utc = targetType.startsWith('TIMESTAMP_TZ') || targetType.startsWith('TIMESTAMP_LTZ');
  const moment = utc ? `CONVERT_TIMEZONE('UTC', ${column})` : column;
  return `${isMoment ? `TO_VARCHAR(${moment}, 'YYYY-MM-DD HH24:MI:SS.FF6')` : `TO_VARCHAR(${column})`} AS C${at}`;
}

function countOf(rows: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row, (counts.get(row) ?? 0) + 1);
  return counts;
}

/** Visible rows that no applied load brought, and files of which a row is visible twice. One statement, so of one moment. */
async function brokenOrigins({ project }: RunContext, table: Table, warehouse: Warehouse): Promise<string[]> {
  const { database, schemas } = project.snowflake;
  const { rows } = await warehouse.execute(
    `SELECT visible._RUN_ID, visible._WINDOW, COUNT(*) AS VISIBLE, COUNT(DISTINCT _FILE || ' ' || _ROW) AS DISTINCT_ROWS,
       MAX(loads.STATUS) AS STATUS, MAX(loads.ROWS_APPLIED) AS APPLIED
     FROM ${quoteName(database, schemas.raw, table.name.toUpperCase())} AS visible
     LEFT JOIN ${quoteName(database, schemas.ops, 'LOADS')} AS loads
       ON loads.RUN_ID = visible._RUN_ID AND loads.WINDOW_ID = visible._WINDOW AND loads.TABLE_NAME = ?
     GROUP BY visible._RUN_ID, visible._WINDOW`,
    { binds: [table.name] },
  );
  return rows.flatMap((row) => {
    const name = `${table.name} ${row._WINDOW} ${row._RUN_ID}`;
    if (row.STATUS !== 'applied') return [`${name} is visible, but ${row.STATUS ?? 'not in the ledger'}`];
    if (row.VISIBLE !== row.DISTINCT_ROWS) return [`${name}: a row of a file is visible twice`];
    // Newer versions of a key take the place of older ones.
    const merged = table.mode.kind === 'incremental';
    return merged || row.VISIBLE === row.APPLIED
      ? []
      : [`${name}: ${row.VISIBLE} rows are visible, ${row.APPLIED} were applied`];
  });
}
