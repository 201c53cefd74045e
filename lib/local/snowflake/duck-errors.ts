import { compilationError, SqlError } from '../../sql/index.ts';
import { missingObject } from './errors.ts';
import { StaleSnapshot } from './transactions.ts';

/** True when running the statement again on a fresh snapshot may succeed: another transaction wrote first. */
export function isWriteConflict(error: unknown): boolean {
  if (error instanceof StaleSnapshot) return true;
  const message = error instanceof Error ? error.message : '';
  return /write-write conflict|Conflict on|conflict on (?:update|delete|tuple)|has been altered|Failed to commit.*conflict/i.test(
    message,
  );
}

interface Rule {
  readonly pattern: RegExp;
  readonly make: (match: RegExpMatchArray) => SqlError;
}

const RULES: readonly Rule[] = [
  { pattern: /^INTERRUPT Error/i, make: () => new SqlError('000604', '57014', 'SQL execution canceled') },
  {
    pattern: /Invalid Input Error: \[(\d{6}) ([0-9A-Z]{5})\] ([\s\S]*)/,
    make: (m) => new SqlError(m[1] ?? '', m[2] ?? '', (m[3] ?? '').trim()),
  },
  {
    pattern: /NOT NULL constraint failed: (?:.*\.)?([^.\n]+)/,
    make: (m) => new SqlError('100072', '22000', `NULL result in a non-nullable column: ${m[1]}`),
  },
  {
    pattern: /Could not convert string '([\s\S]*)' to (?:DECIMAL|INT|DOUBLE|HUGEINT|BIGINT|FLOAT)/,
    make: (m) => new SqlError('100038', '22018', `Numeric value '${m[1]}' is not recognized`),
  },
  {
    pattern: /Could not (?:convert|cast) string "([\s\S]*)" to (?:DECIMAL|INT|DOUBLE)/i,
    make: (m) => new SqlError('100038', '22018', `Numeric value '${m[1]}' is not recognized`),
  },
  {
    pattern: /invalid date field format: "([\s\S]*?)"/i,
    make: (m) => new SqlError('100040', '22007', `Date '${m[1]}' is not recognized`),
  },
  {
    pattern: /invalid timestamp field format: "([\s\S]*?)"/i,
    make: (m) => new SqlError('100035', '22007', `Timestamp '${m[1]}' is not recognized`),
  },
  {
    pattern: /(?:date|time) field value out of range: "([\s\S]*?)"/i,
    make: (m) => new SqlError('100040', '22007', `Date '${m[1]}' is not recognized`),
  },
  {
    pattern: /Could not convert string '([\s\S]*)' to BOOL/,
    make: (m) => new SqlError('100037', '22018', `Boolean value '${m[1]}' is not recognized`),
  },
  {
    pattern: /Could not cast value ([\s\S]*?) to DECIMAL|out of range/i,
    make: (m) => new SqlError('100039', '22003', `Numeric value '${m[1] ?? ''}' is out of range`),
  },
  {
    pattern: /Malformed JSON ([\s\S]*)/,
    make: (m) => new SqlError('100069', '22P02', `Error parsing JSON: ${(m[1] ?? '').split('\n')[0]}`),
  },
  {
    pattern: /MERGE INTO.*match(?:ed)?.*(?:multiple|more than one)/i,
    make: () => new SqlError('100090', '42P18', 'Duplicate row detected during DML action'),
  },
  {
    pattern: /More than one row returned by a subquery/i,
    make: () => new SqlError('090150', '22000', 'Single-row subquery returns more than one row.'),
  },
  {
    pattern: /Table with name "?([^"\n]*?)"? does not exist/,
    make: (m) => missingObject('Object', m[1] ?? ''),
  },
  {
    pattern: /Referenced column "([^"]+)" not found|does not have a column named "([^"]+)"/,
    make: (m) => compilationError(`invalid identifier '${m[1] ?? m[2]}'`, '000904'),
  },
  {
    pattern:
      /Scalar Function with name "?([\w$]+)"? does not exist|Aggregate Function with name "?([\w$]+)"? does not exist/i,
    make: (m) => compilationError(`Unknown function ${(m[1] ?? m[2] ?? '').toUpperCase()}.`, '002140'),
  },
  {
    pattern: /must appear in the GROUP BY clause[\s\S]*?"?([\w.]+)"?/i,
    make: () => compilationError('a selected expression is not a valid group by expression', '000979'),
  },
];

/** The error of a statement in Snowflake's form; DuckDB's own wording is kept where Snowflake's is not known. */
export function asSqlError(error: unknown): SqlError {
  if (error instanceof SqlError) return error;
  const message = error instanceof Error ? error.message : String(error);
  for (const rule of RULES) {
    const match = rule.pattern.exec(message);
    if (match) return rule.make(match);
  }
  const firstPart = message.split('\n\nLINE ')[0] ?? message;
  const compiled = /^(?:Binder|Catalog|Parser|Not implemented) Error/.test(message);
  return new SqlError(
    compiled ? '000939' : '100000',
    compiled ? '42000' : '22000',
    compiled ? `SQL compilation error:\n${firstPart}` : firstPart,
    error,
  );
}
