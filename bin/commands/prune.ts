import { pruneStep } from '../../lib/run/index.ts';
import type { CommandContext } from '../context.ts';
import type { SelectionOptions } from '../options.ts';
import { openModels } from '../run-context.ts';
import { transformChoice } from '../transform-choice.ts';

/** `sluice prune`: what is in the project's schemas and made by no node any more; dropped with `--drop` only. */
export async function run(
  context: CommandContext,
  options: SelectionOptions & { drop: boolean },
): Promise<0> {
  const { output } = context;
  const report = await pruneStep(await openModels(context), {
    ...transformChoice(options),
    drop: options.drop,
  });
  for (const { relation, kind, dropped } of report.relations) {
    output.line(`${dropped ? 'dropped' : 'unused '}  ${kind.replace('_', ' ').padEnd(13)}  ${relation}`);
  }
  const { length } = report.relations;
  const schemas = report.relations.some(({ kind }) => kind === 'schema');
  if (length === 0)
    output.line(
      'Every table and view of the schemas belongs to a node of the project, and no candidates are left.',
    );
  else if (!options.drop)
    output.line(
      `${length} can go${schemas ? '; a schema holds the candidates of a build that did not pass' : ''}. Give --drop to drop them; tables of other tools may be among them.`,
    );
  output.result(report);
  return 0;
}
