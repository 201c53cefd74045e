import { setTimeout as sleep } from 'node:timers/promises';
import { SourceError } from './errors.ts';

const firstWaitMs = 250;
const longestWaitMs = 15_000;

/** Over about a minute: a restart of the server, or the failover of a managed one, ends within it. */
const attemptsOfSource = 8;
/** What concerns one table (a timeout, a lock) has waited long already. */
const attemptsOfTable = 2;

/** How often at most something is tried that failed with `error`: once, when it does not heal by itself. */
export function attemptsAfter(error: unknown): number {
  if (!(error instanceof SourceError) || !error.retryable) return 1;
  return error.scope === 'table' ? attemptsOfTable : attemptsOfSource;
}

/** Milliseconds to wait after the given attempt (from 1): doubling, with jitter so that connections do not come back at once. */
function waitAfter(attempt: number): number {
  const full = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1));
  return Math.round(full * (0.5 + Math.random() / 2));
}

/** Waits after a failed attempt; ends early when stopped, for the caller to notice. */
export async function backOff(attempt: number, signal?: AbortSignal): Promise<void> {
  await sleep(waitAfter(attempt), undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}
