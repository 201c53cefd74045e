import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SluiceError } from '../../config/index.ts';
import { type Answer, sendAnswer } from './answer.ts';
import { S3Error } from './errors.ts';
import { type NotificationListener, Outbox } from './notifications.ts';
import { findOperation } from './operations.ts';
import { readRequest } from './request.ts';
import { type Credentials, verifySignature } from './signature.ts';
import { Store } from './store.ts';
import { document, text } from './xml.ts';

export interface S3Options {
  /** Where the buckets are; made when it is not there. One server at a time. */
  readonly directory: string;
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** The region in answers and events. Requests may be signed for any. */
  readonly region?: string;
  /** One line for every request that failed inside, or event that a listener did not take. */
  readonly log?: (line: string) => void;
}

export interface S3Server {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  readonly port: number;
  readonly region: string;
  readonly credentials: Credentials;
  /** Makes a bucket where there is none of that name. */
  ensureBucket(name: string): void;
  /** Delivers the events that buckets are configured to send, in order and at least once. Returns how to end that. */
  onNotification(listener: NotificationListener): () => void;
  /** Ends what is under way and closes. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts an S3 server on 127.0.0.1 over the buckets in `directory`. Its credentials are made at random with the directory
 * and stay the same. Raises S3_PORT_IN_USE.
 */
export async function startS3(options: S3Options): Promise<S3Server> {
  mkdirSync(options.directory, { recursive: true });
  const region = options.region ?? 'us-east-1';
  const log = options.log ?? (() => undefined);
  const credentials = readCredentials(options.directory);
  const store = new Store(options.directory);
  const onError = (error: unknown): void => log(`event not taken: ${describe(error)}`);
  const outbox = new Outbox({ directory: options.directory, region, onError }, store);

  const server = createServer((message, response) => {
    const id = randomBytes(8).toString('hex').toUpperCase();
    response.setHeader('x-amz-request-id', id);
    response.setHeader('server', 'sluice-s3');
    handle(message, id)
      .then((answer) => sendAnswer(response, answer, message.method === 'HEAD'))
      .catch((error: unknown) => fail(message, response, id, error));
  });

  async function handle(message: IncomingMessage, id: string): Promise<Answer> {
    const request = readRequest(message, id);
    const verified = verifySignature(request, credentials);
    return await findOperation(request)({ request, verified, store, outbox, region });
  }

  function fail(message: IncomingMessage, response: ServerResponse, id: string, error: unknown): void {
    const known = error instanceof S3Error ? error : undefined;
    // A client that went away is no failure of ours.
    if (known === undefined && !message.destroyed)
      log(`${message.method} ${message.url}: ${describe(error)}`);
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const answer = errorAnswer(known ?? new S3Error('InternalError', internalMessage(error)), id);
    // What the client is still sending is read over, so that it gets to see the answer.
    if (!message.complete) {
      response.setHeader('connection', 'close');
      message.resume();
    }
    sendAnswer(response, answer, message.method === 'HEAD').catch(() => response.destroy());
  }

  // An upload may take as long as it takes; a kept connection outlives the pauses of a client.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  const port = await listen(server, options.port ?? 0);
  let stopping: Promise<void> | undefined;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    region,
    credentials,
    ensureBucket: (name) => {
      if (!store.has(name)) store.create(name);
    },
    onNotification: (listener) => outbox.listen(listener),
    stop: () => {
      stopping ??= close(server).then(() => outbox.stop());
      return stopping;
    },
  };
}

function errorAnswer(error: S3Error, requestId: string): Answer {
  if (error.status === 304) return { status: 304 };
  const facts = Object.entries(error.facts).map(([name, value]) => text(name, value));
  const content =
    text('Code', error.code) + text('Message', error.message) + facts.join('') + text('RequestId', requestId);
  // S3's errors have no namespace.
  const body = document('Error', content).replace(/ xmlns="[^"]*"/, '');
  return { status: error.status, headers: { 'content-type': 'application/xml' }, body };
}

/** Made once with the directory, readable by its owner only. */
function readCredentials(directory: string): Credentials {
  const path = join(directory, 'credentials.json');
  if (!existsSync(path)) {
    const fresh: Credentials = {
      accessKeyId: `SLUICE${randomBytes(7).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64url'),
    };
    writeFileSync(`${path}.new`, JSON.stringify(fresh), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
  return JSON.parse(readFileSync(path, 'utf8')) as Credentials;
}

async function listen(server: Server, port: number): Promise<number> {
  return await new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        isCode(error, 'EADDRINUSE')
          ? new SluiceError({
              code: 'S3_PORT_IN_USE',
              kind: 'usage',
              message: `Port ${port} of 127.0.0.1 is taken, so the S3 server cannot use it.`,
              hint: 'End the program that has the port, or choose another one.',
              details: { port },
              cause: error,
            })
          : error,
      );
    });
    server.listen(port, '127.0.0.1', () => {
      const address: AddressInfo | string | null = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Lets requests under way end, for two seconds, then cuts them. */
async function close(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), 2000);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(cut);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** S3's own words, but for what only a server on one's own machine comes to. */
function internalMessage(error: unknown): string {
  const isFull = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
  return isFull ? 'No space is left on the disk of this server.' : 'We encountered an internal error.';
}
