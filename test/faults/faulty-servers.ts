import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Connections } from '../../lib/config/index.ts';
import { type PostgresServer, startPostgres } from '../../lib/local/postgres/index.ts';
import { type S3Server, startS3 } from '../../lib/local/s3/index.ts';
import { type HttpProxy, startHttpProxy } from '../support/http-proxy.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { type SnowflakeProcess, startSnowflakeProcess } from './snowflake-process.ts';

const bucket = 'staging';

/**
 * The three servers of a run, each to be reached directly or through a proxy that makes faults; Postgres and Snowflake in processes
 * of their own, so that they can be killed and come back.
 */
export class FaultyServers {
  readonly s3: S3Server;
  readonly postgresProxy: TcpProxy;
  readonly s3Proxy: HttpProxy;
  /** Between Snowflake and S3. */
  readonly stageProxy: HttpProxy;
  readonly snowflakeProxy: HttpProxy;
  readonly #folder: string;
  #postgres: PostgresServer;
  #snowflake: SnowflakeProcess;

  private constructor(parts: {
    folder: string;
    s3: S3Server;
    postgres: PostgresServer;
    snowflake: SnowflakeProcess;
    proxies: readonly [TcpProxy, HttpProxy, HttpProxy, HttpProxy];
  }) {
    this.#folder = parts.folder;
    this.s3 = parts.s3;
    this.#postgres = parts.postgres;
    this.#snowflake = parts.snowflake;
    [this.postgresProxy, this.s3Proxy, this.stageProxy, this.snowflakeProxy] = parts.proxies;
    this.s3.onNotification((queue, event) => this.#snowflake.notify(queue, event));
  }

  static async start(folder: string): Promise<FaultyServers> {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    const s3 = await startS3({ directory: join(folder, 's3') });
    s3.ensureBucket(bucket);
    const postgres = await startPostgres({ directory: join(folder, 'postgres') });
    const stageProxy = await startHttpProxy(s3.endpoint);
    const { region, credentials } = s3;
    const snowflake = await startSnowflakeProcess({
      directory: join(folder, 'snowflake'),
      s3: { endpoint: stageProxy.url, region, credentials },
    });
    const proxies = [
      await startTcpProxy(postgres.connection),
      await startHttpProxy(s3.endpoint),
      stageProxy,
      await startHttpProxy(snowflake.connection.accessUrl),
    ] as const;
    return new FaultyServers({ folder, s3, postgres, snowflake, proxies });
  }

  /** Without anything between. */
  get direct(): Connections {
    const { endpoint, region, credentials } = this.s3;
    return {
      source: this.#postgres.connection,
      staging: { bucket, endpoint, region, credentials },
      snowflake: this.#snowflake.connection,
    };
  }

  /** Through the proxies. */
  get proxied(): Connections {
    const { source, staging, snowflake } = this.direct;
    return {
      source: { ...source, host: this.postgresProxy.host, port: this.postgresProxy.port },
      staging: { ...staging, endpoint: this.s3Proxy.url },
      snowflake: { ...snowflake, accessUrl: this.snowflakeProxy.url },
    };
  }

  /** Texts that may stand in no error and no log. */
  get secrets(): readonly string[] {
    const { source, snowflake } = this.direct;
    const { authentication } = snowflake;
    return [
      source.password ?? '',
      this.s3.credentials.secretAccessKey,
      authentication.kind === 'password' ? authentication.password : '',
    ].filter((secret) => secret !== '');
  }

  killSnowflakeAfter(statements: number): void {
    this.#snowflake.killAfter(statements);
  }

  async killSnowflake(): Promise<void> {
    await this.#snowflake.dispose();
  }

  /** Ends Postgres, by the book or by SIGKILL, and starts it again. */
  async restartPostgres(how: 'stop' | 'kill'): Promise<void> {
    if (how === 'kill') process.kill(this.#postgres.pid, 'SIGKILL');
    await this.#postgres.stop();
    this.#postgres = await startPostgres({ directory: join(this.#folder, 'postgres') });
    this.postgresProxy.upstream = this.#postgres.connection;
  }

  /** No more faults, and whoever was killed is back. */
  async calm(): Promise<void> {
    this.postgresProxy.onConnection = () => undefined;
    for (const proxy of [this.s3Proxy, this.stageProxy, this.snowflakeProxy])
      proxy.onRequest = () => undefined;
    if (this.#snowflake.isAlive) {
      this.#snowflake.killAfter(Number.MAX_SAFE_INTEGER);
      return;
    }
    const { region, credentials } = this.s3;
    this.#snowflake = await startSnowflakeProcess({
      directory: join(this.#folder, 'snowflake'),
      s3: { endpoint: this.stageProxy.url, region, credentials },
    });
    this.snowflakeProxy.upstream = this.#snowflake.connection.accessUrl;
  }

  async stop(): Promise<void> {
    await this.#snowflake.dispose();
    await Promise.all(
      [this.postgresProxy, this.s3Proxy, this.stageProxy, this.snowflakeProxy].map((proxy) => proxy.close()),
    );
    await this.#postgres.stop();
    await this.s3.stop();
  }
}
