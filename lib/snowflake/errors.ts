import { type ErrorKind, SluiceError } from '../config/index.ts';

/** What Snowflake said of a failure, and who can mend it. */
export class WarehouseError extends SluiceError {
  /** Snowflake's own number, without leading zeros: 2003, 390100. */
  readonly snowflakeCode: number | undefined;
  readonly sqlState: string | undefined;
  readonly queryId: string | undefined;
  /** Position in the statement, both from 1. */
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(options: ConstructorParameters<typeof SluiceError>[0] & WarehouseFacts) {
    super(options);
    this.snowflakeCode = options.snowflakeCode;
    this.sqlState = options.sqlState;
    this.queryId = options.queryId;
    this.line = options.line;
    this.column = options.column;
  }
}

interface WarehouseFacts {
  readonly snowflakeCode?: number | undefined;
  readonly sqlState?: string | undefined;
  readonly queryId?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

interface Class {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly hint: string;
  readonly retryable: boolean;
}

const needsPerson = (code: string, hint: string, kind: ErrorKind = 'outside'): Class => ({
  code,
  kind,
  hint,
  retryable: false,
});
const healsItself = (code: string, hint: string): Class => ({ code, kind: 'outside', hint, retryable: true });

const unreachable = healsItself(
  'SNOWFLAKE_UNREACHABLE',
  'Check the account name and the network; if a network policy is set, this address must be allowed.',
);
const sessionLost = healsItself('SNOWFLAKE_SESSION_LOST', 'Run it again: what was not committed is undone.');

/** Snowflake's own numbers and the driver's (40nnnn), by what can be done. */
export const classes: Readonly<Record<number, Class>> = {
  606: needsPerson(
    'SNOWFLAKE_NO_WAREHOUSE',
    'Name a warehouse that the role may use, in the config or the environment.',
  ),
  90073: needsPerson(
    'SNOWFLAKE_QUOTA',
    'The quota of the resource monitor is used up: raise it, or wait for the next period.',
  ),
  90030: needsPerson(
    'SNOWFLAKE_QUOTA',
    'The warehouse is held by a resource monitor: raise its quota, or wait for the next period.',
  ),
  604: healsItself('SNOWFLAKE_CANCELED', 'The statement was canceled; run it again if that was not meant.'),
  630: healsItself(
    'SNOWFLAKE_TIMEOUT',
    'The statement took longer than its time limit: raise the limit or the size of the warehouse.',
  ),
  625: healsItself('SNOWFLAKE_LOCKED', 'Another transaction holds the table; run it again.'),
  1003: needsPerson('SNOWFLAKE_SYNTAX', 'Correct the statement at the position named.', 'usage'),
  904: needsPerson('SNOWFLAKE_SYNTAX', 'Correct the name at the position named.', 'usage'),
  2003: needsPerson(
    'SNOWFLAKE_NOT_FOUND',
    'It does not exist or the role may not see it: run `sluice provision`, or grant it.',
  ),
  2043: needsPerson(
    'SNOWFLAKE_NOT_FOUND',
    'It does not exist or the role may not see it: run `sluice provision`, or grant it.',
  ),
  3001: needsPerson(
    'SNOWFLAKE_MISSING_GRANT',
    'Grant the role what the message names; `sluice bootstrap` makes the roles.',
  ),
  3041: needsPerson(
    'SNOWFLAKE_MISSING_GRANT',
    'Grant the role what the message names; `sluice bootstrap` makes the roles.',
  ),
  390100: needsPerson(
    'SNOWFLAKE_LOGIN_REFUSED',
    'Check user name and password; services log in by key pair or workload identity.',
  ),
  390144: needsPerson(
    'SNOWFLAKE_LOGIN_REFUSED',
    'The key is not the one the user has: ALTER USER … SET RSA_PUBLIC_KEY, and check the clock.',
  ),
  390189: needsPerson('SNOWFLAKE_LOGIN_REFUSED', 'The role does not exist or was not granted to the user.'),
  390201: needsPerson(
    'SNOWFLAKE_LOGIN_REFUSED',
    'The object named at login does not exist or may not be used.',
  ),
  390422: needsPerson(
    'SNOWFLAKE_LOGIN_REFUSED',
    'A network policy refuses this address: an account admin has to allow it.',
  ),
  390111: sessionLost,
  390112: sessionLost,
  390104: sessionLost,
  390114: sessionLost,
  407001: sessionLost,
  407002: sessionLost,
  405503: sessionLost,
  401001: unreachable,
  401002: unreachable,
  401003: unreachable,
  402001: unreachable,
  402002: unreachable,
};

/** The session is gone: 390112 and 390114 expired, 390104 and 390111 unknown, the rest as the driver says it. */
export function isSessionLost(error: unknown): boolean {
  return error instanceof WarehouseError && error.code === 'SNOWFLAKE_SESSION_LOST';
}

/**
 * A failure of the driver as an error of ours. Takes only what is known to hold no secret: never the request.
 *
 * @param doing what failed, as a noun: "Login as X to Y", "A statement"
 */
export function warehouseError(error: unknown, doing: string): WarehouseError {
  const fields = isRecord(error) ? error : {};
  const data = isRecord(fields.data) ? fields.data : {};
  const snowflakeCode = numberOf(fields.code);
  const { code, kind, hint, retryable } = classOf(snowflakeCode, fields);
  const queryId = textOf(fields.queryId) ?? textOf(data.queryId);
  const place = /\bline (\d+) at position (\d+)/.exec(textOf(fields.message) ?? '');
  // Snowflake says -1 where it knows no place; its message may know one.
  const known = (numberOf(data.line) ?? 0) > 0;
  const line = known ? numberOf(data.line) : numberOf(place?.[1]);
  const position = known ? numberOf(data.pos) : numberOf(place?.[2]);
  const facts: WarehouseFacts = {
    snowflakeCode,
    sqlState: textOf(fields.sqlState),
    queryId,
    // Snowflake counts lines from 1 and columns from 0.
    line: line !== undefined && line > 0 ? line : undefined,
    column:
      line !== undefined && line > 0 && position !== undefined && position >= 0 ? position + 1 : undefined,
  };
  const status = isRecord(fields.response) ? numberOf(fields.response.statusCode) : undefined;
  const said = `${(textOf(fields.message) ?? String(error)).trim()}${status === undefined ? '' : ` (HTTP ${status})`}`;
  return new WarehouseError({
    code,
    kind,
    message: `${doing} failed: ${said}`,
    hint,
    retryable,
    details: Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)),
    ...facts,
  });
}

function classOf(code: number | undefined, fields: Readonly<Record<string, unknown>>): Class {
  const known = code === undefined ? undefined : classes[code];
  if (known !== undefined) return known;
  if (code !== undefined && code >= 390_000 && code < 391_000) {
    return needsPerson('SNOWFLAKE_LOGIN_REFUSED', 'Check account, user, role and authentication.');
  }
  if (code !== undefined && code >= 404_000 && code < 406_000) {
    return needsPerson(
      'SNOWFLAKE_CONNECTION_INVALID',
      'Check the connection in the environment (.env.example names it all).',
      'usage',
    );
  }
  if (fields.name === 'NetworkError') return unreachable;
  if (textOf(fields.sqlState)?.startsWith('42')) {
    return needsPerson('SNOWFLAKE_SYNTAX', 'Correct the statement.', 'usage');
  }
  return needsPerson(
    'SNOWFLAKE_FAILED',
    "The message is Snowflake's own; its query history has the statement by the query id.",
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : undefined;
}
