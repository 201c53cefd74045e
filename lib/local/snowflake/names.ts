import { noCurrent } from './errors.ts';
import type { QualifiedName, SessionState } from './statement.ts';

/** A quoted identifier for DuckDB or Snowflake. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string literal for DuckDB, in which a backslash is a plain character. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** As Snowflake prints a name: quoted only where it has to be. */
export function printName(name: string): string {
  return /^[A-Z_][A-Z0-9_$]*$/.test(name) ? name : quote(name);
}

export function printQualified(name: QualifiedName): string {
  return [name.database, name.schema, name.name]
    .filter((part) => part !== '')
    .map(printName)
    .join('.');
}

/**
 * DuckDB's name of a Snowflake name. DuckDB ignores case, Snowflake does not: a name with lower-case letters gets a suffix
 * that tells which letters they are, so "Orders" and ORDERS are two tables.
 */
export function duckName(name: string): string {
  const upper = name.toUpperCase();
  if (upper === name) return name;
  const lower = [...name].map((letter) => (letter === letter.toUpperCase() ? '0' : '1')).join('');
  return `${upper}#${BigInt(`0b1${lower}`).toString(36)}`;
}

/** The DuckDB schema that holds a Snowflake schema, quoted. One DuckDB database holds them all, so that a transaction may write to several. */
export function duckSchema(database: string, schema: string): string {
  return quote(`${duckName(database)}.${duckName(schema)}`);
}

export function duckTable(name: QualifiedName): string {
  return `${duckSchema(name.database, name.schema)}.${quote(duckName(name.name))}`;
}

/** Completes a name of one to three parts with the session's database and schema. */
export function qualify(state: SessionState, parts: readonly string[]): QualifiedName {
  const [name = '', schema, database] = [...parts].reverse();
  if (database !== undefined) return { database, schema: schema === '' ? 'PUBLIC' : (schema ?? ''), name };
  if (state.database === null) throw noCurrent('database');
  if (schema !== undefined) return { database: state.database, schema, name };
  if (state.schema === null) throw noCurrent('schema');
  return { database: state.database, schema: state.schema, name };
}
