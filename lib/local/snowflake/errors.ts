import { SluiceError } from '../../config/index.ts';

/** An error of a statement in Snowflake's form: a six-digit code, an SQLSTATE and Snowflake's own wording. */
export class SqlError extends SluiceError {
  /** As the driver reports it in `error.code`: `002003`. */
  readonly number: string;
  readonly sqlState: string;

  constructor(number: string, sqlState: string, message: string, cause?: unknown) {
    super({
      code: 'EMBEDDED_SNOWFLAKE_SQL',
      kind: 'outside',
      message,
      hint: 'Correct the statement; lib/local/snowflake/README.md lists what the embedded Snowflake does.',
      details: { number, sqlState },
      ...(cause === undefined ? {} : { cause }),
    });
    this.number = number;
    this.sqlState = sqlState;
  }
}

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

/** 001003: the text is not SQL, or not SQL that this server reads. */
export function syntaxError(message: string): SqlError {
  return new SqlError('001003', '42000', `${COMPILATION}syntax error ${message}`);
}

/** 000904: no such column in this place. */
export function invalidIdentifier(name: string): SqlError {
  return new SqlError(
    '000904',
    '42000',
    `${COMPILATION}error line 1 at position 0\ninvalid identifier '${name}'`,
  );
}

/** Any other error found before the statement runs. */
export function compilationError(message: string, number = '002000', sqlState = '42000'): SqlError {
  return new SqlError(number, sqlState, `${COMPILATION}${message}`);
}

/** What Snowflake can and this server cannot, refused by name. */
export function unsupported(what: string): SqlError {
  return new SqlError('000002', '0A000', `Unsupported by the embedded Snowflake: ${what}.`);
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
