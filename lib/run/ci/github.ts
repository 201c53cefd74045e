import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { SluiceError } from '../../config/index.ts';

/** What GitHub Actions says of the pull request that a job runs for. */
export interface PullRequestEvent {
  readonly number: number | undefined;
  readonly base: string | undefined;
}

export interface GitHub {
  /** `https://api.github.com`, or that of a GitHub of one's own. */
  readonly api: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly token: string;
  readonly signal?: AbortSignal;
}

export interface PostedComment {
  readonly action: 'created' | 'updated';
  readonly url: string;
}

const timeoutMilliseconds = 15_000;
const pauses = [500, 2_000, 8_000];
const commentsPerPage = 100;

/** Reads the file that GITHUB_EVENT_PATH names; nothing is known without one. */
export function pullRequestEvent(env: NodeJS.ProcessEnv): PullRequestEvent {
  const path = env.GITHUB_EVENT_PATH;
  if (!path) return { number: undefined, base: undefined };
  const pullRequest = field(JSON.parse(readFileSync(path, 'utf8')), 'pull_request');
  const number = field(pullRequest, 'number');
  const base = field(field(pullRequest, 'base'), 'sha');
  return {
    number: typeof number === 'number' ? number : undefined,
    base: typeof base === 'string' ? base : undefined,
  };
}

/** Where and as whom to comment; undefined where there is nothing to comment with, as on a fork. */
export function gitHubFromEnvironment(env: NodeJS.ProcessEnv): GitHub | undefined {
  const { GITHUB_TOKEN: token, GITHUB_REPOSITORY: repository, GITHUB_API_URL: api } = env;
  if (!token || !repository) return undefined;
  return { api: (api || 'https://api.github.com').replace(/\/+$/, ''), repository, token };
}

/**
 * Writes the one comment that begins with `marker`, over the last one if there is one. Each try looks for it anew, so that
 * one whose answer was lost is not written twice.
 *
 * @throws SluiceError GITHUB_UNREACHABLE, GITHUB_REFUSED
 */
export async function postComment(
  gitHub: GitHub,
  pullRequest: number,
  marker: string,
  body: string,
): Promise<PostedComment> {
  return await retried(gitHub, async () => {
    const comments = `/repos/${gitHub.repository}/issues/${pullRequest}/comments`;
    const known = await findComment(gitHub, comments, marker);
    const answer =
      known === undefined
        ? await call(gitHub, 'POST', comments, { body })
        : await call(gitHub, 'PATCH', `/repos/${gitHub.repository}/issues/comments/${known}`, { body });
    return {
      action: known === undefined ? 'created' : 'updated',
      url: String(field(answer, 'html_url') ?? ''),
    };
  });
}

async function findComment(gitHub: GitHub, comments: string, marker: string): Promise<number | undefined> {
  for (let page = 1; ; page += 1) {
    const found = await call(gitHub, 'GET', `${comments}?per_page=${commentsPerPage}&page=${page}`);
    if (!Array.isArray(found)) return undefined;
    const listed: readonly unknown[] = found;
    const own = listed.find((comment) => String(field(comment, 'body') ?? '').startsWith(marker));
    const id = field(own, 'id');
    if (typeof id === 'number') return id;
    if (listed.length < commentsPerPage) return undefined;
  }
}

async function call(gitHub: GitHub, method: string, path: string, body?: object): Promise<unknown> {
  const timeout = AbortSignal.timeout(timeoutMilliseconds);
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${gitHub.api}${path}`, {
      method,
      signal: gitHub.signal ? AbortSignal.any([gitHub.signal, timeout]) : timeout,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${gitHub.token}`,
        'content-type': 'application/json',
        'user-agent': 'sluice',
        'x-github-api-version': '2022-11-28',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    text = await response.text();
  } catch (cause) {
    gitHub.signal?.throwIfAborted();
    throw failure('GITHUB_UNREACHABLE', `${gitHub.api} did not answer ${method} ${path}`, true, cause);
  }
  if (response.ok) return JSON.parse(text);
  const heals = response.status >= 500 || response.status === 429;
  throw failure('GITHUB_REFUSED', `GitHub answered ${method} ${path} with ${response.status}`, heals);
}

async function retried<Result>(gitHub: GitHub, work: () => Promise<Result>): Promise<Result> {
  for (const pause of pauses) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SluiceError) || !error.retryable) throw error;
      await wait(pause, undefined, gitHub.signal ? { signal: gitHub.signal } : {});
    }
  }
  return await work();
}

function failure(code: string, message: string, retryable: boolean, cause?: unknown): SluiceError {
  return new SluiceError({
    code,
    kind: 'outside',
    message: `${message}.`,
    hint: 'The token needs the permission pull-requests: write on this repository; the comment is in the summary of the job.',
    retryable,
    ...(cause === undefined ? {} : { cause }),
  });
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
