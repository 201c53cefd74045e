import { join, resolve } from 'node:path';
import { connectWarehouse } from '../../lib/snowflake/index.ts';
import { generateDocs } from '../../lib/transform/index.ts';
import type { CommandContext } from '../context.ts';
import type { SelectionOptions } from '../options.ts';
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
  const { project, directory } = await context.project();
  const choice = transformChoice(options);
  const report = await generateDocs({
    ...choice,
    directory: project.models.path,
    configDirectory: directory,
    project,
    // Opened by whoever asks first: a project whose templates ask nothing is documented without a warehouse.
    connect: async (tag) => {
      const { snowflake } = await context.connections();
      return await connectWarehouse(
        { ...snowflake, database: project.snowflake.database, warehouse: project.snowflake.warehouse },
        { queryTag: { project: project.name, ...tag } },
      );
    },
    artifactsDirectory: choice.artifactsDirectory ?? join(context.state, 'artifacts'),
    ...(options.output === undefined ? {} : { output: resolve(options.output) }),
    compile: options.compile,
    emptyCatalog: options.emptyCatalog ?? false,
    signal: context.signal,
  });
  const { expected, found } = report.relations;
  for (const problem of report.problems) output.line(`! ${problem}`);
  if (!options.emptyCatalog) output.line(`${found} of ${expected} relations are in the warehouse.`);
  output.line(report.page);
  output.line('Open it as it is, or with  sluice docs serve');
  output.result(report);
  return report.problems.length === 0 ? 0 : 1;
}
