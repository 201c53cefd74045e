import { freshnessStep } from '../../lib/run/index.ts';
import type { CommandContext } from '../context.ts';
import type { SelectionOptions } from '../options.ts';
import { openModels } from '../run-context.ts';
import { formatDuration } from '../terminal/format.ts';
import { renderTable } from '../terminal/table.ts';
import { transformChoice } from '../transform-choice.ts';

/** `sluice freshness`: how old each source is, against its limits. Exit code 1 when one is past its error limit. */
export async function run(context: CommandContext, options: SelectionOptions): Promise<0 | 1> {
  const { freshness } = await freshnessStep(await openModels(context), transformChoice(options));
  context.output.line(
    renderTable(
      [{ title: 'source' }, { title: 'age', align: 'right' }, { title: 'status' }],
      freshness.map(({ source, table, ageSeconds, status }) => [
        `${source}.${table}`,
        ageSeconds === null ? '' : formatDuration(ageSeconds * 1000),
        status,
      ]),
    ),
  );
  context.output.result({ freshness });
  return freshness.some(({ status }) => status !== 'pass' && status !== 'warn') ? 1 : 0;
}
