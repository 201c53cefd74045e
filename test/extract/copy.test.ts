import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import pg, { type Connection } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BlockPool, blockBytes } from '../../lib/extract/blocks.ts';
import { CopyOut } from '../../lib/extract/copy.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

let workbench: Workbench;
let client: pg.Client;

beforeAll(async () => {
  workbench = await openWorkbench();
  client = new pg.Client(workbench.connection);
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await workbench.close();
});

async function textOf(copy: CopyOut): Promise<string> {
  const blocks: Buffer[] = [];
  for await (const block of copy) blocks.push(Buffer.from(block));
  return Buffer.concat(blocks).toString();
}

function copyOf(query: string): CopyOut {
  return CopyOut.start(client, `COPY (${query}) TO STDOUT (FORMAT csv, HEADER)`, new BlockPool());
}

test('rows and bytes are those of the server, and the connection goes on afterwards', async () => {
  const copy = copyOf('SELECT n FROM generate_series(1, 3) AS n');
  expect(await textOf(copy)).toBe('n\n1\n2\n3\n');
  expect(copy.rows).toBe(3);
  expect(copy.bytes).toBe(8);
  expect(copy.complete).toBe(true);
  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
});

test('many copies in a row on one connection leave nothing behind', async () => {
  for (let i = 0; i < 50; i++) expect(await textOf(copyOf(`SELECT ${i} AS n`))).toBe(`n\n${i}\n`);
  expect(await textOf(copyOf('SELECT 1 AS n WHERE false'))).toBe('n\n');
});

test('an error of the statement is the server’s own, before and after rows', async () => {
  await expect(textOf(copyOf('SELECT * FROM nowhere'))).rejects.toMatchObject({ code: '42P01' });
  const late = copyOf(`SELECT 1 / (100000 - n) FROM generate_series(1, 100001) AS n`);
  await expect(textOf(late)).rejects.toMatchObject({ code: '22012' });
  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
});

test('while nobody takes blocks the socket rests, and memory with it', async () => {
  const copy = copyOf(`SELECT repeat('x', 1000) FROM generate_series(1, 200000)`);
  const blocks = copy[Symbol.asyncIterator]();
  await blocks.next();
  // What is read ahead of the reader: a few blocks, not the 200 MB.
  for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
  expect(copy.bytes).toBeLessThan(6 * blockBytes);
  let rest = 0;
  for await (const block of blocks) rest += block.length;
  expect(rest + blockBytes).toBe(copy.bytes);
  expect(copy.rows).toBe(200_000);
});

/** A server that says what we want it to: the real one does not break its word. */
class LyingConnection extends EventEmitter {
  readonly stream = new PassThrough();
  query(): void {}
}

function message(code: string, body: string): Buffer {
  const header = Buffer.alloc(5);
  header.write(code, 0, 'latin1');
  header.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([header, Buffer.from(body)]);
}

test.each([
  ['COPY 3', 'A COPY ended after 2 rows, but the server said 3'],
  ['COPY 1', 'A COPY ended after 2 rows, but the server said 1'],
  [undefined, 'A COPY ended after 2 rows, but the server never said how many there are'],
])('a copy of 2 rows that ends with %s is a failure', async (tag, expected) => {
  const connection = new LyingConnection();
  connection.stream.on('data', () => undefined);
  const copy = CopyOut.start(
    { query: (statement) => statement.submit(connection as EventEmitter as Connection) },
    '',
    new BlockPool(),
  );
  connection.stream.write(Buffer.concat(['n\n', '1\n', '2\n'].map((line) => message('d', line))));
  const reading = textOf(copy);
  await new Promise(setImmediate);
  if (tag !== undefined) copy.handleCommandComplete({ text: tag });
  copy.handleReadyForQuery();
  await expect(reading).rejects.toMatchObject({
    code: 'SOURCE_COPY_INCOMPLETE',
    retryable: true,
    message: expected,
  });
});
