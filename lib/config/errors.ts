/** What kind of failure an error is; it decides the exit code of the command line (see `exitCodeOf`). */
export type ErrorKind =
  /** The work itself failed: a test, a stale source, rejected rows. Exit code 1. */
  | 'work'
  /** Used wrongly: config, arguments, models that do not compile. Exit code 2. */
  | 'usage'
  /** Something outside failed: source, S3, Snowflake. Exit code 3. */
  | 'outside';

export interface SluiceErrorOptions {
  /** Stable, upper snake case, e.g. `SOURCE_UNREACHABLE`. */
  code: string;
  kind: ErrorKind;
  /** Names the thing that failed. Never holds a secret or a value of a masked column. */
  message: string;
  /** One sentence: what the reader can do now. */
  hint: string;
  /** True when repeating the same call may succeed by itself. */
  retryable?: boolean;
  /** Facts for machines: table, window, key, SQLSTATE, query id. */
  details?: Readonly<Record<string, unknown>>;
  cause?: unknown;
}

/** The base of every error that Sluice raises on purpose. */
export class SluiceError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly hint: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(options: SluiceErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.kind = options.kind;
    this.hint = options.hint;
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
  }
}

/** The exit code of the command line for an error: 1 the work failed, 2 used wrongly, 3 something outside failed. */
export function exitCodeOf(error: unknown): 1 | 2 | 3 {
  if (!(error instanceof SluiceError)) return 3;
  return error.kind === 'work' ? 1 : error.kind === 'usage' ? 2 : 3;
}
