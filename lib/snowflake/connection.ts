import { setTimeout as delay } from 'node:timers/promises';
import type { Connection, ConnectionOptions } from 'snowflake-sdk';
import { SluiceError, type SnowflakeConnection } from '../config/index.ts';
import { type Driver, loadDriver } from './driver.ts';
import { isSessionLost, WarehouseError, warehouseError } from './errors.ts';
import { quoteLiteral } from './quoting.ts';
import { runStatement } from './run-statement.ts';
import type { ExecuteOptions, QueryResult, Warehouse } from './warehouse.ts';

export interface ConnectOptions {
  /** Becomes QUERY_TAG, as JSON: what this session is for, so that its cost can be attributed. */
  readonly queryTag?: Readonly<Record<string, string>>;
  /** Bound on one attempt to log in. @default 60 */
  readonly loginTimeoutSeconds?: number;
  /** Attempts after the first while Snowflake cannot be reached. @default 2 */
  readonly loginRetries?: number;
  /** Bound on one statement, on Snowflake's side. @default 3600 */
  readonly statementTimeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

/** Bound on the whole of closing: a session that cannot be closed expires by itself. */
const closeTimeout = 5_000;

/**
 * Logs in. The real Snowflake and the embedded one are reached by the same driver.
 *
 * An expired session logs in again by itself and the statement runs again, unless a transaction was open: that is lost, and
 * the error says so. The driver sends a statement whose reply was lost again under the same request id.
 *
 * @throws WarehouseError SNOWFLAKE_UNREACHABLE, SNOWFLAKE_LOGIN_REFUSED, …
 */
export async function connectWarehouse(
  connection: SnowflakeConnection,
  options: ConnectOptions = {},
): Promise<Warehouse> {
  const session = new Session(connection, options);
  await session.open();
  return session;
}

class Session implements Warehouse {
  readonly #connection: SnowflakeConnection;
  readonly #options: ConnectOptions;
  #driver: Connection | undefined;
  /** Settles when every statement given so far has run. */
  #queue: Promise<unknown> = Promise.resolve();
  #inTransaction = false;
  /** USE and ALTER SESSION since the login, the last of each sort, to be repeated after a new one. */
  readonly #settings = new Map<string, string>();
  #closed = false;

