import { Cursor, type Statement, unsupported } from '../../../sql/index.ts';

/** What stands between CREATE and the kind of its object. */
export interface CreateHeader {
  readonly replace: boolean;
  /** OR ALTER: what is there is changed to what the statement says. */
  readonly alter: boolean;
  readonly transient: boolean;
  readonly temporary: boolean;
  readonly secure: boolean;
}

/**
 * Reads `CREATE [OR REPLACE] [TRANSIENT …]`; the cursor then stands on the kind.
 *
 * @param alterable whether the kind also takes OR ALTER
 */
export function createHeader(
  statement: Statement,
  alterable = false,
): { cursor: Cursor; header: CreateHeader } {
  const cursor = new Cursor(statement);
  cursor.expectWord('CREATE');
  const replace = cursor.takeWord('OR', 'REPLACE');
  const alter = cursor.takeWord('OR', 'ALTER');
  if (alter && !alterable) throw unsupported('CREATE OR ALTER of anything but a dynamic table');
  let transient = false;
  let temporary = false;
  let secure = false;
  for (;;) {
    if (cursor.takeWord('TRANSIENT')) transient = true;
    else if (cursor.takeWord('TEMPORARY') || cursor.takeWord('TEMP') || cursor.takeWord('VOLATILE'))
      temporary = true;
    else if (cursor.takeWord('SECURE')) secure = true;
    else if (!(cursor.takeWord('LOCAL') || cursor.takeWord('GLOBAL') || cursor.takeWord('RECURSIVE'))) break;
  }
  return { cursor, header: { replace, alter, transient, temporary, secure } };
}

export function ifNotExists(cursor: Cursor): boolean {
  return cursor.takeWord('IF', 'NOT', 'EXISTS');
}

export function ifExists(cursor: Cursor): boolean {
  return cursor.takeWord('IF', 'EXISTS');
}

/** `NAME = value` pairs up to the end or a word that `stop` names; values keep their text. */
export function readOptions(cursor: Cursor, stop: ReadonlySet<string> = new Set()): Map<string, string> {
  const options = new Map<string, string>();
  while (!cursor.done && !cursor.isAnyWord(stop)) {
    if (cursor.takeSymbol(',')) continue;
    cursor.takeWord('WITH');
    if (cursor.isWord('TAG')) {
      cursor.next();
      options.set('TAG', readGroup(cursor));
      continue;
    }
    const name = cursor.next();
    if (name.kind !== 'word') {
      cursor.position -= 1;
      throw cursor.unexpected();
    }
    if (!cursor.takeSymbol('=')) {
      options.set(name.value, 'TRUE');
      continue;
    }
    if (cursor.isSymbol('(')) options.set(name.value, readGroup(cursor));
    else {
      const sign = cursor.takeSymbol('-') ? '-' : '';
      const value = cursor.next();
      options.set(name.value, `${sign}${value.kind === 'word' ? value.text : value.value}`);
    }
  }
  return options;
}

/** The text of a group in parentheses, without them. */
export function readGroup(cursor: Cursor): string {
  const mark = cursor.position;
  let depth = 0;
  do {
    if (cursor.isSymbol('(')) depth += 1;
    if (cursor.isSymbol(')')) depth -= 1;
    cursor.next();
  } while (depth > 0);
  return cursor.textFrom(mark).slice(1, -1).trim();
}
