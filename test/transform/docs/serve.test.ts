import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DocsServer, serveDocs } from '../../../lib/transform/docs/serve.ts';
import { temporaryFolder } from '../../support/index.ts';

const folder = temporaryFolder();
let server: DocsServer;

beforeAll(async () => {
  writeFileSync(join(folder, 'index.html'), '<!doctype html><p>the page');
  writeFileSync(join(folder, 'run_results.json'), '{}');
  server = await serveDocs(folder, 0);
});

afterAll(() => server.stop());

/** The status of an answer to a request as no browser would make it. */
function status(
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<number> {
  const { hostname, port } = new URL(server.url);
  return new Promise((done, refuse) => {
    request({ host: hostname, port, path, method, headers }, (response) => {
      response.resume();
      done(response.statusCode ?? 0);
    })
      .on('error', refuse)
      .end();
  });
}

describe('serving the page', () => {
  test('answers with it on this machine only, framed by nobody', async () => {
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const answer = await fetch(server.url);
    expect(await answer.text()).toBe('<!doctype html><p>the page');
    expect(answer.headers.get('content-security-policy')).toBe("frame-ancestors 'none'");
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('gives nothing else of the folder, and nothing to other names or methods', async () => {
    expect(await status('/run_results.json')).toBe(404);
    expect(await status('/manifest.json')).toBe(404);
    expect(await status('/../../../etc/passwd')).toBe(404);
    expect(await status('//evil.example/')).toBe(404);
    expect(await status('/', { Host: 'evil.example' })).toBe(421);
    expect(await status('/', { Host: 'localhost:8080' })).toBe(200);
    expect(await status('/', {}, 'POST')).toBe(405);
    expect(await status('/?x=1')).toBe(200);
  });

  test('says what to do where there is no page, and where the port is taken', async () => {
    await expect(serveDocs(temporaryFolder(), 0)).rejects.toMatchObject({
      code: 'DOCS_MISSING',
      kind: 'usage',
    });
    await expect(serveDocs(folder, Number(new URL(server.url).port))).rejects.toMatchObject({
      code: 'DOCS_PORT_TAKEN',
      kind: 'usage',
    });
  });
});
