import { createServer, type Server } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { gitHubFromEnvironment, postComment } from '../../../lib/run/index.ts';

interface Comment {
  readonly id: number;
  body: string;
}

let server: Server | undefined;

/** As much of GitHub's API as comments need; `failures` answers are errors, after the work was done. */
async function gitHub(
  comments: Comment[],
  failures: number[] = [],
): Promise<{ env: NodeJS.ProcessEnv; calls: string[] }> {
  const calls: string[] = [];
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const url = new URL(request.url ?? '/', 'http://github');
    calls.push(`${request.method} ${url.pathname}`);
    const answer = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    if (request.headers.authorization !== 'Bearer a-token') return answer(403, {});
    if (request.method === 'GET') {
      const page = Number(url.searchParams.get('page'));
      return answer(200, comments.slice((page - 1) * 100, page * 100));
    }
    const { body }: { body: string } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const id = Number(/\/comments\/(\d+)$/.exec(url.pathname)?.[1] ?? comments.length + 1);
    const known = comments.find((comment) => comment.id === id);
    if (known) known.body = body;
    else comments.push({ id, body });
    const failure = failures.shift();
    answer(failure ?? (known ? 200 : 201), failure ? {} : { id, html_url: `http://github/comments/${id}` });
  });
  const listening = server;
  await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done));
  const address = listening.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const env = {
    GITHUB_API_URL: `http://127.0.0.1:${address.port}/`,
    GITHUB_REPOSITORY: 'shop/models',
    GITHUB_TOKEN: 'a-token',
  };
  return { env, calls };
}

async function post(env: NodeJS.ProcessEnv, body: string): ReturnType<typeof postComment> {
  const access = gitHubFromEnvironment(env);
  if (access === undefined) throw new Error('there is no token');
  return await postComment(access, 7, '<!-- mark -->', body);
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

test('the comment is created, then updated, also beyond the first page of comments', async () => {
  const comments = Array.from({ length: 120 }, (_, index) => ({ id: index + 1, body: `talk ${index}` }));
  const { env, calls } = await gitHub(comments);
  expect(await post(env, '<!-- mark -->\none')).toEqual({
    action: 'created',
    url: 'http://github/comments/121',
  });
  expect(await post(env, '<!-- mark -->\ntwo')).toMatchObject({ action: 'updated' });
  expect(comments).toHaveLength(121);
  expect(comments[120]?.body).toBe('<!-- mark -->\ntwo');
  expect(calls.at(-1)).toBe('PATCH /repos/shop/models/issues/comments/121');
});

test('a comment whose answer was lost is not written twice', async () => {
  const comments: Comment[] = [];
  const { env } = await gitHub(comments, [502]);
  expect(await post(env, '<!-- mark -->\none')).toMatchObject({ action: 'updated' });
  expect(comments).toEqual([{ id: 1, body: '<!-- mark -->\none' }]);
});

test('a token that may not comment is named without the token, and not tried again', async () => {
  const { env, calls } = await gitHub([]);
  const error = await post({ ...env, GITHUB_TOKEN: 'wrong-token' }, 'x').catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'GITHUB_REFUSED', kind: 'outside' });
  expect(String(error)).not.toContain('wrong-token');
  expect(calls).toHaveLength(1);
});

test('without a token there is nobody to comment as', () => {
  expect(gitHubFromEnvironment({ GITHUB_REPOSITORY: 'shop/models' })).toBeUndefined();
  expect(gitHubFromEnvironment({ GITHUB_TOKEN: '', GITHUB_REPOSITORY: 'shop/models' })).toBeUndefined();
});
