import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { packageRefused, packageUnreachable } from './errors.ts';
import { withoutSecrets } from './spec.ts';

export interface HttpOptions {
  readonly signal?: AbortSignal;
  /** Holds the secrets that no message may show. */
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds before each further try; as many tries more as there are pauses. */
  readonly pausesMs: readonly number[];
  /** Longest silence of a server, in milliseconds. */
  readonly silenceMs: number;
}

/** Compressed bytes of one archive: the largest public packages have some 30 MB. */
const maxDownloadBytes = 200 * 1024 * 1024;
const maxJsonBytes = 50 * 1024 * 1024;

/**
 * Reads a JSON document; undefined when there is none at the address.
 *
 * @throws SluiceError PACKAGE_UNREACHABLE
 */
export async function getJson(url: string, options: HttpOptions): Promise<unknown> {
  return await withRetries(url, options, async (signal, alive) => {
    const response = await request(url, signal);
    if (response === undefined) return undefined;
    const chunks: Buffer[] = [];
    await pipeline(bodyOf(response), limited(maxJsonBytes, alive), async (parts) => {
      for await (const part of parts) chunks.push(part);
    });
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return value;
  });
}

/**
 * Loads a file from an address.
 *
 * @returns the SHA-1 of what came, in hex; undefined when there is nothing at the address
 * @throws SluiceError PACKAGE_UNREACHABLE, PACKAGE_REFUSED when it is too large
 */
export async function download(url: string, file: string, options: HttpOptions): Promise<string | undefined> {
  return await withRetries(url, options, async (signal, alive) => {
    const response = await request(url, signal);
    if (response === undefined) return undefined;
    const hash = createHash('sha1');
    await pipeline(
      bodyOf(response),
      limited(maxDownloadBytes, (chunk) => {
        alive();
        hash.update(chunk);
      }),
      createWriteStream(file),
    );
    return hash.digest('hex');
  });
}

/** An answer that will not change by asking again. */
class Refusal extends Error {}

class TooLarge extends Error {}

async function request(url: string, signal: AbortSignal): Promise<Response | undefined> {
  const response = await fetch(url, { signal, headers: { accept: '*/*', 'user-agent': 'sluice' } });
  if (response.ok) return response;
  await response.body?.cancel();
  if (response.status === 404) return undefined;
  const message = `it answers ${response.status} ${response.statusText}`.trim();
  throw [408, 425, 429].includes(response.status) || response.status >= 500
    ? new Error(message)
    : new Refusal(message);
}

function bodyOf(response: Response): Readable {
  return response.body === null ? Readable.from([]) : Readable.fromWeb(response.body);
}

function limited(maxBytes: number, onChunk: (chunk: Buffer) => void): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      onChunk(chunk);
      if (bytes > maxBytes) done(new TooLarge(`more than ${maxBytes} bytes`));
      else done(null, chunk);
    },
  });
}

async function withRetries<Result>(
  url: string,
  options: HttpOptions,
  attempt: (signal: AbortSignal, alive: () => void) => Promise<Result>,
): Promise<Result> {
  const shown = withoutSecrets(url, options.env);
  for (let tried = 0; ; tried++) {
    try {
      return await withWatch(options, attempt);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof TooLarge) {
        throw packageRefused(
          `${shown} has ${error.message}.`,
          'A dbt package is much smaller; look at what the address is.',
        );
      }
      const wait = error instanceof Refusal ? undefined : options.pausesMs[tried];
      if (wait === undefined) {
        throw packageUnreachable(
          `${shown} could not be read: ${withoutSecrets(reasonOf(error), options.env)}.`,
          'Check the address and the network; behind a proxy set HTTPS_PROXY and NODE_USE_ENV_PROXY=1. What is installed stays, and the same command goes on.',
          !(error instanceof Refusal),
        );
      }
      await pause(wait, undefined, options.signal === undefined ? {} : { signal: options.signal });
    }
  }
}

/** Ends an attempt when the server is silent for too long, and not because a large archive takes its time. */
async function withWatch<Result>(
  { signal, silenceMs }: HttpOptions,
  attempt: (signal: AbortSignal, alive: () => void) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const silent = (): void => controller.abort(new Error(`silent for ${silenceMs / 1000} s`));
  const timer = setTimeout(silent, silenceMs);
  const signals = signal === undefined ? [controller.signal] : [controller.signal, signal];
  try {
    return await attempt(AbortSignal.any(signals), () => timer.refresh());
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

/** What went wrong; fetch keeps it in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
