import { resolve } from 'node:path';
import { docsStep } from '../../lib/run/index.ts';
import type { CommandContext } from '../context.ts';
import type { SelectionOptions } from '../options.ts';
import { openModels } from '../run-context.ts';
import { transformChoice } from '../transform-choice.ts';

interface DocsGenerateOptions extends SelectionOptions {
  readonly compile: boolean;
  readonly emptyCatalog?: boolean;
  readonly output?: string;
}

/**
 * `sluice docs generate`: manifest.json, catalog.json and one page that shows the project. Exit code 1 when a node does not
 * compile; the page is written all the same.
 */
export async function run(context: CommandContext, options: DocsGenerateOptions): Promise<0 | 1> {
  const { output } = context;
  const report = await docsStep(await openModels(context), {
    ...transformChoice(options),
    ...(options.output === undefined ? {} : { output: resolve(options.output) }),
    compile: options.compile,
    emptyCatalog: options.emptyCatalog ?? false,
  });
  const { expected, found } = report.relations;
  for (const problem of report.problems) output.line(`! ${problem}`);
  if (!options.emptyCatalog) output.line(`${found} of ${expected} relations are in the warehouse.`);
  output.line(report.page);
  output.line('Open it as it is, or with  sluice docs serve');
  output.result(report);
  return report.problems.length === 0 ? 0 : 1;
}
