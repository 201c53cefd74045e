import { type Contract, type ContractColumn, SluiceError, type Table, targetName } from '../config/index.ts';
import { readColumns, type SourceColumn } from './catalog.ts';
import { type ColumnChange, compareContract, describeChange } from './drift.ts';
import { SourceError } from './errors.ts';
import { checkNamedColumns, maskedTarget } from './mask.ts';
import type { Queryable } from './source.ts';

/** Columns that RAW tables carry besides the source's own. */
const reservedTargets = new Set(['_RUN_ID', '_WINDOW', '_FILE', '_ROW', '_LOADED_AT']);

/** The contract of a table as it stands in the source now, in the order of its columns. */
export async function readContract(source: Queryable, table: Table): Promise<Contract> {
  const contract = contractOf(table, await readColumns(source, table));
  refuseCollisions(table, contract.columns);
  checkNamedColumns(table, contract);
  return contract;
}

function contractOf(table: Table, live: readonly SourceColumn[]): Contract {
  const columns = live.map(
    (column): ContractColumn => ({
      name: column.name,
      target: targetName(column.name),
      sourceType: column.type,
      targetType: maskedTarget(table.mask[column.name], column.target),
      nullable: column.nullable,
    }),
  );
  return { version: 1, table: table.name, columns };
}

function refuseCollisions(table: Table, columns: readonly ContractColumn[]): void {
  const byTarget = new Map<string, string>();
  for (const { name, target } of columns) {
    const other = byTarget.get(target);
    if (other !== undefined || reservedTargets.has(target)) {
      throw new SluiceError({
        code: 'CONTRACT_NAME_COLLISION',
        kind: 'usage',
        message:
          other === undefined
            ? `Column "${name}" of ${table.name} would be named ${target} in Snowflake, a column that Sluice adds itself`
            : `Columns "${other}" and "${name}" of ${table.name} would both be named ${target} in Snowflake`,
        hint: 'Rename the column in the source, or read the table through a view that renames it.',
        details: { table: table.name, column: name, target },
      });
    }
    byTarget.set(target, name);
  }
}

/** A column of a contract with the SQL that carries it, found in the live table. */
export interface ContractedColumn extends ContractColumn {
  readonly live: SourceColumn;
}

/** What a run reads of a table: the contract's columns, and what has changed besides. */
export interface CheckedContract {
  readonly columns: readonly ContractedColumn[];
  /** Changes that do not stop the table. What was added is left out until it is recorded. */
  readonly changes: readonly ColumnChange[];
}

/**
 * The columns of the contract, each with its live counterpart.
 * @throws SourceError CONTRACT_BROKEN for what was dropped or narrowed since it was recorded: that table stops, the others go on
 */
export async function checkContract(
  source: Queryable,
  table: Table,
  contract: Contract,
): Promise<CheckedContract> {
  checkNamedColumns(table, contract);
  const live = await readColumns(source, table);
  const liveByName = new Map(live.map((column) => [column.name, column]));
  const { changes } = compareContract(contract, contractOf(table, live));
  const refused = [
    ...changes.filter(({ accepted }) => !accepted).map(describeChange),
    ...contract.columns.flatMap(({ name, targetType }) =>
      maskedTarget(table.mask[name], targetType) === targetType
        ? []
        : [`column "${name}" is masked now, and recorded as ${targetType}`],
    ),
    ...contract.columns.flatMap(({ name, targetType }) =>
      table.values[name] === 'text' && targetType !== 'VARCHAR'
        ? [`column "${name}" travels as text now, and is recorded as ${targetType}`]
        : [],
    ),
  ];
  if (refused.length > 0) throw broken(table, refused);
  const columns = contract.columns.flatMap((column) => {
    const now = liveByName.get(column.name);
    return now === undefined ? [] : [{ ...column, live: now }];
  });
  return { columns, changes };
}

function broken(table: Table, differences: readonly string[]): SourceError {
  return new SourceError({
    code: 'CONTRACT_BROKEN',
    kind: 'work',
    message: `The source of ${table.name} is no longer what contracts/${table.name}.json says: ${differences.join('; ')}`,
    hint: `To accept it, delete contracts/${table.name}.json and run \`sluice provision\`, which records the table as it is now; look at the difference before you commit it. A type that Snowflake cannot alter needs its table in RAW dropped and loaded again.`,
    scope: 'table',
    details: { table: table.name, differences },
  });
}
