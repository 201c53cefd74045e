import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** What happens to one request on its way, or to its answer on the way back. */
export type HttpFault =
  /** It never arrives; this is what comes back. A body that is no text is sent as JSON. */
  | { readonly answer: number; readonly body?: string | object }
  /** It is passed on so many milliseconds later. */
  | { readonly delay: number }
  /** It arrives, but the connection breaks before the answer. */
  | 'lose the reply'
  /** It never arrives, and the connection breaks. */
  | 'reset'
  /** It never arrives, and nothing comes back until the client gives up. */
  | 'hang'
  /** It arrives with its first byte changed. */
  | 'flip a byte'
  /** The first half of the answer's body comes back under its full length, then the connection breaks. */
  | 'cut the answer'
  /** The answer's body comes back with its first byte changed. */
  | 'flip a byte of the answer';

export interface ProxiedRequest {
  /** `PUT /bucket/key?query` */
  readonly line: string;
  /** `/bucket/key?query` */
  readonly path: string;
  /** Its first 64 KiB, as text. */
  readonly body: string;
}

export interface HttpProxy {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Where requests go; another place once the server has come back there. */
  upstream: string;
  /** All requests so far, in order. */
  readonly requests: readonly ProxiedRequest[];
  /** Asked for every request; undefined lets it pass. */
  onRequest: (request: ProxiedRequest) => HttpFault | undefined;
  close(): Promise<void>;
}

/** Stands before an S3 or a Snowflake, and makes the faults that a network and a service make. */
export async function startHttpProxy(
  upstream: string,
  onRequest: HttpProxy['onRequest'] = () => undefined,
): Promise<HttpProxy> {
  const requests: ProxiedRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const proxy: HttpProxy = {
    url: `http://127.0.0.1:${port}`,
    upstream,
    requests,
    onRequest,
    close: () => closeServer(server),
  };

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const path = incoming.url ?? '/';
    const body = await buffer(incoming);
    const proxied = { line: `${incoming.method} ${path}`, path, body: body.toString('utf8', 0, 65_536) };
    requests.push(proxied);
    const fault = proxy.onRequest(proxied);
    if (fault === 'hang') return;
    if (fault === 'reset') {
      outgoing.destroy();
      return;
    }
    if (typeof fault === 'object' && 'answer' in fault) {
      answerAs(outgoing, fault);
      return;
    }
    if (typeof fault === 'object') await sleep(fault.delay);
    const answer = await forward(proxy.upstream, incoming, fault === 'flip a byte' ? flipped(body) : body);
    if (fault === 'lose the reply') {
      outgoing.destroy();
      return;
    }
    outgoing.writeHead(answer.status, answer.headers);
    if (fault === 'cut the answer') {
      outgoing.write(answer.body.subarray(0, answer.body.length / 2), () => outgoing.destroy());
      return;
    }
    outgoing.end(fault === 'flip a byte of the answer' ? flipped(answer.body) : answer.body);
  }

  return proxy;
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

function answerAs(
  outgoing: ServerResponse,
  { answer, body = '' }: Extract<HttpFault, { answer: number }>,
): void {
  const isText = typeof body === 'string';
  outgoing.writeHead(answer, { 'content-type': isText ? 'application/xml' : 'application/json' });
  outgoing.end(isText ? body : JSON.stringify(body));
}

/** A copy with its first byte changed. */
function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length > 0) copy.writeUInt8(copy.readUInt8(0) ^ 1, 0);
  return copy;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** The headers go on unchanged, the host too: a signature may be over them. */
async function forward(upstream: string, incoming: IncomingMessage, body: Buffer): Promise<Answer> {
  const { hostname, port } = new URL(upstream);
  const { method, url: path, headers } = incoming;
  const outgoing = request({ hostname, port, method, path, headers, agent: false });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await buffer(response) };
}
