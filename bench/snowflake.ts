/**
 * The embedded Snowflake: the time of a trivial statement through the real driver, and COPY INTO against DuckDB's own reader
 * of the same file.
 *
 *   npm run bench:snowflake                    3 million rows
 *   npm run bench:snowflake -- --rows 541909
 *
 * Ends with 1 when a bound is missed.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DuckDBInstance } from '@duckdb/node-api';
import { startS3 } from '../lib/local/s3/index.ts';
import { startSnowflake } from '../lib/local/snowflake/index.ts';
import { connectWarehouse, type Warehouse } from '../lib/snowflake/index.ts';
import { median } from './statistics.ts';

const bounds = { statementMilliseconds: 10, rowsPerSecond: 400_000 };
const columns = [
  'INVOICENO',
  'STOCKCODE',
  'DESCRIPTION',
  'QUANTITY',
  'INVOICEDATE',
  'UNITPRICE',
  'CUSTOMERID',
  'COUNTRY',
];

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '3000000' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const rows = Number(values.rows);
const rounds = Number(values.rounds);

const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
const s3 = await startS3({ directory: join(directory, 's3') });
const { endpoint, region, credentials } = s3;
const server = await startSnowflake({
  directory: join(directory, 'snowflake'),
  s3: { endpoint, region, credentials },
});
const warehouse = await connectWarehouse({
  account: server.account,
  username: server.username,
  authentication: { kind: 'password', password: server.password },
  accessUrl: server.url,
});
try {
  const statement = await timeStatements(warehouse);
  const csv = salesCsv(rows);
  const file = join(directory, 'sales.csv.gz');
  writeFileSync(file, csv);
  await stage(csv);
  await prepare(warehouse);
  const ours: number[] = [];
  const reference: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    reference.push(await timeReader(file));
    ours.push(await timeCopy(warehouse));
    console.error(
      `round ${round}: read_csv ${reference.at(-1)?.toFixed(2)} s, COPY INTO ${ours.at(-1)?.toFixed(2)} s`,
    );
  }
  const seconds = median(ours);
  const result = {
    statementMilliseconds: statement,
    rows,
    copySeconds: seconds,
    rowsPerSecond: Math.round(rows / seconds),
    ratioToReader: seconds / median(reference),
    ok: statement <= bounds.statementMilliseconds && rows / seconds >= bounds.rowsPerSecond,
  };
  console.log(values.json ? JSON.stringify(result) : textOf(result));
  process.exitCode = result.ok ? 0 : 1;
} finally {
  await warehouse.close();
  await server.stop();
  await s3.stop();
  rmSync(directory, { recursive: true, force: true });
}

function textOf(result: {
  statementMilliseconds: number;
  rowsPerSecond: number;
  copySeconds: number;
  ratioToReader: number;
}): string {
  return [
    `a trivial statement: ${result.statementMilliseconds.toFixed(2)} ms (at most ${bounds.statementMilliseconds})`,
    `COPY INTO of ${rows.toLocaleString('en')} rows: ${result.copySeconds.toFixed(2)} s, ${result.rowsPerSecond.toLocaleString('en')} rows/s (at least ${bounds.rowsPerSecond.toLocaleString('en')}), ${result.ratioToReader.toFixed(2)} times DuckDB's own reader`,
  ].join('\n');
}

/** Median over statements that differ in nothing; the first ones warm up. */
async function timeStatements(on: Warehouse): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < 120; count++) {
    const started = performance.now();
    await on.execute('SELECT 1');
    if (count >= 20) times.push(performance.now() - started);
  }
  return median(times);
}

/** Lines like those of the real sales, each with its number in it, in the CSV contract. */
function salesCsv(count: number): Buffer {
  const lines = [`${columns.map((column) => `"${column}"`).join(',')}\n`];
  for (let row = 0; row < count; row++) {
    const description = row % 370 === 0 ? '' : `"WHITE ""HANGING"" HEART, T-LIGHT HOLDER ${row % 4000} "`;
    const customer = row % 4 === 0 ? '' : `"${17_850 + (row % 4372)}"`;
    lines.push(
      `"${536_365 + Math.floor(row / 21)}","85123A",${description},"6","2010-12-01 08:26:00","2.550",${customer},"United Kingdom"\n`,
    );
  }
  return gzipSync(lines.join(''), { level: 1 });
}

async function stage(csv: Buffer): Promise<void> {
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: 'bench' }));
  await client.send(new PutObjectCommand({ Bucket: 'bench', Key: 'data/sales.csv.gz', Body: csv }));
  client.destroy();
}

async function prepare(on: Warehouse): Promise<void> {
  await on.execute('CREATE DATABASE BENCH');
  await on.execute('CREATE SCHEMA BENCH.LANDING');
  await on.execute('USE SCHEMA BENCH.LANDING');
  await on.execute(
    `CREATE STORAGE INTEGRATION BENCH_S3 TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE
     STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::000000000000:role/bench' STORAGE_ALLOWED_LOCATIONS = ('s3://bench/')`,
  );
  await on.execute("CREATE STAGE FILES URL = 's3://bench/' STORAGE_INTEGRATION = BENCH_S3");
}

async function timeCopy(on: Warehouse): Promise<number> {
  await on.execute(
    `CREATE OR REPLACE TABLE SALES (${columns.map((column) => `${column} VARCHAR`).join(', ')}, _FILE VARCHAR, _ROW NUMBER(38, 0))`,
  );
  const started = performance.now();
  await on.execute(
    `COPY INTO SALES FROM @FILES/data/ FILES = ('sales.csv.gz')
     FILE_FORMAT = (TYPE = CSV COMPRESSION = GZIP PARSE_HEADER = TRUE FIELD_OPTIONALLY_ENCLOSED_BY = '"' ESCAPE = NONE
       ESCAPE_UNENCLOSED_FIELD = NONE NULL_IF = () EMPTY_FIELD_AS_NULL = TRUE TRIM_SPACE = FALSE
       REPLACE_INVALID_CHARACTERS = FALSE ERROR_ON_COLUMN_COUNT_MISMATCH = FALSE)
     MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE
     INCLUDE_METADATA = (_FILE = METADATA$FILENAME, _ROW = METADATA$FILE_ROW_NUMBER)
     ON_ERROR = ABORT_STATEMENT`,
  );
  const seconds = (performance.now() - started) / 1000;
  const { rows: counted } = await on.execute('SELECT COUNT(*) AS LOADED FROM SALES');
  if (counted[0]?.LOADED !== rows) throw new Error(`${counted[0]?.LOADED} rows were loaded of ${rows}`);
  return seconds;
}

/** The reference: the same file into a table of the same form, by nothing but DuckDB. */
async function timeReader(file: string): Promise<number> {
  const instance = await DuckDBInstance.create(join(directory, `reference-${performance.now()}.duckdb`));
  const duck = await instance.connect();
  const started = performance.now();
  await duck.run(
    `CREATE TABLE sales AS SELECT * FROM read_csv('${file}', header = true, all_varchar = true)`,
  );
  const seconds = (performance.now() - started) / 1000;
  duck.closeSync();
  instance.closeSync();
  return seconds;
}
