import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';

/** What happens to a request: an answer of the proxy's own, or the server's answer that never arrives. */
export type Fault = { readonly answer: object; readonly status?: number } | 'loseReply';

export interface FaultyProxy {
  readonly url: string;
  /** Asked for every request; undefined lets it pass. */
  onRequest: (path: string, body: string) => Fault | undefined;
  /** Paths and bodies of all requests so far. */
  readonly requests: { readonly path: string; readonly body: string }[];
}

/** Stands between the driver and the embedded Snowflake, and makes the faults that a network and a service make. */
export async function startProxy(target: string): Promise<FaultyProxy> {
  const proxy: FaultyProxy & { url: string } = { url: '', onRequest: () => undefined, requests: [] };
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => outgoing.destroy());
  });

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const path = incoming.url ?? '';
    const body = raw.toString();
    proxy.requests.push({ path, body });
    const fault = proxy.onRequest(path, body);
    if (fault !== undefined && fault !== 'loseReply') {
      outgoing.writeHead(fault.status ?? 200, { 'content-type': 'application/json' });
      outgoing.end(JSON.stringify(fault.answer));
      return;
    }
    const answer = await forward(incoming, raw);
    if (fault === 'loseReply') {
      outgoing.destroy();
      return;
    }
    outgoing.writeHead(answer.status, answer.headers);
    outgoing.end(answer.body);
  }

  function forward(
    incoming: IncomingMessage,
    body: Buffer,
  ): Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }> {
    return new Promise((resolve, reject) => {
      const { method, headers } = incoming;
      const url = new URL(incoming.url ?? '/', target);
      const outgoing = request(url, { ...(method ? { method } : {}), headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 500,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
        response.on('error', reject);
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  proxy.url = `http://127.0.0.1:${address.port}`;
  afterAll(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return proxy;
}
