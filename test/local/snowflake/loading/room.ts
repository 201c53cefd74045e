import { gzipSync } from 'node:zlib';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import snowflake from 'snowflake-sdk';
import { afterAll } from 'vitest';
import type { SnowflakeConnection } from '../../../../lib/config/index.ts';
import type { SnowflakeServer } from '../../../../lib/local/snowflake/index.ts';
import { freshBucket, freshSnowflake, type LocalStagingConnection } from '../../../support/index.ts';

export type Row = Readonly<Record<string, unknown>>;

/** One login of the real driver. */
export interface Login {
  run(sql: string, binds?: readonly (string | number | null)[]): Promise<readonly Row[]>;
  close(): Promise<void>;
}

/** A server, a bucket and a login whose current schema is T.S, with the stage T.S.STG over the bucket's `in/`. */
export interface Room {
  readonly server: SnowflakeServer;
  readonly bucket: LocalStagingConnection;
  readonly db: Login;
  login(): Promise<Login>;
  put(key: string, content: string | Buffer): Promise<void>;
  remove(key: string): Promise<void>;
  /** S3's event for a key that was put. */
  event(...keys: readonly string[]): unknown;
}

snowflake.configure({ logLevel: 'ERROR', additionalLogToConsole: false });

export async function login(connection: SnowflakeConnection): Promise<Login> {
  const { authentication, accessUrl, account, username } = connection;
  const session = snowflake.createConnection({
    account,
    username,
    password: authentication.kind === 'password' ? authentication.password : '',
    ...(accessUrl === undefined ? {} : { accessUrl }),
  });
  await new Promise<void>((resolve, reject) =>
    session.connect((error) => (error ? reject(error) : resolve())),
  );
  return {
    run: (sql, binds = []) =>
      new Promise((resolve, reject) => {
        session.execute({
          sqlText: sql,
          binds: [...binds],
          complete: (error, _statement, rows) => (error ? reject(error) : resolve(rows ?? [])),
        });
      }),
    close: () => new Promise((resolve) => session.destroy(() => resolve())),
  };
}

export async function room(): Promise<Room> {
  const { server, connection } = await freshSnowflake();
  const bucket = await freshBucket();
  const client = new S3Client({ ...bucket, forcePathStyle: true });
  const db = await login(connection);
  for (const sql of [
    'CREATE DATABASE T',
    'CREATE SCHEMA T.S',
    'USE SCHEMA T.S',
    `CREATE STORAGE INTEGRATION I TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE
       STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::1:role/r' STORAGE_ALLOWED_LOCATIONS = ('s3://${bucket.bucket}/')`,
    `CREATE STAGE STG URL = 's3://${bucket.bucket}/in/' STORAGE_INTEGRATION = I`,
  ]) {
    await db.run(sql);
  }
  afterAll(() => client.destroy());
  return {
    server,
    bucket,
    db,
    login: () => login(connection),
    put: async (key, content) => {
      await client.send(new PutObjectCommand({ Bucket: bucket.bucket, Key: key, Body: content }));
    },
    remove: async (key) => {
      await client.send(new DeleteObjectCommand({ Bucket: bucket.bucket, Key: key }));
    },
    event: (...keys) => ({
      Records: keys.map((key) => ({
        eventName: 'ObjectCreated:Put',
        eventTime: new Date().toISOString(),
        s3: {
          bucket: { name: bucket.bucket },
          object: {
            key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+'),
            size: 1,
            eTag: '',
          },
        },
      })),
    }),
  };
}

/** CSV as the contract has it, gzipped: every value quoted, NULL empty. */
export function csvFile(header: readonly string[], rows: readonly (readonly (string | null)[])[]): Buffer {
  const line = (values: readonly (string | null)[]) =>
    values.map((value) => (value === null ? '' : `"${value.replaceAll('"', '""')}"`)).join(',');
  return gzipSync([header, ...rows].map((row) => `${line(row)}\n`).join(''));
}

/** Tries until the check gives something; fails with what it last gave. */
export async function eventually<T>(check: () => Promise<T | undefined>, what: string): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const found = await check();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The file format of facts/type-traps.md, header included. */
export const CONTRACT_FORMAT = `TYPE = CSV COMPRESSION = GZIP PARSE_HEADER = TRUE FIELD_OPTIONALLY_ENCLOSED_BY = '"' ESCAPE = NONE
  ESCAPE_UNENCLOSED_FIELD = NONE NULL_IF = () EMPTY_FIELD_AS_NULL = TRUE TRIM_SPACE = FALSE
  REPLACE_INVALID_CHARACTERS = FALSE ERROR_ON_COLUMN_COUNT_MISMATCH = FALSE ENCODING = 'UTF8'`;
