import { compileStep } from '../../lib/run/index.ts';
import type { CommandContext } from '../context.ts';
import type { SelectionOptions } from '../options.ts';
import { openModels } from '../run-context.ts';
import { transformChoice } from '../transform-choice.ts';

/** `sluice compile`: the SQL of the models and tests, written to files and not run. One node alone is printed. */
export async function run(context: CommandContext, options: SelectionOptions): Promise<0> {
  const { output } = context;
  const { nodes } = await compileStep(await openModels(context), transformChoice(options));
  const [only] = nodes;
  if (nodes.length === 1 && only !== undefined) output.line(only.sql);
  else for (const { uniqueId, path } of nodes) output.line(`${uniqueId}  ${path}`);
  output.result({ nodes });
  return 0;
}
