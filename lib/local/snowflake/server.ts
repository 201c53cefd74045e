import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Engine } from './engine.ts';
import { extensions } from './extensions.ts';
import type { S3Access } from './statement.ts';
import { coreHandlers } from './statements/index.ts';
import { ok, readRequest, refused, sendJson, type WireAnswer, type WireRequest } from './wire/http.ts';
import { Queries } from './wire/queries.ts';
import { Logins } from './wire/sessions.ts';

export interface SnowflakeServerOptions {
  /** Folder of the state, created if it is missing; or `memory: true` for one that ends with the server. */
  readonly directory?: string;
  readonly memory?: boolean;
  /** 0 or left out: any free port. */
  readonly port?: number;
  /** Where stages find their files; without it stages cannot be read. */
  readonly s3?: S3Access;
  /** Threads that DuckDB may use. */
  readonly threads?: number;
  /** Receives the server's log, statements included. */
  readonly onLog?: (line: Readonly<Record<string, unknown>>) => void;
}

/** A running embedded Snowflake and how to log in to it. */
export interface SnowflakeServer {
  readonly url: string;
  readonly account: string;
  readonly username: string;
  readonly password: string;
  /** Feeds the AUTO_INGEST pipes of a queue with an event of S3's. */
  notify(queueArn: string, event: unknown): Promise<void>;
  stop(): Promise<void>;
}

const ACCOUNT = 'embedded';
const USER = 'SLUICE';

/** Starts the server on 127.0.0.1 and resolves once it takes logins. */
export async function startSnowflake(options: SnowflakeServerOptions): Promise<SnowflakeServer> {
  const directory = options.memory === true ? undefined : options.directory;
  if (directory === undefined && options.memory !== true) {
    throw new TypeError('startSnowflake needs a directory, or memory: true');
  }
  if (directory !== undefined) await mkdir(directory, { recursive: true });
  const password = directory === undefined ? newPassword() : await keptPassword(directory);
  const engine = await Engine.open(
    {
      account: ACCOUNT,
      user: USER,
      log: options.onLog ?? (() => undefined),
      ...(directory === undefined ? {} : { directory }),
      ...(options.s3 === undefined ? {} : { s3: options.s3 }),
      ...(options.threads === undefined ? {} : { threads: options.threads }),
    },
    coreHandlers,
    extensions(),
  );
  await engine.start();
  const router = new Router(engine, password);
  const server = createServer((request, response) => {
    router.handle(request, response).catch((error: unknown) => {
      engine.report(error, 'a request failed');
      response.destroy();
    });
  });
  server.keepAliveTimeout = 60_000;
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    account: ACCOUNT,
    username: USER,
    password,
    notify: async (queueArn, event) => {
      for (const extension of engine.extensions) await extension.notify?.(queueArn, event);
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await engine.stop();
    },
  };
}

function newPassword(): string {
  return randomBytes(18).toString('base64url');
}

/** The password of a state folder: made once, readable by its owner only. */
async function keptPassword(directory: string): Promise<string> {
  const path = join(directory, 'password');
  try {
    const kept = (await readFile(path, 'utf8')).trim();
    if (kept !== '') return kept;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const password = newPassword();
  await writeFile(path, `${password}\n`, { mode: 0o600 });
  return password;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

/** Gives each path of the protocol to what answers it. */
class Router {
  readonly #logins: Logins;
  readonly #queries: Queries;

  constructor(engine: Engine, password: string) {
    this.#logins = new Logins(engine, password);
    this.#queries = new Queries(engine);
  }

  async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    let answer: WireAnswer;
    let status = 200;
    try {
      const request = await readRequest(incoming);
      const found = await this.#answer(request);
      if (found === undefined) status = 404;
      answer = found ?? refused('390404', `There is no ${request.path} here.`);
    } catch (error) {
      status = 400;
      answer = refused('390400', error instanceof Error ? error.message : String(error));
    }
    await sendJson(incoming, response, answer, status);
  }

  async #answer(request: WireRequest): Promise<WireAnswer | undefined> {
    switch (request.path) {
      case '/session/v1/login-request':
        return this.#logins.login(request);
      case '/session/token-request':
        return this.#logins.renew(request);
      case '/telemetry/send':
        return ok('Log Received');
      case '/session':
        return request.query.get('delete') === 'true' ? this.#logins.logout(request) : ok(null);
    }
    const session = this.#logins.find(request.token);
    const result = /^\/queries\/([0-9a-f-]+)\/result$/.exec(request.path);
    const known = ['/session/heartbeat', '/queries/v1/query-request', '/queries/v1/abort-request'];
    if (result === null && !known.includes(request.path)) return undefined;
    if (session === undefined) {
      return refused('390112', 'Your session has expired. Please login again.');
    }
    if (result) return this.#queries.result(result[1] ?? '');
    if (request.path === '/queries/v1/query-request') return this.#queries.query(session, request);
    if (request.path === '/queries/v1/abort-request') return this.#queries.abort(session, request);
    return ok(null);
  }
}
