import type { Contract, Project } from '../../lib/config/index.ts';
import { documentSums } from '../../lib/snowflake/document-form.ts';
import {
  checkWarehouse,
  deleteKeys,
  quoteIdentifier,
  rawContent,
  rawSums,
  readKeys,
  reconcileTable,
  type Warehouse,
} from '../../lib/snowflake/index.ts';

/** Every statement by which the tables of a project are compared with their sources, and by which the doctor looks: with constants for what is bound. */
export async function comparisonSql(project: Project, contracts: readonly Contract[]): Promise<string> {
  const statements: string[] = [];
  const warehouse: Warehouse = {
    async execute(sql) {
      statements.push(sql.trim().replaceAll('?', "'bound'"));
      return { queryId: '', columns: [], rows: [{ ROLE: 'SOMEBODY' }], rowsAffected: 0 };
    },
    close: async () => undefined,
  };
  statements.push(documentSums(quoteIdentifier('DOCUMENT'), 'RAW.T', `WHERE _WINDOW = '2024-01-01'`));
  for (const table of project.tables) {
    const contracted = contracts.find((contract) => contract.table === table.name)?.columns ?? [];
    // Inside these the sums of documents would be nested deeper than sqlfluff parses: they stand alone.
    const columns = contracted.map((column) => ({ ...column, isDocument: false }));
    const shape = { project, table, columns, key: columns.slice(0, 2) };
    await reconcileTable(warehouse, project, table);
    for (const byWindow of [true, false])
      await rawSums(warehouse, shape, { byWindow, withColumns: byWindow });
    const content = rawContent(warehouse, shape, '2024-01-01');
    await content.buckets();
    await content.rows(['0a1', 'fff']);
    await readKeys(warehouse, shape, ['0a1']);
    await deleteKeys(warehouse, shape, { deleteId: 'one', newest: 'other', digests: ['0a1'] });
  }
  await checkWarehouse(async () => warehouse, project, { key: 'probes/probe.csv.gz', value: 'one' });
  return `${statements.join(';\n')};\n`;
}
