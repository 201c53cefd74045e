import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What happens to one request on its way to S3. */
export type Fault =
  /** It never arrives; S3's answer is this. */
  | { readonly answer: number; readonly body?: string }
  /** It arrives, but the connection breaks before the answer. */
  | 'lose the reply'
  /** It arrives with its first byte changed. */
  | 'flip a byte'
  | undefined;

export interface FaultyS3 {
  readonly endpoint: string;
  /** `PUT /bucket/key?query` of every request, in order. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** An S3 between the client and the real one, where `faultOf` decides what goes wrong. */
export async function startFaultyS3(upstream: string, faultOf: (line: string) => Fault): Promise<FaultyS3> {
  const requests: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const line = `${incoming.method} ${incoming.url}`;
    requests.push(line);
    const body = await buffer(incoming);
    const fault = faultOf(line);
    if (typeof fault === 'object') {
      outgoing.writeHead(fault.answer, { 'content-type': 'application/xml' }).end(fault.body);
      return;
    }
    if (fault === 'flip a byte') body.writeUInt8((body[0] ?? 0) ^ 1, 0);
    const answer = await forward(upstream, incoming, body);
    if (fault === 'lose the reply') {
      incoming.socket.destroy();
      return;
    }
    outgoing.writeHead(answer.status, answer.headers).end(answer.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** The headers go on unchanged, the host too: the signature is over them. */
async function forward(upstream: string, incoming: IncomingMessage, body: Buffer): Promise<Answer> {
  const { hostname, port } = new URL(upstream);
  const outgoing = request({
    hostname,
    port,
    method: incoming.method,
    path: incoming.url,
    headers: incoming.headers,
    agent: false,
  });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: await buffer(response),
  };
}
