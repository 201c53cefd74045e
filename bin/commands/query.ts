import type { CommandContext } from '../context.ts';
import { cellText, renderTable } from '../terminal/table.ts';
import { openWarehouse } from '../warehouse.ts';

/** `sluice query "<sql>"`: one statement; a table for people, an array of row objects with `--json`. */
export async function run(context: CommandContext, options: { sql: string }): Promise<0> {
  const warehouse = await openWarehouse(context);
  try {
    const result = await warehouse.execute(options.sql, { signal: context.signal });
    context.output.result(result.rows);
    const columns = result.columns.map(({ name, type }) => ({
      title: name,
      align: type === 'FIXED' || type === 'REAL' ? ('right' as const) : ('left' as const),
    }));
    const rows = result.rows.map((row) => columns.map(({ title }) => cellText(row[title])));
    context.output.line(renderTable(columns, rows));
    context.output.line(`${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`);
    return 0;
  } finally {
    await warehouse.close();
  }
}
