import { isBlockBegin, type Statement, type Token } from '../../sql/index.ts';
import type { StatementHandler } from './statement.ts';

/** Words that may stand between a statement's verb and the kind of its object, and do not tell statements apart. */
const MODIFIERS = new Set([
  'TRANSIENT',
  'TEMPORARY',
  'TEMP',
  'VOLATILE',
  'LOCAL',
  'GLOBAL',
  'SECURE',
  'RECURSIVE',
  'TERSE',
]);
const MODIFIED = new Set(['CREATE', 'SHOW', 'ALTER']);
const SYNONYMS: Readonly<Record<string, string>> = { DESCRIBE: 'DESC' };
const LONGEST_HEAD = 5;

/**
 * The leading words of a statement as handlers name them: `CREATE OR REPLACE TRANSIENT TABLE IF NOT EXISTS t` gives
 * `CREATE TABLE T …`. A BEGIN that opens a transaction gives `BEGIN TRANSACTION`, any other `BEGIN` a block.
 */
export function headOf(statement: Statement): string[] {
  const { tokens } = statement;
  const first = tokens[0];
  if (first?.kind === 'symbol' && first.value === '(') return ['SELECT'];
  if (first?.kind === 'word' && first.value === 'BEGIN') {
    return isBlockBegin(tokens, 0) ? ['BEGIN'] : ['BEGIN', 'TRANSACTION'];
  }
  const words: string[] = [];
  for (let index = 0; index < tokens.length && words.length < LONGEST_HEAD; ) {
    const skip = modifierLength(tokens, index, words[0]);
    if (skip > 0) {
      index += skip;
      continue;
    }
    const token = tokens[index];
    if (token?.kind !== 'word') break;
    words.push(words.length === 0 ? (SYNONYMS[token.value] ?? token.value) : token.value);
    index += 1;
  }
  return words;
}

function modifierLength(tokens: readonly Token[], index: number, verb: string | undefined): number {
  if (verb === undefined) return 0;
  const word = (offset: number) => {
    const token = tokens[index + offset];
    return token?.kind === 'word' ? token.value : undefined;
  };
  if (verb === 'CREATE' && word(0) === 'OR' && (word(1) === 'REPLACE' || word(1) === 'ALTER')) return 2;
  if (word(0) === 'IF' && word(1) === 'NOT' && word(2) === 'EXISTS') return 3;
  if (word(0) === 'IF' && word(1) === 'EXISTS') return 2;
  return MODIFIED.has(verb) && MODIFIERS.has(word(0) ?? '') ? 1 : 0;
}

/** Handlers by head; a statement goes to the one whose head matches most of its leading words. */
export class HandlerRegistry {
  readonly #byHead = new Map<string, StatementHandler>();

  constructor(handlers: readonly StatementHandler[]) {
    for (const handler of handlers) {
      for (const head of handler.heads) this.#byHead.set(head, handler);
    }
  }

  find(statement: Statement): StatementHandler | undefined {
    const words = headOf(statement);
    for (let length = words.length; length > 0; length -= 1) {
      const handler = this.#byHead.get(words.slice(0, length).join(' '));
      if (handler) return handler;
    }
    return undefined;
  }
}
