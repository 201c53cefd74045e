import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect as connectTo, createServer, type Socket } from 'node:net';

/** What becomes of a connection. Bytes are those that the server sends, counted from the beginning. */
export type TcpFault =
  /** It breaks after so many bytes: what the client asked has been done, and the answer is lost. */
  | { readonly cutAfter: number }
  /** After so many bytes nothing passes any more, in either direction, and nobody is told. */
  | { readonly stallAfter: number }
  /** Everything that the server sends comes so many milliseconds later. */
  | { readonly delay: number }
  /** It breaks at once. */
  | 'refuse';

export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  /** Where connections go; another place once the server has come back there. */
  upstream: { readonly host: string; readonly port: number };
  /** Connections so far, refused ones included. */
  readonly connections: number;
  /** How many are open, and how many have been at most. */
  readonly open: number;
  readonly mostOpen: number;
  /** Asked for every new connection, with its number from 1; undefined lets it pass. */
  onConnection: (number: number) => TcpFault | undefined;
  /** Breaks every connection that is open. */
  cutAll(): void;
  close(): Promise<void>;
}

/** Stands before a Postgres, or any other server, and makes the faults that a network makes. */
export async function startTcpProxy(
  upstream: TcpProxy['upstream'],
  onConnection: TcpProxy['onConnection'] = () => undefined,
): Promise<TcpProxy> {
  const open = new Set<Socket>();
  let connections = 0;
  let mostOpen = 0;
  const server = createServer((client) => {
    connections += 1;
    const fault = proxy.onConnection(connections);
    client.on('error', () => undefined);
    if (fault === 'refuse') {
      client.resetAndDestroy();
      return;
    }
    open.add(client);
    mostOpen = Math.max(mostOpen, open.size);
    client.once('close', () => open.delete(client));
    passThrough(client, connectTo(proxy.upstream.port, proxy.upstream.host), fault);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const proxy: TcpProxy = {
    host: '127.0.0.1',
    port,
    upstream,
    onConnection,
    get connections() {
      return connections;
    },
    get open() {
      return open.size;
    },
    get mostOpen() {
      return mostOpen;
    },
    cutAll() {
      for (const client of open) client.resetAndDestroy();
    },
    async close() {
      proxy.cutAll();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}

/** Passes bytes both ways until one side ends or the fault comes. */
function passThrough(client: Socket, server: Socket, fault: TcpFault | undefined): void {
  const breakBoth = (): void => {
    client.resetAndDestroy();
    server.destroy();
  };
  let left = bytesUntil(fault);
  let stalled = false;
  server.on('error', breakBoth);
  const delay = typeof fault === 'object' && 'delay' in fault ? fault.delay : 0;
  // Timers of one length end in the order in which they began.
  const later = (work: () => void): void => {
    if (delay === 0) work();
    else setTimeout(() => client.destroyed || work(), delay);
  };
  server.on('close', () => {
    if (!stalled) later(() => client.end());
  });
  client.on('close', () => server.destroy());
  client.on('drain', () => server.resume());
  server.on('drain', () => client.resume());
  client.on('data', (bytes: Buffer) => {
    if (!stalled && !server.write(bytes)) client.pause();
  });
  const pass = (bytes: Buffer): void => {
    const passed = bytes.subarray(0, left);
    left -= passed.length;
    if (passed.length > 0 && !stalled && !client.write(passed)) server.pause();
    if (passed.length === bytes.length) return;
    if (typeof fault === 'object' && 'stallAfter' in fault) stalled = true;
    else breakBoth();
  };
  server.on('data', (bytes: Buffer) => later(() => pass(bytes)));
}

function bytesUntil(fault: TcpFault | undefined): number {
  if (typeof fault === 'object' && 'cutAfter' in fault) return fault.cutAfter;
  if (typeof fault === 'object' && 'stallAfter' in fault) return fault.stallAfter;
  return Number.POSITIVE_INFINITY;
}
