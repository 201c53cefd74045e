import { BOOLEAN, FLOAT, fixed, type SqlType, TEXT } from '../../../sql/index.ts';
import type { CallSite } from '../translate/call.ts';
import { castTo, isJson, isNumeric, textOf } from '../translate/casts.ts';
import type { Emitted } from '../translate/translation.ts';

export type Emitter = (site: CallSite) => Emitted;
export type Emitters = Readonly<Record<string, Emitter>>;

/** DuckDB's function of the same arguments, all as text. */
export function ofText(name: string, type: SqlType): Emitter {
  return (site) => ({ sql: `${name}(${site.args().map(textOf).join(', ')})`, type });
}

/** A number, whatever the argument was. */
export function numberOf(value: Emitted): Emitted {
  if (value.type === undefined || isNumeric(value.type)) return value;
  if (value.type.type === 'BOOLEAN') return { sql: `CAST(${value.sql} AS INTEGER)`, type: fixed(1, 0) };
  return castTo(value, value.type.type === 'TEXT' ? fixed(38, 5) : FLOAT);
}

export function doubleOf(value: Emitted): string {
  return value.type?.type === 'REAL' ? value.sql : `CAST(${numberOf(value).sql} AS DOUBLE)`;
}

export function integerOf(value: Emitted): string {
  return `CAST(${numberOf(value).sql} AS BIGINT)`;
}

/** DuckDB's function of DOUBLEs. */
export function ofDoubles(name: string): Emitter {
  return (site) => ({ sql: `${name}(${site.args().map(doubleOf).join(', ')})`, type: FLOAT });
}

/** A template with `$1`, `$2` … for the arguments as text. */
export function textTemplate(template: string, type: SqlType = TEXT): Emitter {
  return (site) => ({ sql: fill(template, site.args().map(textOf)), type });
}

export function fill(template: string, args: readonly string[]): string {
  return template.replace(/\$(\d)/g, (_, index: string) => args[Number(index) - 1] ?? 'NULL');
}

export function condition(value: Emitted): string {
  return value.type === undefined || value.type.type === 'BOOLEAN' ? value.sql : castTo(value, BOOLEAN).sql;
}

/** VARIANT or text that holds JSON. */
export function jsonArgument(value: Emitted): string {
  return isJson(value.type) || value.type === undefined ? value.sql : `CAST(${textOf(value)} AS JSON)`;
}
