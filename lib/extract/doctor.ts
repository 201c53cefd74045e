import {
  type Check,
  type Contract,
  type Finding,
  type Found,
  runChecks,
  SluiceError,
  type Table,
} from '../config/index.ts';
import { BlockPool } from './blocks.ts';
import { checkContract, readContract } from './contract.ts';
import { CopyOut } from './copy.ts';
import { SourceError, sourceError } from './errors.ts';
import { maskOf } from './mask.ts';
import { placingColumn } from './placing.ts';
import { quoteIdentifier, quoteTable } from './quote.ts';
import { MaskedRows } from './rows.ts';
import { copyStatement, selectedNames, selectStatement } from './select.ts';
import { type Session, Sessions } from './session.ts';
import type { Source } from './source.ts';

export interface SourceProbe {
  readonly source: Source;
  readonly tables: readonly Table[];
  /** The recorded contract of a table, if there is one. */
  readonly contractOf: (table: Table) => Contract | undefined;
}

/** Versions that the tests have seen. */
const oldestVersion = 13;
const newestVersion = 18;
/** A table up to this size is read whole in seconds, with or without an index. */
const fewRows = 100_000;
const clockSkewSeconds = 60;
/** A server that has no room for another connection is asked a few times. */
const connectSeconds = 5;

/** Does in the source what a run does: opens its connections on one snapshot, and reads one row of each table the way it is read. */
export async function checkSource(probe: SourceProbe): Promise<readonly Finding[]> {
  const { source, tables } = probe;
  const server = await runChecks(serverChecks(source));
  const [reached] = server;
  if (reached?.ok !== true) return server;
  const sessions = new Sessions(source, tables);
  try {
    const opened = await runChecks([
      {
        name: 'source connections',
        fix: `ALTER ROLE ${quoteIdentifier(source.place.user)} CONNECTION LIMIT -1; or lower source.maxConnections in sluice.config.ts.`,
        look: () => openAll(sessions, source),
      },
    ]);
    const found: Finding[] = [...server, ...opened];
    for (const table of tables)
      found.push(...(await runChecks(tableChecks(probe, table, sessions), { chained: true })));
    return found;
  } finally {
    await sessions.close();
  }
}

function* serverChecks(source: Source): Generator<Check> {
  yield { name: 'source server', look: () => readServer(source) };
  yield { name: 'source clock', look: () => compareClocks(source) };
  yield { name: 'source settings', look: () => readSettings(source) };
}

async function readServer(source: Source): Promise<Found> {
  const [row] = await source.query<{
    version: string;
    number: string;
    encoding: string;
    tls: boolean | null;
  }>(
    `SELECT current_setting('server_version') AS version, current_setting('server_version_num') AS number,
       current_setting('server_encoding') AS encoding, (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS tls`,
  );
  const { version = '', number = '0', encoding = '', tls = null } = row ?? {};
  const major = Math.floor(Number(number) / 10_000);
  const message = `PostgreSQL ${version}, encoding ${encoding}, ${tls ? 'with TLS' : 'without TLS'}`;
  if (major < oldestVersion) {
    throw new SluiceError({
      code: 'SOURCE_VERSION',
      kind: 'outside',
      message: `${message}: Sluice reads PostgreSQL ${oldestVersion} and newer`,
      hint: `Upgrade the server to ${oldestVersion} or newer.`,
    });
  }
  if (encoding === 'SQL_ASCII') {
    return {
      message,
      advice:
        'The database does not check its texts: a text that is not UTF-8 is refused where it is loaded, and a table with masks stops.',
    };
  }
  return major > newestVersion
    ? { message, advice: `The tests have seen PostgreSQL ${oldestVersion} to ${newestVersion}.` }
    : message;
}

async function compareClocks(source: Source): Promise<Found> {
  const [row] = await source.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  const skew = Math.abs((row?.now.getTime() ?? 0) - Date.now()) / 1000;
  const message = `the clocks here and there differ by ${skew.toFixed(1)} seconds`;
  return skew <= clockSkewSeconds
    ? message
    : { message, advice: 'Days end by the clock of the source. Set both by NTP.' };
}

/** Settings that make a long read fail although every grant is there. */
async function readSettings(source: Source): Promise<Found> {
  const [row] = await source.query<{
    is_replica: boolean;
    feedback: string;
    delay: string;
    delay_ms: string;
  }>(
    `SELECT pg_is_in_recovery() AS is_replica, current_setting('hot_standby_feedback') AS feedback,
       current_setting('max_standby_streaming_delay') AS delay,
       (SELECT setting FROM pg_settings WHERE name = 'max_standby_streaming_delay') AS delay_ms`,
  );
  if (row === undefined || !row.is_replica) return 'a primary: no replay can cancel a long read';
  const message = `a replica with hot_standby_feedback = ${row.feedback} and max_standby_streaming_delay = ${row.delay}`;
  const waits = row.feedback === 'on' || Number(row.delay_ms) === -1 || Number(row.delay_ms) >= 900_000;
  return waits
    ? message
    : {
        message,
        advice:
          'Long reads are canceled by what the primary cleans up (SQLSTATE 40001): on the replica, ALTER SYSTEM SET hot_standby_feedback = on; SELECT pg_reload_conf();',
      };
}

async function openAll(sessions: Sessions, source: Source): Promise<Found> {
  const opened: Session[] = [];
  try {
    for (let i = 0; i < source.maxConnections; i++)
      opened.push(await sessions.acquire(AbortSignal.timeout(connectSeconds * 1000)));
  } catch (error) {
    // Fewer than allowed wait for each other for ever; then the server has no more.
    if (opened.length === 0) throw error;
    return {
      message: `${opened.length} of ${source.maxConnections} connections`,
      advice: 'The server has no room for more: a run makes do with these.',
    };
  } finally {
    for (const session of opened) sessions.release(session);
  }
  return `${opened.length} connections on one snapshot`;
}

