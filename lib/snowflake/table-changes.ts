import { type Contract, type Project, SluiceError, targetName } from '../config/index.ts';
import { quoteIdentifier } from './quoting.ts';
import { parseTargetType, sameType, widens } from './target-types.ts';
import { opsSchema, tableIn } from './template-values.ts';
import type { Warehouse } from './warehouse.ts';

/**
 * What the tables that are already there need so that they fit the contracts: new columns, wider types. A column that the
 * contract no longer has stays, with what was loaded into it.
 *
 * @returns statements, each of which can be run again
 * @throws SluiceError CONTRACT_NARROWS, with every column whose type cannot be altered in place
 */
export async function tableChanges(
  warehouse: Warehouse,
  project: Project,
  contracts: readonly Contract[],
): Promise<string[]> {
  const existing = await existingColumns(warehouse, project);
  const recorded = await recordedTypes(warehouse, project);
  const { landing, raw } = project.snowflake.schemas;
  const statements: string[] = [];
  const refused: string[] = [];
  for (const table of project.tables) {
    const contract = contracts.find((candidate) => candidate.table === table.name);
    for (const { target, targetType } of contract?.columns ?? []) {
      const column = quoteIdentifier(target);
      const places = [
        { schema: landing, name: tableIn(project, 'landing', table), type: 'VARCHAR' },
        { schema: raw, name: tableIn(project, 'raw', table), type: targetType },
      ];
      for (const { schema, name, type } of places) {
        const columns = existing.get(`${schema}.${targetName(table.name)}`);
        if (columns !== undefined && !columns.has(target)) {
          statements.push(`ALTER TABLE ${name} ADD COLUMN IF NOT EXISTS ${column} ${type}`);
        }
      }
      const before = recorded.get(`${table.name}.${target}`);
      if (before === undefined || !existing.get(`${raw}.${targetName(table.name)}`)?.has(target)) continue;
      const [from, to] = [parseTargetType(before), parseTargetType(targetType)];
      if (sameType(from, to)) continue;
      if (widens(from, to)) {
        statements.push(
          `ALTER TABLE ${tableIn(project, 'raw', table)} ALTER COLUMN ${column} SET DATA TYPE ${targetType}`,
        );
      } else {
        refused.push(`${table.name}.${target}: ${before} -> ${targetType}`);
      }
    }
  }
  if (refused.length > 0) throw narrows(refused);
  return statements;
}

/** Names of the columns of LANDING and RAW, by `SCHEMA.TABLE`. */
async function existingColumns(
  warehouse: Warehouse,
  project: Project,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { database, schemas } = project.snowflake;
  const { rows } = await warehouse.execute(
    `SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME FROM ${quoteIdentifier(database)}.INFORMATION_SCHEMA.COLUMNS
     WHERE TABLE_SCHEMA IN (?, ?)`,
    { binds: [schemas.landing, schemas.raw] },
  );
  const columns = new Map<string, Set<string>>();
  for (const row of rows) {
    const table = `${String(row.TABLE_SCHEMA)}.${String(row.TABLE_NAME)}`;
    columns.set(table, (columns.get(table) ?? new Set()).add(String(row.COLUMN_NAME)));
  }
  return columns;
}

/** Types of the last provision, by `table.COLUMN`. */
async function recordedTypes(warehouse: Warehouse, project: Project): Promise<ReadonlyMap<string, string>> {
  const { rows } = await warehouse.execute(
    `SELECT TABLE_NAME, COLUMN_NAME, TARGET_TYPE FROM ${opsSchema(project)}.CONTRACT_COLUMNS`,
  );
  return new Map(
    rows.map((row) => [`${String(row.TABLE_NAME)}.${String(row.COLUMN_NAME)}`, String(row.TARGET_TYPE)]),
  );
}

function narrows(refused: readonly string[]): SluiceError {
  return new SluiceError({
    code: 'CONTRACT_NARROWS',
    kind: 'usage',
    message: `Snowflake cannot hold what was loaded in the new type of ${refused.length === 1 ? 'a column' : 'these columns'}:\n${refused.map((line) => `  ${line}`).join('\n')}`,
    hint: 'Keep the old type in contracts/, or give the column a new name; to start over, drop the RAW table and load it again.',
    details: { columns: refused },
  });
}
