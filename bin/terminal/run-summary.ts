import type { RunOutcome } from '../../lib/run/index.ts';
import { formatCount, formatDuration } from './format.ts';
import type { Output } from './output.ts';
import { renderTable } from './table.ts';

/** The one final summary of a run: the four counts a table, the models, the tests, and what a person has to look at. */
export function summarizeRun(output: Output, { report, problems }: RunOutcome): void {
  output.line();
  output.line(
    renderTable(
      [
        { title: 'table' },
        ...['windows', 'extracted', 'staged', 'landed', 'applied', 'rejected', 'time'].map((title) => ({
          title,
          align: 'right' as const,
        })),
      ],
      report.tables.map((table) => [
        table.table,
        ...[table.windows, table.extracted, table.staged, table.landed, table.applied, table.rejected].map(
          formatCount,
        ),
        formatDuration(table.ms),
      ]),
    ),
  );
  if (report.models.length > 0) {
    output.line();
    output.line(
      renderTable(
        [{ title: 'model' }, { title: 'relation' }, { title: 'rows', align: 'right' }, { title: 'status' }],
        report.models.map(({ name, relation, rows, status }) => [
          name,
          relation,
          rows === null ? '' : formatCount(rows),
          status,
        ]),
      ),
    );
    const { pass, warn, fail, error } = report.tests;
    output.line();
    output.line(`tests: ${pass} pass, ${warn} warn, ${fail} fail, ${error} error`);
  }
  if (report.freshness.length > 0) {
    const states = report.freshness.map(({ table, status, ageSeconds }) =>
      ageSeconds === null
        ? `${table} ${status}`
        : `${table} ${status} (${formatDuration(ageSeconds * 1000)} old)`,
    );
    output.line(`freshness: ${states.join(', ')}`);
  }
  output.line(`run ${report.runId}, ${formatDuration(report.elapsedMs)}`);
  for (const problem of problems) output.line(output.style('red', `! ${problem}`));
}
