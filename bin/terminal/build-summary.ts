import type { BuildReport } from '../../lib/transform/index.ts';
import type { Output } from './output.ts';

/** Counts of models and tests, and what a person has to look at. */
export function showBuild(output: Output, report: BuildReport): void {
  const counted = <Item extends { readonly status: string }>(items: readonly Item[]): string =>
    [...Map.groupBy(items, ({ status }) => status)]
      .map(([status, own]) => `${own.length} ${status}`)
      .join(', ');
  output.line();
  if (report.models.length > 0) output.line(`models: ${counted(report.models)}`);
  if (report.tests.length > 0) output.line(`tests: ${counted(report.tests)}`);
  for (const criterion of report.unmatched) output.line(`! "${criterion}" selects nothing.`);
  for (const problem of report.problems) output.line(output.style('red', `! ${problem}`));
}
