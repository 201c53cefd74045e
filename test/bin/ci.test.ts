import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { sluice, sluiceJson } from '../support/command-line.ts';
import { projectCopy, temporaryFolder, writeProjectFile } from '../support/index.ts';

/** The comments of a repository, behind as much of GitHub's API as they need. */
const comments: { id: number; body: string }[] = [];
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  response.setHeader('content-type', 'application/json');
  if (request.method === 'GET') {
    response.end(JSON.stringify(comments));
    return;
  }
  const { body }: { body: string } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  const [comment = { id: 1, body }] = comments;
  comment.body = body;
  comments[0] = comment;
  response.end(JSON.stringify({ id: comment.id, html_url: 'http://github/1' }));
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('a pull request without a Snowflake: production from its base, a comment kept up to date, a schema dropped', async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');

  const directory = projectCopy();
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      cwd: directory,
      encoding: 'utf8',
    });
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-q', '-m', 'base');
  const base = git('rev-parse', 'HEAD').trim();
  const products = readFileSync(join(directory, 'models/marts/products.sql'), 'utf8');
  writeFileSync(join(directory, 'models/marts/products.sql'), `${products}\nlimit 10\n`);
  git('commit', '-q', '-a', '-m', 'change');

  const event = join(temporaryFolder(), 'event.json');
  const summary = join(temporaryFolder(), 'summary.md');
  writeFileSync(summary, '');
  writeFileSync(event, JSON.stringify({ pull_request: { number: 123, base: { sha: base } } }));
  const env = {
    GITHUB_API_URL: `http://127.0.0.1:${address.port}`,
    GITHUB_EVENT_PATH: event,
    GITHUB_REPOSITORY: 'shop/models',
    GITHUB_STEP_SUMMARY: summary,
    GITHUB_TOKEN: 'a-token-of-github',
  };
  const state = temporaryFolder();
  const at = ['--config', directory, '--local-state', state];
  const run = () =>
    sluiceJson<Record<string, unknown>>(['ci', '--days', '4', '--rows', '2000', ...at], { env });

  const first = await run();
  expect(first.result).toMatchObject({
    schema: 'PR_123',
    changed: ['products'],
    embedded: true,
    baseProblems: [],
    comment: { action: 'created', url: 'http://github/1' },
  });
  expect(first.result.comparisons).toMatchObject([
    { model: 'products', status: 'different', rows: { here: 10 }, key: ['STOCK_CODE'], added: 0, changed: 0 },
  ]);
  // Ten products are not what the tests of totals ask for.
  expect(first.exitCode).toBe(1);
  expect(first.result.failingRows).not.toEqual([]);
  expect(comments[0]?.body).toContain('<code>products</code>');
  expect(readFileSync(summary, 'utf8')).toBe(comments[0]?.body);

  git('revert', '--no-edit', 'HEAD');
  const second = await run();
  expect(second.exitCode, second.stderr).toBe(0);
  expect(second.result).toMatchObject({ changed: [], problems: [], comment: { action: 'updated' } });
  expect(comments).toHaveLength(1);
  expect(comments[0]?.body).toContain('nothing changed');

  writeProjectFile(directory, 'models/marts/newcomer.sql', 'select 1 as one');
  await run();
  const closed = await sluiceJson(['ci', '--close', ...at], { env });
  expect(closed).toMatchObject({ exitCode: 0, result: { pullRequest: 123, dropped: ['PR_123'] } });
}, 180_000);

test('without an event and without --pr it says what is missing', async () => {
  const outcome = await sluice(['ci', '--config', projectCopy(), '--local-state', temporaryFolder()], {
    env: { GITHUB_EVENT_PATH: '' },
  });
  expect(outcome.exitCode).toBe(2);
  expect(outcome.stderr).toContain('--pr is missing');
});
