/**
 * One large window from Postgres to S3, against `psql -c "COPY … CSV" | gzip -1` of the same rows; and the days of the
 * reference workload, as many small windows.
 *
 *   npm run bench:extract                      3 million rows
 *   npm run bench:extract -- --rows 10000000
 *
 * Both run in turn, several times; what counts is the ratio of the medians. Postgres and S3 are processes of their own. Our
 * side is a new process each time, so that its peak memory is its own. Ends with 1 when a bound is missed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { SourceConnection } from '../lib/config/index.ts';
import { startPostgres } from '../lib/local/postgres/index.ts';
import { createEvents } from './extract/events.ts';
import type { ExtractInput, ExtractResult } from './extract/run-extract.ts';
import { createSales, salesDays } from './extract/sales.ts';

const bounds = {
  ratio: 1.15,
  peakMegabytes: 250,
  daysSeconds: 8,
  maskedRowsPerSecond: 150_000,
};
/** As many as the real sales. */
const dailyRows = 541_909;

/** Some 300 MB of heap: two pieces. */
const eventRows = 1_000_000;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '3000000' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const rows = Number(values.rows);
const rounds = Number(values.rounds);

const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
// The account that runs Postgres when we are root has to get in.
chmodSync(directory, 0o755);
const postgres = await startPostgres({ directory: join(directory, 'postgres') });
const s3 = await startS3Process(join(directory, 's3'));
try {
  console.error(`making ${rows.toLocaleString('en')} rows`);
  await createSales(postgres.connection, 'sales', rows);
  await createSales(postgres.connection, 'daily_sales', dailyRows);
  await createEvents(postgres.connection, 'events', eventRows);
  const result = await compare(postgres.connection, s3.input);
  const days = await extractDays(postgres.connection, s3.input);
  const masked = await extractMasked(postgres.connection, s3.input);
  const two = await compareConnections(postgres.connection, s3.input);
  console.log(
    values.json
      ? JSON.stringify({ ...result, days, masked, twoConnections: two })
      : textOf(result, days, masked, two),
  );
  const isFast = masked.rows / masked.seconds >= bounds.maskedRowsPerSecond;
  process.exitCode = result.ok && days.seconds <= bounds.daysSeconds && isFast ? 0 : 1;
} finally {
  s3.stop();
  await postgres.stop();
  rmSync(directory, { recursive: true, force: true });
}

interface Comparison {
  readonly rows: number;
  readonly seconds: number;
  readonly referenceSeconds: number | undefined;
  readonly ratio: number | undefined;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  readonly fileMegabytes: number;
  readonly ok: boolean;
}

async function compare(source: SourceConnection, staging: S3Input): Promise<Comparison> {
  const hasPsql = await succeeds('psql', ['--version']);
  if (!hasPsql) console.error('there is no psql on this machine: no reference, only our own figures');
  const ours: ExtractResult[] = [];
  const reference: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    if (hasPsql) reference.push(await timeReference(source));
    const result = await runExtract({ source, ...staging, table: 'sales', maxConnections: 1 });
    if (result.rows !== rows) throw new Error(`${result.rows} rows arrived of ${rows}`);
    ours.push(result);
    const psqlSeconds = reference.at(-1)?.toFixed(2) ?? '-';
    console.error(`round ${round}: psql | gzip ${psqlSeconds} s, ours ${result.seconds.toFixed(2)} s`);
  }
  const seconds = median(ours.map((result) => result.seconds));
  const referenceSeconds = hasPsql ? median(reference) : undefined;
  const ratio = referenceSeconds === undefined ? undefined : seconds / referenceSeconds;
  const peakMegabytes = Math.max(...ours.map((result) => result.peakMegabytes));
  return {
    rows,
    seconds,
    referenceSeconds,
    ratio,
    cpuSeconds: median(ours.map((result) => result.cpuSeconds)),
    peakMegabytes,
    fileMegabytes: median(ours.map((result) => result.fileMegabytes)),
    ok: (ratio ?? 0) <= bounds.ratio && peakMegabytes <= bounds.peakMegabytes,
  };
}

async function extractDays(source: SourceConnection, staging: S3Input): Promise<ExtractResult> {
  const { from, to } = salesDays;
  const result = await runExtract({
    source,
    ...staging,
    table: 'daily_sales',
    days: { from, to },
    maxConnections: 4,
  });
  if (result.rows !== dailyRows) throw new Error(`${result.rows} rows arrived of ${dailyRows}`);
  return result;
}

