import snowflake, {
  type Binds,
  type Connection,
  type RowStatement,
  type SnowflakeError,
} from 'snowflake-sdk';
import type { SnowflakeServer } from '../../../lib/local/snowflake/index.ts';

snowflake.configure({ logLevel: 'ERROR' });

export type Row = Readonly<Record<string, unknown>>;

/** One logged-in session of the real driver. */
export interface Client {
  readonly connection: Connection;
  rows(sql: string, binds?: Binds): Promise<readonly Row[]>;
  /** The first column of the first row. */
  value(sql: string, binds?: Binds): Promise<unknown>;
  statement(sql: string, binds?: Binds): Promise<RowStatement>;
  /** The driver's error; fails when there is none. */
  error(sql: string, binds?: Binds): Promise<SnowflakeError>;
  close(): Promise<void>;
}

export interface LoginOptions {
  readonly username?: string;
  readonly password?: string;
  readonly database?: string;
  readonly schema?: string;
  readonly privateKey?: string;
}

export async function login(server: SnowflakeServer, options: LoginOptions = {}): Promise<Client> {
  const { privateKey, ...rest } = options;
  const connection = snowflake.createConnection({
    account: server.account,
    username: server.username,
    ...(privateKey === undefined
      ? { password: server.password }
      : { authenticator: 'SNOWFLAKE_JWT', privateKey }),
    accessUrl: server.url,
    ...rest,
  });
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
  const run = (sql: string, binds?: Binds) =>
    new Promise<{ statement: RowStatement; rows: readonly Row[] }>((resolve, reject) => {
      connection.execute({
        sqlText: sql,
        ...(binds === undefined ? {} : { binds }),
        complete: (error, statement, rows) =>
          error ? reject(error) : resolve({ statement, rows: rows ?? [] }),
      });
    });
  return {
    connection,
    rows: async (sql, binds) => (await run(sql, binds)).rows,
    value: async (sql, binds) => Object.values((await run(sql, binds)).rows[0] ?? {})[0],
    statement: async (sql, binds) => (await run(sql, binds)).statement,
    error: (sql, binds) =>
      run(sql, binds).then(
        () => {
          throw new Error(`no error came of ${sql}`);
        },
        (error: SnowflakeError) => error,
      ),
    close: () => new Promise((resolve) => connection.destroy(() => resolve())),
  };
}

/** Runs statements that are only there to prepare something. */
export async function runAll(client: Client, statements: readonly string[]): Promise<void> {
  for (const sql of statements) await client.rows(sql);
}
