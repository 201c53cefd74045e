import { SluiceError } from '../config/index.ts';

/** An error of a statement in Snowflake's form: a six-digit code, an SQLSTATE and Snowflake's own wording. */
export class SqlError extends SluiceError {
  /** As the driver reports it in `error.code`: `002003`. */
  readonly number: string;
  readonly sqlState: string;

  constructor(number: string, sqlState: string, message: string, cause?: unknown) {
    super({
      code: 'SNOWFLAKE_SQL',
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

/** `line 2 at position 7`: a place in a statement as Snowflake's errors name it. @param at an offset into the text */
export function placeOf(text: string, at: number): string {
  const before = text.slice(0, at).split('\n');
  return `line ${before.length} at position ${before.at(-1)?.length ?? 0}`;
}

const COMPILATION = 'SQL compilation error:\n';

/** 001003: the text is not SQL, or not SQL that this server reads. */
export function syntaxError(message: string): SqlError {
  return new SqlError('001003', '42000', `${COMPILATION}syntax error ${message}`);
}

/** Any other error found before the statement runs. */
export function compilationError(message: string, number = '002000', sqlState = '42000'): SqlError {
  return new SqlError(number, sqlState, `${COMPILATION}${message}`);
}

/** What Snowflake can and this server cannot, refused by name. */
export function unsupported(what: string): SqlError {
  return new SqlError('000002', '0A000', `Unsupported by the embedded Snowflake: ${what}.`);
}
