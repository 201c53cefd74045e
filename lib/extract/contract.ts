import { type Contract, type ContractColumn, SluiceError, type Table, targetName } from '../config/index.ts';
import { readColumns, type SourceColumn } from './catalog.ts';
import { SourceError } from './errors.ts';
import { checkMaskedColumns, maskedTarget } from './mask.ts';
import type { Queryable } from './source.ts';

/** Columns that RAW tables carry besides the source's own. */
const reservedTargets = new Set(['_RUN_ID', '_WINDOW', '_FILE', '_ROW', '_LOADED_AT']);

/** The contract of a table as it stands in the source now, in the order of its columns. */
export async function readContract(source: Queryable, table: Table): Promise<Contract> {
  const columns = (await readColumns(source, table)).map(
    (column): ContractColumn => ({
      name: column.name,
      target: targetName(column.name),
      sourceType: column.type,
      targetType: maskedTarget(table.mask[column.name], column.target),
      nullable: column.nullable,
    }),
  );
  refuseCollisions(table, columns);
  const contract: Contract = { version: 1, table: table.name, columns };
  checkMaskedColumns(table, contract);
  return contract;
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

/**
 * The columns of the contract, each with its live counterpart. Throws what has been added, dropped or changed since the
 * contract was recorded: that table stops, the others go on.
 */
export async function checkContract(
  source: Queryable,
  table: Table,
  contract: Contract,
): Promise<readonly ContractedColumn[]> {
  checkMaskedColumns(table, contract);
  const live = await readColumns(source, table);
  const liveByName = new Map(live.map((column) => [column.name, column]));
  const matched: ContractedColumn[] = [];
  const differences: string[] = [];
  for (const column of contract.columns) {
    const now = liveByName.get(column.name);
    if (now === undefined) {
      differences.push(`column "${column.name}" was dropped or renamed`);
    } else if (now.type !== column.sourceType) {
      differences.push(`column "${column.name}" changed from ${column.sourceType} to ${now.type}`);
    } else if (maskedTarget(table.mask[column.name], column.targetType) !== column.targetType) {
      differences.push(`column "${column.name}" is masked now, and recorded as ${column.targetType}`);
    } else if (now.nullable && !column.nullable) {
      differences.push(`column "${column.name}" may be null now`);
    } else {
      matched.push({ ...column, live: now });
    }
  }
  const known = new Set(contract.columns.map((column) => column.name));
  for (const column of live) {
    if (!known.has(column.name)) differences.push(`column "${column.name}" (${column.type}) was added`);
  }
  if (differences.length === 0) return matched;
  throw new SourceError({
    code: 'CONTRACT_BROKEN',
    kind: 'work',
    message: `The source of ${table.name} is no longer what contracts/${table.name}.json says: ${differences.join('; ')}`,
    hint: `Delete contracts/${table.name}.json and run \`sluice plan\` to record the table as it is now; look at the difference before you commit it.`,
    scope: 'table',
    details: { table: table.name, differences },
  });
}
