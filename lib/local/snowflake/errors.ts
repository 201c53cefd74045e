import { placeOf, SqlError } from '../../sql/index.ts';

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

/** An error about a name of a statement, which tells its place once the statement's text is known. */
export class NameError extends SqlError {
  readonly #complaint: string;
  /** Offset of the name in the text that was parsed; undefined when that is not the statement's. */
  readonly at: number | undefined;

  constructor(number: string, complaint: string, at: number | undefined) {
    super(number, '42000', `${COMPILATION}error line 1 at position 0\n${complaint}`);
    this.#complaint = complaint;
    this.at = at;
  }

  /** The same error with the name's place in the statement. */
  in(text: string): SqlError {
    if (this.at === undefined) return this;
    return new SqlError(
      this.number,
      this.sqlState,
      `${COMPILATION}error ${placeOf(text, this.at)}\n${this.#complaint}`,
    );
  }

  /** The same error about a text that the client did not send: a view's, a function's. */
  elsewhere(): NameError {
    return new NameError(this.number, this.#complaint, undefined);
  }
}

/** Translates a text that the client did not send: places in it would mislead. */
export function elsewhere<T>(translate: () => T): T {
  try {
    return translate();
  } catch (error) {
    throw error instanceof NameError ? error.elsewhere() : error;
  }
}

/** 000904: no such column in this place. */
export function invalidIdentifier(name: string, at?: number): NameError {
  return new NameError('000904', `invalid identifier '${name}'`, at);
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
