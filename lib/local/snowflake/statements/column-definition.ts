import { type Cursor, parseExpression, unsupported } from '../../../sql/index.ts';
import type { TableColumn } from '../catalog/tables.ts';
import { readGroup } from './header.ts';

/** What stands in the parentheses of CREATE TABLE. */
export interface TableDefinition {
  readonly columns: readonly TableColumn[];
  /** Columns named without a type: CREATE TABLE t (a, b) AS SELECT. */
  readonly untyped: readonly string[];
}

interface Keys {
  readonly kind: 'primaryKey' | 'uniqueKey';
  readonly columns: readonly string[];
}

const CONSTRAINT_WORDS = new Set(['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'FOREIGN', 'CHECK']);

/** Reads `( column type …, …, PRIMARY KEY (…) )`. */
export function parseDefinition(cursor: Cursor): TableDefinition {
  const columns: TableColumn[] = [];
  const untyped: string[] = [];
  const keys: Keys[] = [];
  cursor.expectSymbol('(');
  do {
    if (cursor.isAnyWord(CONSTRAINT_WORDS)) {
      const key = parseTableConstraint(cursor);
      if (key) keys.push(key);
    } else if (cursor.isSymbol(',', 1) || cursor.isSymbol(')', 1)) {
      untyped.push(cursor.identifier().name);
    } else {
      columns.push(parseColumn(cursor));
    }
  } while (cursor.takeSymbol(','));
  cursor.expectSymbol(')');
  return { columns: columns.map((column) => withKeys(column, keys)), untyped };
}

function withKeys(column: TableColumn, keys: readonly Keys[]): TableColumn {
  const of = (kind: Keys['kind']) =>
    keys.some((key) => key.kind === kind && key.columns.includes(column.name));
  if (of('primaryKey')) return { ...column, primaryKey: true, nullable: false };
  return of('uniqueKey') ? { ...column, uniqueKey: true } : column;
}

/** A key of several columns; foreign keys are read and, as Snowflake does not enforce them, not kept. */
export function parseTableConstraint(cursor: Cursor): Keys | undefined {
  if (cursor.takeWord('CONSTRAINT')) cursor.identifier();
  let key: Keys | undefined;
  if (cursor.takeWord('PRIMARY', 'KEY')) {
    key = { kind: 'primaryKey', columns: cursor.list(() => cursor.identifier().name) };
  } else if (cursor.takeWord('UNIQUE')) {
    key = { kind: 'uniqueKey', columns: cursor.list(() => cursor.identifier().name) };
  } else if (cursor.takeWord('FOREIGN', 'KEY')) {
    readGroup(cursor);
    readReference(cursor);
  } else if (cursor.isWord('CHECK')) {
    throw unsupported('CHECK constraints');
  } else {
    throw cursor.unexpected();
  }
  skipConstraintState(cursor);
  return key;
}

function readReference(cursor: Cursor): void {
  cursor.expectWord('REFERENCES');
  cursor.name();
  if (cursor.isSymbol('(')) readGroup(cursor);
}

const STATES = new Set([
  'NOT',
  'ENFORCED',
  'DEFERRABLE',
  'INITIALLY',
  'DEFERRED',
  'IMMEDIATE',
  'ENABLE',
  'DISABLE',
  'VALIDATE',
  'NOVALIDATE',
  'RELY',
  'NORELY',
  'MATCH',
  'FULL',
  'SIMPLE',
  'PARTIAL',
  'ON',
  'UPDATE',
  'DELETE',
  'CASCADE',
  'SET',
  'RESTRICT',
  'NO',
  'ACTION',
]);

function skipConstraintState(cursor: Cursor): void {
  while (cursor.isAnyWord(STATES) && !cursor.isWord('NOT', 'NULL')) cursor.next();
}

/** `name type [NOT NULL] [DEFAULT …] [IDENTITY …] [COMMENT …] …`. */
export function parseColumn(cursor: Cursor): TableColumn {
  const name = cursor.identifier().name;
  let column: TableColumn = { name, nullable: true, ...cursor.type() };
  for (;;) {
    const next = parseColumnOption(cursor, column);
    if (next === undefined) return column;
    column = next;
  }
}

function parseColumnOption(cursor: Cursor, column: TableColumn): TableColumn | undefined {
  if (cursor.takeWord('NOT', 'NULL')) return { ...column, nullable: false };
  if (cursor.takeWord('NULL')) return { ...column, nullable: true };
  if (cursor.takeWord('DEFAULT')) {
    const mark = cursor.position;
    parseExpression(cursor);
    return { ...column, default: cursor.textFrom(mark) };
  }
  if (cursor.takeWord('IDENTITY') || cursor.takeWord('AUTOINCREMENT'))
    return { ...column, identity: parseIdentity(cursor) };
  if (cursor.takeWord('COMMENT')) {
    cursor.takeSymbol('=');
    return { ...column, comment: cursor.string() };
  }
  if (cursor.takeWord('CONSTRAINT')) {
    cursor.identifier();
    return column;
  }
  if (cursor.takeWord('PRIMARY', 'KEY')) {
    skipConstraintState(cursor);
    return { ...column, primaryKey: true, nullable: false };
  }
  if (cursor.takeWord('UNIQUE')) {
    skipConstraintState(cursor);
    return { ...column, uniqueKey: true };
  }
  if (cursor.takeWord('FOREIGN', 'KEY') || cursor.isWord('REFERENCES')) {
    readReference(cursor);
    skipConstraintState(cursor);
    return column;
  }
  if (cursor.isWord('COLLATE')) throw unsupported('COLLATE');
  if (cursor.isWord('AS') && cursor.isSymbol('(', 1)) throw unsupported('virtual columns');
  for (const policy of ['MASKING', 'PROJECTION']) {
    if (cursor.isWord('WITH', policy) || cursor.isWord(policy)) throw unsupported(`${policy} POLICY`);
  }
  if (cursor.takeWord('WITH', 'TAG') || cursor.takeWord('TAG')) {
    readGroup(cursor);
    return column;
  }
  return undefined;
}

function parseIdentity(cursor: Cursor): { start: number; increment: number } {
  let start = 1;
  let increment = 1;
  if (cursor.isSymbol('(')) [start = 1, increment = 1] = cursor.list(() => cursor.integer());
  if (cursor.takeWord('START')) {
    cursor.takeWord('WITH');
    cursor.takeSymbol('=');
    start = cursor.integer();
  }
  if (cursor.takeWord('INCREMENT')) {
    cursor.takeWord('BY');
    cursor.takeSymbol('=');
    increment = cursor.integer();
  }
  if (!cursor.takeWord('ORDER')) cursor.takeWord('NOORDER');
  return { start, increment };
}
