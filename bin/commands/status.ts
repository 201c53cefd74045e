import { loadStatus, readLoads } from '../../lib/snowflake/index.ts';
import type { CommandContext } from '../context.ts';
import { formatCount } from '../terminal/format.ts';
import { showLoads } from '../terminal/loads.ts';
import { renderTable } from '../terminal/table.ts';
import { openWarehouse } from '../warehouse.ts';

/** `sluice status`: how the loads of every table stand, which need a person, and whether pipe and tasks work. */
export async function run(context: CommandContext, options: { table?: string }): Promise<0 | 1> {
  const { output } = context;
  const { project } = await context.project();
  const warehouse = await openWarehouse(context);
  try {
    const status = await loadStatus(warehouse, project);
    const tables = status.tables.filter(
      ({ table }) => options.table === undefined || table === options.table,
    );
    const attention = await readLoads(warehouse, project, {
      statuses: ['held', 'failed'],
      ...(options.table === undefined ? {} : { table: options.table }),
    });
    output.line(
      renderTable(
        [
          { title: 'table' },
          { title: 'newest window' },
          { title: 'rows applied', align: 'right' },
          { title: 'last applied' },
          { title: 'loads' },
        ],
        tables.map(({ table, newestWindow, rowsApplied, lastAppliedAt, loads }) => [
          table,
          newestWindow ?? '',
          formatCount(rowsApplied),
          lastAppliedAt ?? '',
          Object.entries(loads)
            .map(([state, count]) => `${count} ${state}`)
            .join(', '),
        ]),
      ),
    );
    if (attention.length > 0) {
      output.line('\nNeeds a person:');
      showLoads(output, attention);
      for (const { table, window, error } of attention) {
        if (error !== null) output.line(`! ${table} ${window}: ${error}`);
      }
    }
    for (const problem of status.problems) output.line(output.style('red', `! ${problem}`));
    output.result({ tables, needsAPerson: attention, problems: status.problems });
    return attention.length + status.problems.length === 0 ? 0 : 1;
  } finally {
    await warehouse.close();
  }
}
