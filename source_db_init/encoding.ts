import { isAscii, isUtf8 } from 'node:buffer';

/**
 * Passes a text on as UTF-8 that is UTF-8, with or without a byte order mark, or ISO-8859-1. Up to the first byte beyond
 * ASCII both are the same, so that byte decides, with what follows it; nothing has to be read twice.
 */
export async function* readAsUtf8(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let encoding: 'ascii' | 'utf8' | 'latin1' = 'ascii';
  let held: Buffer = Buffer.alloc(0);
  let isStart = true;
  for await (const bytes of source) {
    let chunk = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
    held = Buffer.alloc(0);
    if (isStart && chunk.length < 3) {
      held = chunk;
      continue;
    }
    if (isStart && chunk.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))) chunk = chunk.subarray(3);
    isStart = false;
    if (encoding === 'ascii' && !isAscii(chunk)) {
      const first = chunk.findIndex((byte) => byte > 0x7f);
      // A character is four bytes at most; with fewer behind it, wait for the next chunk.
      if (chunk.length - first < 4) {
        yield chunk.subarray(0, first);
        held = chunk.subarray(first);
        continue;
      }
      encoding = startsCharacter(chunk, first) ? 'utf8' : 'latin1';
    }
    yield encoding === 'latin1' ? Buffer.from(chunk.toString('latin1'), 'utf8') : chunk;
  }
  if (held.length > 0) yield isUtf8(held) ? held : Buffer.from(held.toString('latin1'), 'utf8');
}

/** Is there a whole UTF-8 character at that place, which is a byte beyond ASCII? */
function startsCharacter(bytes: Buffer, at: number): boolean {
  return [2, 3, 4].some((length) => isUtf8(bytes.subarray(at, at + length)));
}
