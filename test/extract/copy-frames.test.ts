import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CopyFrames } from '../../lib/extract/copy-frames.ts';

interface Message {
  readonly code: string;
  readonly body: Buffer;
}

function encode({ code, body }: Message): Buffer {
  const header = Buffer.alloc(5);
  header.write(code, 0, 'latin1');
  header.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}

const message = fc.record({
  code: fc.constantFrom('d', 'd', 'd', 'H', 'N', 'S', 'c', 'C', 'Z'),
  body: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
});

test('however the bytes are cut, data and other messages come apart whole and in order', () => {
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 30 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 40 }),
      (messages, sizes) => {
        const wire = Buffer.concat(messages.map(encode));
        const frames = new CopyFrames();
        const data: Buffer[] = [];
        const others: Buffer[] = [];
        for (let at = 0, i = 0; at < wire.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          const cut = frames.cut(Buffer.from(wire.subarray(at, at + size)));
          data.push(Buffer.from(cut.data));
          others.push(...cut.others);
          at += size;
        }
        const isData = ({ code }: Message): boolean => code === 'd';
        expect(Buffer.concat(data)).toEqual(Buffer.concat(messages.filter(isData).map(({ body }) => body)));
        expect(Buffer.concat(others)).toEqual(
          Buffer.concat(messages.filter((one) => !isData(one)).map(encode)),
        );
        expect(frames.messages).toBe(messages.filter(isData).length);
      },
    ),
  );
});

test('a message between rows survives the rows that are moved over its bytes', () => {
  const row = { code: 'd', body: Buffer.from('a row that is longer than the notice\n') };
  const notice = { code: 'N', body: Buffer.from('notice') };
  const wire = Buffer.concat([row, notice, row, row].map(encode));
  const { data, others } = new CopyFrames().cut(wire);
  expect(data.toString()).toBe(row.body.toString().repeat(3));
  expect(Buffer.concat(others)).toEqual(encode(notice));
});
