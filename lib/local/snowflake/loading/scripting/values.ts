import type { ResultColumn, StatementResult } from '../../statement.ts';

/** A value of a script with its Snowflake type, in the wire's text form. */
export interface ScriptValue {
  readonly type: ResultColumn['type'];
  readonly value: string | null;
}

export const nullValue: ScriptValue = { type: 'TEXT', value: null };

export function textValue(value: string | null): ScriptValue {
  return { type: 'TEXT', value };
}

export function numberValue(value: number): ScriptValue {
  return { type: 'FIXED', value: String(value) };
}

/** The value of one cell of a result. */
export function cellValue(result: StatementResult, row: number, column: number): ScriptValue {
  return {
    type: result.columns[column]?.type ?? 'TEXT',
    value: result.rows[row]?.[column] ?? null,
  };
}

/** A value as SQL that gives it back with its type. */
export function literalOf({ type, value }: ScriptValue): string {
  if (value === null) return 'NULL';
  switch (type) {
    case 'FIXED':
      return value.startsWith('-') ? `(${value})` : value;
    case 'REAL':
      return `${quoted(value)}::FLOAT`;
    case 'BOOLEAN':
      return value === '1' || value.toLowerCase() === 'true' ? 'TRUE' : 'FALSE';
    case 'DATE':
      return `${quoted(dayText(Number(value)))}::DATE`;
    case 'TIME':
      return `${quoted(timeText(value))}::TIME`;
    case 'TIMESTAMP_NTZ':
      return `${quoted(instantText(value))}::TIMESTAMP_NTZ`;
    case 'TIMESTAMP_LTZ':
      return `${quoted(`${instantText(value)} +0000`)}::TIMESTAMP_LTZ`;
    case 'TIMESTAMP_TZ':
      return `${quoted(zonedText(value))}::TIMESTAMP_TZ`;
    case 'VARIANT':
    case 'OBJECT':
    case 'ARRAY':
      return `PARSE_JSON(${quoted(value)})`;
    case 'BINARY':
      return `TO_BINARY(${quoted(value)}, 'HEX')`;
    case 'TEXT':
      return quoted(value);
  }
}

/** A SQL string: Snowflake takes a backslash for the start of an escape. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

function dayText(days: number): string {
  return new Date(days * 86_400_000).toISOString().slice(0, 10);
}

/** `seconds.fraction` since midnight as `HH:MM:SS.fraction`. */
function timeText(wire: string): string {
  const [seconds = '0', fraction] = wire.split('.');
  const text = new Date(Number(seconds) * 1000).toISOString().slice(11, 19);
  return fraction === undefined ? text : `${text}.${fraction}`;
}

/** `seconds.fraction` since 1970 as `YYYY-MM-DD HH:MM:SS.fraction`; before 1970 the fraction counts downwards. */
function instantText(wire: string): string {
  const negative = wire.startsWith('-');
  const [seconds = '0', fraction = ''] = wire.replace('-', '').split('.');
  const nanoseconds = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
  const total = negative ? -nanoseconds : nanoseconds;
  const rest = ((total % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const whole = Number((total - rest) / 1_000_000_000n);
  return `${new Date(whole * 1000).toISOString().slice(0, 19).replace('T', ' ')}.${String(rest).padStart(9, '0')}`;
}

/** The wire writes the instant and the zone's offset in minutes plus 1440. */
function zonedText(wire: string): string {
  const [instant = '0', zone = '1440'] = wire.split(' ');
  const minutes = Number(zone) - 1440;
  const [seconds = '0', fraction] = instant.split('.');
  const local = `${Number(seconds) + minutes * 60}${fraction === undefined ? '' : `.${fraction}`}`;
  const sign = minutes < 0 ? '-' : '+';
  const hours = String(Math.floor(Math.abs(minutes) / 60)).padStart(2, '0');
  return `${instantText(local)} ${sign}${hours}${String(Math.abs(minutes) % 60).padStart(2, '0')}`;
}
