import { doubleText, type MaskMethod } from '../config/index.ts';
import type { ContractedColumn } from './contract.ts';
import { documentForm } from './document-form.ts';
import { quoteIdentifier } from './quote.ts';

/** How a column is compared: by SQL of its text form, whose mask, if any, is put on here; or not at all, and why. */
export type TextForm =
  | { readonly sql: string; readonly maskedBy: MaskMethod | undefined }
  | { readonly reason: string };

/** Numbers whose text in Postgres has no zeros to spare. */
const wholeTypes = new Set(['int2', 'int4', 'int8', 'oid']);

/**
 * The text form of a column's values as they stand in Snowflake, in Postgres' SQL (see docs/decisions/0012): after the policy of the
 * column, and for masks that need neither key nor code, after the mask. NULL for NULL.
 */
export function textForm(column: ContractedColumn, mask: MaskMethod | undefined): TextForm {
  const value = `(${column.live.expression(quoteIdentifier(column.name))})`;
  if (mask === 'null') return { sql: 'NULL', maskedBy: undefined };
  if (mask === 'redact')
    return { sql: `CASE WHEN ${value} IS NOT NULL THEN 'REDACTED' END`, maskedBy: undefined };
  if (mask !== undefined) return { sql: outputOf(value), maskedBy: mask };
  const kind = kindOf(column.targetType);
  if (kind === 'VARCHAR') return { sql: outputOf(value), maskedBy: undefined };
  if (kind !== kindOf(column.live.target)) {
    return { reason: `the contract makes ${column.targetType} of ${column.sourceType}` };
  }
  return { sql: typedForm(kind, column.live.plainType, value), maskedBy: undefined };
}

function typedForm(kind: string, plainType: string, value: string): string {
  switch (kind) {
    case 'NUMBER':
      return wholeTypes.has(plainType) ? outputOf(value) : `trim_scale(${value})::text`;
    case 'FLOAT':
      // A real arrives in Snowflake as the double of its text.
      return `CASE WHEN ${value} IS NOT NULL THEN ${doubleText(`(${value}::text::float8)`)} END`;
    case 'VARIANT':
      return `CASE WHEN ${value} IS NOT NULL THEN ${plainType === 'json' ? "'json'" : documentForm(value)} END`;
    default:
      return outputOf(value);
  }
}

/** What COPY would write: a cast to text drops the blanks of char(n), and adds a netmask to inet. */
function outputOf(value: string): string {
  return `CASE WHEN ${value} IS NOT NULL THEN concat(${value}) END`;
}

function kindOf(target: string): string {
  return /^[A-Z_]+/.exec(target)?.[0] ?? target;
}
