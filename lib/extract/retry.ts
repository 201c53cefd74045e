import { setTimeout as sleep } from 'node:timers/promises';

const firstWaitMs = 250;
const longestWaitMs = 15_000;

/** Milliseconds to wait after the given attempt (from 1): doubling, with jitter so that connections do not come back at once. */
function waitAfter(attempt: number): number {
  const full = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1));
  return Math.round(full * (0.5 + Math.random() / 2));
}

/** Waits after a failed attempt; ends early when stopped, for the caller to notice. */
export async function backOff(attempt: number, signal?: AbortSignal): Promise<void> {
  await sleep(waitAfter(attempt), undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}
