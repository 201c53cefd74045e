import type { Expression } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { DATE, LTZ, NTZ, type SqlType, TIME, TZ } from './types.ts';

const TYPED: Readonly<Record<string, SqlType>> = {
  DATE,
  TIME,
  TIMESTAMP: NTZ,
  TIMESTAMP_NTZ: NTZ,
  TIMESTAMP_LTZ: LTZ,
  TIMESTAMP_TZ: TZ,
};

/** `DATE '2024-01-01'` and its kin; undefined when `word` and what follows is no such literal. */
export function parseTypedLiteral(cursor: Cursor, word: string): Expression | undefined {
  const type = TYPED[word];
  if (type === undefined || cursor.peek(1)?.kind !== 'string') return undefined;
  const at = cursor.offset;
  cursor.next();
  return { kind: 'cast', value: { kind: 'text', value: cursor.string() }, type, safe: false, at };
}
