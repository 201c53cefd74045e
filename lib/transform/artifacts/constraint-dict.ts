import { createHash } from 'node:crypto';
import { materializationOf, type SqlNode } from '../graph/node.ts';
import type { ColumnProperties } from '../project/properties.ts';
import { asList, asRecord, asTexts, type Data, type DataRecord } from '../values.ts';

/** A constraint with everything that dbt's manifest says of one. */
export interface ConstraintDict {
  readonly type: string;
  readonly name: string | null;
  readonly expression: string | null;
  readonly warn_unenforced: boolean;
  readonly warn_unsupported: boolean;
  readonly to: string | null;
  readonly to_columns: readonly string[];
}

export interface ModelConstraintDict extends ConstraintDict {
  readonly columns: readonly string[];
}

export function columnConstraints(column: ColumnProperties): ConstraintDict[] {
  return column.constraints.map((constraint) => constraintDict(asRecord(constraint) ?? {}));
}

export function modelConstraints(node: SqlNode): ModelConstraintDict[] {
  return asList(node.properties.constraints).map((constraint) => {
    const record = asRecord(constraint) ?? {};
    return { ...constraintDict(record), columns: asTexts(record.columns) };
  });
}

function constraintDict(record: DataRecord): ConstraintDict {
  return {
    type: textOr(record.type, ''),
    name: textOr(record.name, null),
    expression: textOr(record.expression, null),
    warn_unenforced: record.warn_unenforced !== false,
    warn_unsupported: record.warn_unsupported !== false,
    to: textOr(record.to, null),
    to_columns: asTexts(record.to_columns),
  };
}

function textOr<Otherwise>(value: Data | undefined, otherwise: Otherwise): string | Otherwise {
  return typeof value === 'string' ? value : otherwise;
}

/** The contract of a node; the checksum is dbt's, so that either tool's manifest tells the other what changed. */
export function contractDict(node: SqlNode): Record<string, unknown> {
  const said = asRecord(node.config.contract);
  const enforced = said?.enforced === true;
  const checksum = enforced && node.resourceType === 'model' ? contractChecksum(node) : null;
  return { enforced, alias_types: said?.alias_types !== false, checksum };
}

function contractChecksum(node: SqlNode): string {
  const columns = node.columns.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const materialized = materializationOf(node);
  const parts = columns.map((column) => {
    const constraints = columnConstraints(column).map((one) =>
      spelledConstraint('ColumnLevelConstraint', one),
    );
    return `|${column.name}${column.dataType ?? 'None'}[${constraints.join(', ')}]`;
  });
  if (['table', 'incremental'].includes(materialized)) {
    const constraints = modelConstraints(node).map((one) => spelledConstraint('ModelLevelConstraint', one));
    parts.push(`${materialized}[${constraints.join(', ')}]`);
  }
  return createHash('sha256').update(parts.join('')).digest('hex');
}

/** A constraint as Python prints it, since that is what dbt's checksum is made of. */
function spelledConstraint(className: string, constraint: ConstraintDict | ModelConstraintDict): string {
  const { type, ...rest } = constraint;
  const fields = Object.entries(rest).map(([key, value]) => `${key}=${spelledPython(value)}`);
  return `${className}(type=<ConstraintType.${type}: '${type}'>, ${fields.join(', ')})`;
}

function spelledPython(value: string | boolean | null | readonly string[]): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return spelledText(value);
  return `[${value.map(spelledText).join(', ')}]`;
}

function spelledText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return `${quote}${quote === "'" ? escaped.replaceAll("'", "\\'") : escaped}${quote}`;
}
