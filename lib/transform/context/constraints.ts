import { quote } from '../relation.ts';
import { asList, asRecord, asText, asTexts, type Data, type DataRecord } from '../values.ts';
import { compilerError } from './exceptions.ts';

/** What Snowflake does with a constraint: it holds rows to `not null` alone, keeps most others in mind, and knows no `check`. */
const support: Readonly<Record<string, 'enforced' | 'not enforced' | 'not supported'>> = {
  not_null: 'enforced',
  unique: 'not enforced',
  primary_key: 'not enforced',
  foreign_key: 'not enforced',
  check: 'not supported',
};

export interface ConstraintContext {
  /** The relation that `to:` of a foreign key means: a ref or source, or a name as it is. */
  readonly relationOf: (text: string) => string;
  /** @param name dbt's name of the warning */
  readonly warn: (message: string, name: string) => void;
}

/** The columns of a contract as CREATE TABLE lists them: name, type and constraints of each. */
export function columnDefinitions(columns: Data, context: ConstraintContext): string[] {
  return Object.values(asRecord(columns) ?? {}).map((entry) => {
    const column = asRecord(entry) ?? {};
    const name = asText(column.name) ?? '';
    const constraints = asList(column.constraints).flatMap(
      (constraint) => columnConstraint(asRecord(constraint) ?? {}, context) ?? [],
    );
    return [column.quote === true ? quote(name) : name, asText(column.data_type) ?? '', ...constraints].join(
      ' ',
    );
  });
}

/** The constraints of a contract that are over the whole table. */
export function tableConstraints(constraints: Data, context: ConstraintContext): string[] {
  return asList(constraints).flatMap(
    (constraint) => tableConstraint(asRecord(constraint) ?? {}, context) ?? [],
  );
}

function columnConstraint(constraint: DataRecord, context: ConstraintContext): string | undefined {
  const type = typeOf(constraint);
  const expression = asText(constraint.expression) ?? '';
  if (!isWritten(type, constraint, context)) return undefined;
  switch (type) {
    case 'not_null':
      return `not null ${expression}`.trim();
    case 'unique':
      return `unique ${expression}`.trim();
    case 'primary_key':
      return `primary key ${expression}`.trim();
    case 'foreign_key':
      return `references ${referenced(constraint, context)}`;
    case 'custom':
      return expression || undefined;
    default:
      return undefined;
  }
}

function tableConstraint(constraint: DataRecord, context: ConstraintContext): string | undefined {
  const type = typeOf(constraint);
  if (!isWritten(type, constraint, context)) return undefined;
  const name = asText(constraint.name);
  const prefix = name === undefined ? '' : `constraint ${name} `;
  const columns = asTexts(constraint.columns).join(', ');
  const expression = asText(constraint.expression) ?? '';
  const between = expression === '' ? '' : `${expression} `;
  switch (type) {
    case 'unique':
      return `${prefix}unique ${between}(${columns})`;
    case 'primary_key':
      return `${prefix}primary key ${between}(${columns})`;
    case 'foreign_key':
      return `${prefix}foreign key (${columns}) references ${referenced(constraint, context)}`;
    case 'not_null':
      throw compilerError(
        'A not_null constraint of a model has no column',
        'Write it under the columns it is for.',
      );
    case 'custom':
      return expression === '' ? undefined : `${prefix}${expression}`;
    default:
      return undefined;
  }
}

function referenced(constraint: DataRecord, { relationOf }: ConstraintContext): string {
  const to = asText(constraint.to);
  if (to === undefined) return asText(constraint.expression) ?? '';
  const columns = asTexts(constraint.to_columns);
  return `${relationOf(to)}${columns.length === 0 ? '' : ` (${columns.join(', ')})`}`;
}

function typeOf(constraint: DataRecord): string {
  const type = asText(constraint.type) ?? '';
  if (type === 'custom' || Object.hasOwn(support, type)) return type;
  throw compilerError(
    `"${type}" is no type of constraint`,
    `There are ${Object.keys(support).join(', ')} and custom.`,
  );
}

/** Whether a constraint becomes part of the table; says so where it does less than one may expect. */
function isWritten(type: string, constraint: DataRecord, { warn }: ConstraintContext): boolean {
  const does = support[type];
  if (does === 'not supported' && constraint.warn_unsupported !== false) {
    warn(
      `Snowflake has no ${type} constraints; this one is left out. Set warn_unsupported: false on it to hear no more of it.`,
      'ConstraintNotSupported',
    );
  }
  if (does === 'not enforced' && constraint.warn_unenforced !== false) {
    warn(
      `Snowflake does not enforce ${type} constraints; this one says nothing of the rows. Set warn_unenforced: false on it to hear no more of it.`,
      'ConstraintNotEnforced',
    );
  }
  return does !== 'not supported';
}