function* tableChecks(
  { source, contractOf }: SourceProbe,
  table: Table,
  sessions: Sessions,
): Generator<Check> {
  const grant = `GRANT USAGE ON SCHEMA ${quoteIdentifier(table.source.schema)} TO ${quoteIdentifier(source.place.user)}; GRANT SELECT ON ${quoteTable(table.source)} TO ${quoteIdentifier(source.place.user)};`;
  const fix = (error: unknown): string => {
    if (error instanceof SourceError && error.code === 'SOURCE_NOT_ALLOWED') return grant;
    return error instanceof SluiceError ? error.hint : grant;
  };
  yield {
    name: `source table ${table.name}`,
    fix,
    look: () => inSession(sessions, (session) => readOneRow(session, source, table, contractOf(table))),
  };
  yield {
    name: `source rows of ${table.name}`,
    fix,
    look: () => inSession(sessions, (session) => lookAtRows(session, source, table)),
  };
}

/** Looks in the snapshot, and gives the connection back as a run does. */
async function inSession(sessions: Sessions, look: (session: Session) => Promise<Found>): Promise<Found> {
  const session = await sessions.acquire();
  try {
    const found = await look(session);
    sessions.release(session);
    return found;
  } catch (error) {
    await sessions.recover(session, error);
    throw error;
  }
}

/** One row by the very statement of a run: COPY, or rows with their masks put on. What it holds is not looked at. */
async function readOneRow(
  session: Session,
  source: Source,
  table: Table,
  recorded: Contract | undefined,
): Promise<Found> {
  const contract = recorded ?? (await readContract(session, table));
  const { columns, changes } = await checkContract(session, table, contract);
  const select = `${selectStatement(table, columns, undefined)} LIMIT 1`;
  const masks = new Map(
    columns.flatMap(({ name }, position) => {
      const method = table.mask[name];
      return method === undefined ? [] : [[position, maskOf(method, source.maskingKey)] as const];
    }),
  );
  const reader =
    masks.size === 0
      ? CopyOut.start(session.client, copyStatement(select), new BlockPool())
      : MaskedRows.start(session.client, {
          sql: select,
          header: selectedNames(columns),
          masks,
          uncheckedText: session.snapshot.encoding === 'SQL_ASCII',
        });
  try {
    for await (const _block of reader);
  } catch (cause) {
    throw sourceError(cause, `Reading a row of ${table.name}`, source.place, { hidesText: masks.size > 0 });
  }
  const how = masks.size === 0 ? 'by COPY' : `with ${masks.size} masked columns`;
  const message = `${columns.length} columns, ${reader.rows === 0 ? 'no row' : `a row read ${how}`}`;
  if (recorded === undefined) return { message, advice: 'No contract is recorded yet: sluice plan' };
  return changes.length === 0
    ? message
    : {
        message,
        advice: `${changes.length} changes of the source are taken over by the next run: sluice plan`,
      };
}

interface RowFacts {
  readonly rows: string | null;
  readonly is_secured: boolean;
  readonly indexed: boolean;
  readonly unique: boolean;
}

/** What lets a table be read and still go wrong: hidden rows, no index for its windows, a key that is none. */
async function lookAtRows(session: Session, source: Source, table: Table): Promise<Found> {
  const placing = placingColumn(table);
  const key = table.mode.kind === 'incremental' ? table.mode.key : [];
  const [facts] = await session.query<RowFacts & { readonly [name: string]: unknown }>(
    `SELECT CASE WHEN c.relkind IN ('r', 'p', 'm') THEN greatest(c.reltuples, 0)::bigint END AS rows,
       pg_catalog.row_security_active(c.oid) AS is_secured,
       EXISTS (SELECT FROM pg_catalog.pg_index AS x
         JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = x.indkey[0]
         WHERE x.indrelid = c.oid AND a.attname = $3) AS indexed,
       EXISTS (SELECT FROM pg_catalog.pg_index AS x
         WHERE x.indrelid = c.oid AND x.indisunique AND x.indpred IS NULL
           AND NOT EXISTS (SELECT FROM unnest((x.indkey::int2[])[0:x.indnkeyatts - 1]) AS k (attnum)
             LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum
             WHERE a.attname IS NULL OR a.attname <> ALL ($4::text[]))) AS unique
     FROM pg_catalog.pg_class AS c
     JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = $2`,
    [table.source.schema, table.source.table, placing ?? '', key],
  );
  const rows = Number(facts?.rows ?? 0);
  const name = quoteTable(table.source);
  const advice = [
    ...(facts?.is_secured
      ? [
          `Policies hide rows from ${source.place.user}, which are not moved: ALTER ROLE ${quoteIdentifier(source.place.user)} BYPASSRLS;`,
        ]
      : []),
    ...(placing !== undefined && rows > fewRows && facts?.indexed === false
      ? [
          `Every window reads the whole table: CREATE INDEX CONCURRENTLY ON ${name} (${quoteIdentifier(placing)});`,
        ]
      : []),
    ...(key.length > 0 && facts?.rows !== null && facts?.unique === false
      ? [
          `Nothing keeps ${key.join(', ')} unique, and rows of one key are merged into one: CREATE UNIQUE INDEX CONCURRENTLY ON ${name} (${key.map(quoteIdentifier).join(', ')});`,
        ]
      : []),
  ];
  const message =
    facts?.rows === null ? 'a view or foreign table' : `about ${rows.toLocaleString('en')} rows`;
  return advice.length === 0 ? message : { message, advice: advice.join(' ') };
}
