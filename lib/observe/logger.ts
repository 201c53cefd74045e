export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Facts of a log line. Run id, table and window go by `runId`, `table` and `window` everywhere. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to every line. */
  child(fields: LogFields): Logger;
}

export interface LoggerOptions {
  /** Lines below this level are left out. @default 'info' */
  level?: LogLevel;
  /** Where a line goes, newline included. @default stderr */
  write?: (line: string) => void;
  /** Texts that must never appear: passwords, keys. They are replaced wherever they stand in a line. */
  secrets?: readonly string[];
  now?: () => Date;
}

const order: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Logs JSON lines: time, level, message, then the fields. An Error among the fields is written as name, message and code. */
export function createLogger(options: LoggerOptions = {}): Logger {
  const least = order[options.level ?? 'info'];
  const write = options.write ?? ((line: string) => process.stderr.write(line));
  const now = options.now ?? (() => new Date());
  const secrets = (options.secrets ?? []).filter((secret) => secret !== '').flatMap(writtenForms);

  const log = (level: LogLevel, message: string, fields: LogFields): void => {
    if (order[level] < least) return;
    const line = JSON.stringify({ time: now().toISOString(), level, message, ...fields }, plainValue);
    write(`${secrets.reduce((text, secret) => text.replaceAll(secret, '***'), line)}\n`);
  };

  const withFields = (bound: LogFields): Logger => ({
    debug: (message, fields) => log('debug', message, { ...bound, ...fields }),
    info: (message, fields) => log('info', message, { ...bound, ...fields }),
    warn: (message, fields) => log('warn', message, { ...bound, ...fields }),
    error: (message, fields) => log('error', message, { ...bound, ...fields }),
    child: (fields) => withFields({ ...bound, ...fields }),
  });
  return withFields({});
}

/** Takes log lines and does nothing with them. */
export const silentLogger: Logger = createLogger({ write: () => undefined, level: 'error' });

/** A secret as it stands in a line: as it is, and as JSON escapes it. */
function writtenForms(secret: string): string[] {
  const escaped = JSON.stringify(secret).slice(1, -1);
  return escaped === secret ? [secret] : [escaped, secret];
}

function plainValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) {
    const code = 'code' in value ? value.code : undefined;
    return { name: value.name, message: value.message, ...(code === undefined ? {} : { code }) };
  }
  return value;
}
