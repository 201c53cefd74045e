import { SluiceError, type SluiceErrorOptions } from '../config/index.ts';

/** What a failure of the source concerns: all of it, or one table while the others can go on. */
export type Scope = 'source' | 'table';

/** A failure of the source database. `retryable`: it heals by itself; otherwise a person is needed. */
export class SourceError extends SluiceError {
  readonly scope: Scope;
  readonly sqlState: string | undefined;

  constructor(options: SluiceErrorOptions & { scope: Scope; sqlState?: string | undefined }) {
    super(options);
    this.scope = options.scope;
    this.sqlState = options.sqlState;
  }
}

/** Names the place without the password. */
export interface SourcePlace {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

interface ErrorClass {
  readonly code: string;
  readonly scope: Scope;
  readonly retryable: boolean;
  readonly hint: string;
}

function heals(code: string, hint: string, scope: Scope = 'source'): ErrorClass {
  return { code, scope, retryable: true, hint };
}

function needsPerson(code: string, hint: string, scope: Scope = 'source'): ErrorClass {
  return { code, scope, retryable: false, hint };
}

const connectionLost = heals(
  'SOURCE_CONNECTION_LOST',
  'The window is read again in a new snapshot. If it comes back, look for restarts, failovers or an idle timeout of the network.',
);
const noCertificate = needsPerson(
  'SOURCE_CERTIFICATE',
  "Give the authority that signed the server's certificate (for RDS: Amazon's bundle of the region).",
);
const noTls = needsPerson(
  'SOURCE_NO_TLS',
  'Switch TLS on at the server: without it the password and the rows would travel in the clear.',
);
const refusedLogin = needsPerson(
  'SOURCE_LOGIN_REFUSED',
  'Check user and password of the source (environment or secret), and that pg_hba.conf lets this host in.',
);

/** By SQLSTATE (PostgreSQL manual, appendix A); the code of two characters stands for its whole class. */
export const classByState: Readonly<Record<string, ErrorClass>> = {
  '08': connectionLost,
  '22021': needsPerson(
    'SOURCE_INVALID_TEXT',
    'A value of this table is not valid in the encoding of the database. Correct it in the source.',
    'table',
  ),
  '22P05': needsPerson(
    'SOURCE_INVALID_TEXT',
    'A value of this table has no form in UTF-8. Correct it in the source.',
    'table',
  ),
  '22': needsPerson(
    'SOURCE_VALUE',
    'An expression of this view, generated column or foreign table fails for one of its rows. Correct the row or the expression.',
    'table',
  ),
  '25P03': connectionLost,
  '26000': needsPerson(
    'SOURCE_POOLED',
    'A pooler between here and the source changes the server connection between statements: give the source itself, or a pooler in session mode.',
  ),
  '28': refusedLogin,
  '3D000': needsPerson('SOURCE_NO_DATABASE', 'Check the name of the database of the source connection.'),
  '3F000': needsPerson('SOURCE_NO_TABLE', 'Check the schema of this table in sluice.config.ts.', 'table'),
  '40001': heals(
    'SOURCE_RECOVERY_CONFLICT',
    'On a replica the server cancels long reads: set hot_standby_feedback = on there, or raise max_standby_streaming_delay.',
  ),
  '40P01': heals('SOURCE_LOCKED', 'The server ended a deadlock. The window is read again.', 'table'),
  '42501': needsPerson(
    'SOURCE_NOT_ALLOWED',
    'Grant the user of the source connection USAGE on the schema and SELECT on the table.',
    'table',
  ),
  '42703': needsPerson('SOURCE_NO_COLUMN', 'A column was dropped or renamed: check the contract.', 'table'),
  '42P01': needsPerson('SOURCE_NO_TABLE', 'Check the name of this table in sluice.config.ts.', 'table'),
  '53100': needsPerson('SOURCE_DISK_FULL', "Make room on the source's disk: the read needs temporary files."),
  '53200': heals('SOURCE_OUT_OF_MEMORY', 'Lower source.maxConnections, or give the server more memory.'),
  '53300': heals(
    'SOURCE_TOO_MANY_CONNECTIONS',
    'Lower source.maxConnections, or raise max_connections (or the CONNECTION LIMIT of the user) of the source.',
  ),
  '54': needsPerson(
    'SOURCE_LIMIT',
    'A row of this table is larger than a limit of the server. Leave the large column out by a view, or split it.',
    'table',
  ),
  '55P03': heals(
    'SOURCE_LOCKED',
    'A lock on the table (ALTER, VACUUM FULL, …) was not released in time.',
    'table',
  ),
  '57014': heals(
    'SOURCE_TIMEOUT',
    'Raise source.statementTimeoutSeconds, and see that the column of the windows has an index.',
    'table',
  ),
  '57P01': connectionLost,
  '57P02': connectionLost,
  '57P03': heals('SOURCE_STARTING', 'The server is starting up or recovering: it answers once it is ready.'),
  '57P04': needsPerson('SOURCE_NO_DATABASE', 'The database was dropped: check the source connection.'),
  '57P05': connectionLost,
  '58P01': needsPerson(
    'SOURCE_NO_FILE',
    'A file of this table cannot be opened: that of a foreign table, or the server has lost one of its own. Other tables are read.',
    'table',
  ),
  '58': needsPerson('SOURCE_BROKEN', "Read the server's log: it could not read its own files."),
  '72000': heals(
    'SOURCE_SNAPSHOT_TOO_OLD',
    'The server gave the snapshot up (old_snapshot_threshold): raise it, or read less at once.',
  ),
  HV: heals(
    'SOURCE_FOREIGN',
    'The server behind this foreign table did not answer as expected: check the foreign server and its user mapping.',
    'table',
  ),
  XX: needsPerson('SOURCE_BROKEN', "Read the server's log: it reports an internal error or damaged data."),
};

const unreachable = heals(
  'SOURCE_UNREACHABLE',
  'Check host and port, that the server runs, and that security groups and firewalls let this host through.',
);
const unknown = needsPerson(
  'SOURCE_FAILED',
  'Look the SQLSTATE up in the manual of PostgreSQL, appendix A.',
  'table',
);

const unreachableCodes = /^(ECONNREFUSED|EHOST|ENET|ENOTFOUND|EAI_|ETIMEDOUT)/;
const lostCodes = /^(ECONNRESET|EPIPE|ERR_STREAM_DESTROYED|ERR_STREAM_PREMATURE_CLOSE)/;
const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/;

/**
 * The error of `action` at the source, classed; errors that are classed already come back as they are.
 * @param options.hidesText leaves out what the server says, which may quote a value
 */
export function sourceError(
  cause: unknown,
  action: string,
  place: SourcePlace,
  { hidesText = false }: { hidesText?: boolean } = {},
): SluiceError {
  if (cause instanceof SluiceError) return cause;
  const { code, message: said } = causeOf(cause);
  const sqlState = /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
  const found = classOf(code, sqlState, said);
  const isHidden = hidesText && sqlState !== undefined;
  const message = isHidden
    ? "the server's own words are left out, because the table has masked columns"
    : said;
  const reason = [sqlState === undefined ? '' : `SQLSTATE ${sqlState}: `, message || code].join('');
  return new SourceError({
    code: found.code,
    kind: 'outside',
    message: `${action} failed at ${place.user}@${place.host}:${place.port}/${place.database} (${reason})`,
    hint: found.hint,
    retryable: found.retryable,
    scope: found.scope,
    sqlState,
    details: { host: place.host, port: place.port, database: place.database, user: place.user, sqlState },
    ...(isHidden ? {} : { cause }),
  });
}

function classOf(code: string, sqlState: string | undefined, message: string): ErrorClass {
  if (sqlState !== undefined) {
    return classByState[sqlState] ?? classByState[sqlState.slice(0, 2)] ?? unknown;
  }
  if (unreachableCodes.test(code)) return unreachable;
  if (certificateCodes.test(code)) return noCertificate;
  if (lostCodes.test(code)) return connectionLost;
  // The driver's own errors have no code.
  if (/timeout exceeded when trying to connect|timeout expired/.test(message)) return unreachable;
  if (/[Cc]onnection (terminated|ended|error)|not queryable|socket|read timeout/.test(message))
    return connectionLost;
  if (/not support SSL/.test(message)) return noTls;
  if (/SSL|TLS/.test(message)) return noCertificate;
  if (/password/.test(message)) return refusedLogin;
  return unknown;
}

/** Code and message of an error; of the first one inside when it is several (one per address of a host name). */
function causeOf(cause: unknown): { code: string; message: string } {
  if (cause instanceof AggregateError && cause.errors.length > 0) return causeOf(cause.errors[0]);
  if (!(cause instanceof Error)) return { code: '', message: String(cause) };
  const code: unknown = Reflect.get(cause, 'code');
  return { code: typeof code === 'string' ? code : '', message: cause.message };
}

/** A text of a database that does not check its texts is not UTF-8, where texts have to be read. */
export function invalidTextError(): SourceError {
  return new SourceError({
    code: 'SOURCE_INVALID_TEXT',
    kind: 'outside',
    message: 'The database has the encoding SQL_ASCII, and a value of this table is not UTF-8',
    hint: 'Correct it in the source, or leave the columns of this table unmasked: then its bytes travel as they are.',
    scope: 'table',
  });
}

/** The server ended a COPY without saying, or with another number than it sent. */
export function incompleteCopyError(sent: number, said: number | undefined): SourceError {
  const claim = said === undefined ? 'the server never said how many there are' : `the server said ${said}`;
  return new SourceError({
    code: 'SOURCE_COPY_INCOMPLETE',
    kind: 'outside',
    message: `A COPY ended after ${sent} rows, but ${claim}`,
    hint: 'The window is read again in a new snapshot. If it comes back, look at the network between here and the source.',
    retryable: true,
    scope: 'source',
  });
}
