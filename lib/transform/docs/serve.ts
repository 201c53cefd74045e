import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { SluiceError } from '../../config/index.ts';

export interface DocsServer {
  readonly url: string;
  stop(): Promise<void>;
}

const host = '127.0.0.1';

/** What is served, and nothing else of the folder. */
const files: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/index.html': ['index.html', 'text/html; charset=utf-8'],
  '/manifest.json': ['manifest.json', 'application/json'],
  '/catalog.json': ['catalog.json', 'application/json'],
};

/** The page holds the policy of its own script and style; what a server alone can say is said here. */
const headers = {
  'Content-Security-Policy': "frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

/**
 * Serves the page of a folder on 127.0.0.1, until it is stopped. It is read again for each visit.
 *
 * @param port 0 for a free one
 * @throws SluiceError DOCS_MISSING when there is no page, DOCS_PORT_TAKEN when another program listens there
 */
export async function serveDocs(directory: string, port: number): Promise<DocsServer> {
  if (!existsSync(join(directory, 'index.html'))) {
    throw new SluiceError({
      code: 'DOCS_MISSING',
      kind: 'usage',
      message: `There is no index.html in ${directory}.`,
      hint: 'Make it with `sluice docs generate`; --output names another folder.',
    });
  }
  const server = createServer((request, response) => {
    answer(directory, request, response).catch(() => response.writeHead(500, headers).end());
  });
  await listen(server, port);
  const address = server.address();
  const listening = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host}:${listening}/`,
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, refuse) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE' || error.code === 'EACCES';
      refuse(
        taken
          ? new SluiceError({
              code: 'DOCS_PORT_TAKEN',
              kind: 'usage',
              message: `Port ${port} of ${host} cannot be listened on: ${error.code === 'EACCES' ? 'it is reserved' : 'another program does'}.`,
              hint: 'Choose another one with --port, or 0 for any that is free.',
            })
          : error,
      );
    });
    server.listen(port, host, done);
  });
}

async function answer(directory: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // A page elsewhere could otherwise give its own name this address and read the project through the browser.
  const known = /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/i.test(request.headers.host ?? '');
  const [path = '/'] = (request.url ?? '/').split('?');
  const found = files[path];
  if (!known) response.writeHead(421, headers).end();
  else if (request.method !== 'GET' && request.method !== 'HEAD')
    response.writeHead(405, { ...headers, Allow: 'GET, HEAD' }).end();
  else if (found === undefined) response.writeHead(404, headers).end();
  else {
    const body = await readFile(join(directory, found[0])).catch(() => undefined);
    if (body === undefined) response.writeHead(404, headers).end();
    else
      response
        .writeHead(200, { ...headers, 'Content-Type': found[1] })
        .end(request.method === 'HEAD' ? '' : body);
  }
}