/**
 * How many times as fast two connections are as one, on a table that costs the server much. A figure and no bound: where the
 * server and we share two cores, one connection keeps both busy (its backend the one, our compression the other), and a second
 * one has none to run on. It can gain only where the server has cores of its own.
 */
async function compareConnections(source: SourceConnection, staging: S3Input): Promise<number> {
  const seconds: [number[], number[]] = [[], []];
  for (let round = 1; round <= rounds; round++) {
    for (const [i, maxConnections] of [1, 2].entries()) {
      const result = await runExtract({ source, ...staging, table: 'events', maxConnections });
      if (result.rows !== eventRows) throw new Error(`${result.rows} rows arrived of ${eventRows}`);
      seconds[i]?.push(result.seconds);
    }
    console.error(
      `round ${round}: ${seconds.map((each) => each.at(-1)?.toFixed(2)).join(' s, on two connections ')} s`,
    );
  }
  return median(seconds[0]) / median(seconds[1]);
}

/** The row path: one column hashed, one cut down. */
async function extractMasked(source: SourceConnection, staging: S3Input): Promise<ExtractResult> {
  const mask = { customerid: 'hash', description: 'partial' } as const;
  const result = await runExtract({ source, ...staging, table: 'sales', maxConnections: 1, mask });
  if (result.rows !== rows) throw new Error(`${result.rows} rows arrived of ${rows}`);
  return result;
}

function textOf(result: Comparison, days: ExtractResult, masked: ExtractResult, two: number): string {
  const speed = `${Math.round(result.rows / result.seconds).toLocaleString('en')} rows a second`;
  return [
    `rows        ${result.rows.toLocaleString('en')}, ${result.fileMegabytes.toFixed(1)} MB in S3`,
    `ours        ${result.seconds.toFixed(2)} s, ${speed}, ${result.cpuSeconds.toFixed(2)} s of CPU`,
    `psql|gzip   ${result.referenceSeconds?.toFixed(2) ?? '-'} s`,
    `ratio       ${result.ratio?.toFixed(2) ?? '-'} (at most ${bounds.ratio})`,
    `two connections are ${two.toFixed(2)} times as fast as one`,
    `peak memory ${result.peakMegabytes.toFixed(0)} MB (at most ${bounds.peakMegabytes})`,
    `${days.windows} days of ${days.rows.toLocaleString('en')} rows: ${days.seconds.toFixed(2)} s (at most ${bounds.daysSeconds}), ${days.peakMegabytes.toFixed(0)} MB`,
    `masked      ${Math.round(masked.rows / masked.seconds).toLocaleString('en')} rows a second (at least ${bounds.maskedRowsPerSecond.toLocaleString('en')}), ${masked.peakMegabytes.toFixed(0)} MB`,
  ].join('\n');
}

async function timeReference(source: SourceConnection): Promise<number> {
  const copy = 'COPY (SELECT * FROM sales) TO STDOUT (FORMAT csv, HEADER, FORCE_QUOTE *)';
  const began = performance.now();
  const shell = spawn('sh', ['-c', `psql -X -q -c "$1" | gzip -1 > /dev/null`, 'sh', copy], {
    env: {
      ...process.env,
      PGHOST: source.host,
      PGPORT: String(source.port),
      PGUSER: source.user,
      PGPASSWORD: source.password,
      PGDATABASE: source.database,
    },
    stdio: 'inherit',
  });
  const [code] = await once(shell, 'exit');
  if (code !== 0) throw new Error(`psql | gzip ended with ${code}`);
  return (performance.now() - began) / 1000;
}

async function runExtract(input: ExtractInput): Promise<ExtractResult> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'extract/run-extract.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(input));
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`our side ended with ${code}`);
  const result: ExtractResult = JSON.parse(Buffer.concat(output).toString());
  return result;
}

type S3Input = Pick<ExtractInput, 'staging'>;

async function startS3Process(path: string): Promise<{ input: S3Input; stop(): void }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'extract/s3-process.ts'), path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  return { input: { staging: JSON.parse(String(line)) }, stop: () => child.kill() };
}

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  const child = spawn(command, args, { stdio: 'ignore' });
  return await new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