  constructor(connection: SnowflakeConnection, options: ConnectOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  async open(): Promise<void> {
    this.#driver = await login(this.#connection, this.#options);
    this.#inTransaction = false;
    for (const sql of [sessionParameters(this.#options), ...this.#settings.values()]) {
      await runStatement(this.#driver, sql, {});
    }
  }

  execute(sql: string, options: ExecuteOptions = {}): Promise<QueryResult> {
    const result = this.#queue.then(() => this.#run(sql, options));
    this.#queue = result.catch(() => {});
    return result;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const driver = this.#driver;
    this.#driver = undefined;
    if (driver === undefined) return;
    const destroyed = new Promise<void>((resolve) => driver.destroy(() => resolve()));
    await Promise.race([destroyed, delay(closeTimeout, undefined, { ref: false })]);
  }

  async #run(sql: string, options: ExecuteOptions): Promise<QueryResult> {
    options.signal?.throwIfAborted();
    try {
      return await this.#runOnce(sql, options);
    } catch (error) {
      if (!isSessionLost(error) || this.#closed) throw error;
      const lostTransaction = this.#inTransaction;
      await this.open();
      if (lostTransaction) throw error;
      return await this.#runOnce(sql, options);
    }
  }

  async #runOnce(sql: string, options: ExecuteOptions): Promise<QueryResult> {
    if (this.#driver === undefined) {
      throw new WarehouseError({
        code: 'SNOWFLAKE_CLOSED',
        kind: 'outside',
        message: 'The session with Snowflake was closed.',
        hint: 'Open another one.',
      });
    }
    const result = await runStatement(this.#driver, sql, options);
    if (/^\s*(BEGIN(\s+(TRANSACTION|WORK))?|START\s+TRANSACTION)\s*;?\s*$/i.test(sql))
      this.#inTransaction = true;
    if (/^\s*(COMMIT|ROLLBACK)\b/i.test(sql)) this.#inTransaction = false;
    const setting = /^\s*(USE\s+\w+|ALTER\s+SESSION\s+\w+\s+\w+)/i.exec(sql)?.[1];
    if (setting !== undefined) this.#settings.set(setting.toUpperCase(), sql);
    return result;
  }
}

async function login(connection: SnowflakeConnection, options: ConnectOptions): Promise<Connection> {
  const driver = await loadDriver();
  const retries = options.loginRetries ?? 2;
  for (let attempt = 0; ; attempt++) {
    options.signal?.throwIfAborted();
    try {
      return await loginOnce(driver, connection, options);
    } catch (error) {
      if (!(error instanceof SluiceError && error.retryable) || attempt >= retries) throw error;
      await delay(500 * 2 ** attempt, undefined, options.signal ? { signal: options.signal } : {});
    }
  }
}

/** The driver's `connectAsync` resolves also when the login was refused: only its callback tells. */
function connect(connection: Connection): Promise<Connection> {
  return new Promise((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve(connection)));
  });
}

async function loginOnce(
  driver: Driver,
  connection: SnowflakeConnection,
  options: ConnectOptions,
): Promise<Connection> {
  const doing = `Login to Snowflake as ${connection.username} (account ${connection.account})`;
  const seconds = options.loginTimeoutSeconds ?? 60;
  const timeout = new AbortController();
  const late = delay(seconds * 1000, undefined, { signal: timeout.signal }).then(() => {
    throw new WarehouseError({
      code: 'SNOWFLAKE_UNREACHABLE',
      kind: 'outside',
      message: `${doing} had no answer within ${seconds} seconds.`,
      hint: 'Check the account name and the network.',
      retryable: true,
    });
  });
  try {
    const driverConnection = driver.createConnection(driverOptions(connection, options));
    return await Promise.race([connect(driverConnection), late]);
  } catch (error) {
    throw error instanceof SluiceError ? error : warehouseError(error, doing);
  } finally {
    timeout.abort();
    late.catch(() => {});
  }
}

function driverOptions(connection: SnowflakeConnection, options: ConnectOptions): ConnectionOptions {
  const { account, username, accessUrl, role, warehouse, database, schema } = connection;
  return {
    account,
    username,
    ...authentication(connection),
    ...(accessUrl === undefined ? {} : { accessUrl }),
    ...(role === undefined ? {} : { role }),
    ...(warehouse === undefined ? {} : { warehouse }),
    ...(database === undefined ? {} : { database }),
    ...(schema === undefined ? {} : { schema }),
    application: 'Sluice',
    // A NULL that is fetched as text would come as the text NULL.
    representNullAsStringNull: false,
    clientSessionKeepAlive: true,
    // Attempts to log in are counted in `login`; the driver's own would multiply them.
    sfRetryMaxLoginRetries: 0,
    timeout: (options.loginTimeoutSeconds ?? 60) * 1000,
  };
}

function authentication({ authentication: method }: SnowflakeConnection): ConnectionOptions {
  switch (method.kind) {
    case 'password':
      return { password: method.password };
    case 'keyPair':
      return {
        authenticator: 'SNOWFLAKE_JWT',
        privateKey: method.privateKey,
        ...(method.passphrase === undefined ? {} : { privateKeyPass: method.passphrase }),
      };
    case 'workloadIdentity':
      return { authenticator: 'WORKLOAD_IDENTITY', workloadIdentityProvider: 'AWS' };
  }
}

/** Set at every login, so that no default of the account or the user changes what a statement means. */
function sessionParameters({ queryTag, statementTimeoutSeconds = 3600 }: ConnectOptions): string {
  const tag = JSON.stringify({ app: 'sluice', ...queryTag });
  return [
    "ALTER SESSION SET TIMEZONE = 'UTC'",
    `STATEMENT_TIMEOUT_IN_SECONDS = ${Math.ceil(statementTimeoutSeconds)}`,
    // Snowflake takes no longer tag.
    `QUERY_TAG = ${quoteLiteral(tag.slice(0, 2000))}`,
    "TIME_OUTPUT_FORMAT = 'HH24:MI:SS.FF'",
    "BINARY_OUTPUT_FORMAT = 'HEX'",
  ].join(' ');
}
