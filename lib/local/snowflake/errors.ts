import { SqlError } from '../../sql/index.ts';

const COMPILATION = 'SQL compilation error:\n';

/** 002003: the name is not there (or may not be seen, Snowflake does not tell which). */
export function missingObject(kind: string, name: string): SqlError {
  return new SqlError(
    '002003',
    kind === 'Database' || kind === 'Schema' ? '02000' : '42S02',
    `${COMPILATION}${kind} '${name}' does not exist or not authorized.`,
  );
}

/** 002002: the name is taken. */
export function objectExists(name: string): SqlError {
  return new SqlError('002002', '42710', `${COMPILATION}Object '${name}' already exists.`);
}

/** 000904: no such column in this place. */
export function invalidIdentifier(name: string): SqlError {
  return new SqlError(
    '000904',
    '42000',
    `${COMPILATION}error line 1 at position 0\ninvalid identifier '${name}'`,
  );
}

/** 090105: a statement that needs a current database or schema. */
export function noCurrent(what: 'database' | 'schema'): SqlError {
  const verb = what === 'database' ? 'Call USE DATABASE' : 'Call USE SCHEMA';
  return new SqlError(
    '090105',
    '22000',
    `Cannot perform operation. This session does not have a current ${what}. ${verb}, or use a qualified name.`,
  );
}

/** 000604: stopped by the client. */
export function canceled(): SqlError {
  return new SqlError('000604', '57014', 'SQL execution canceled');
}
