import type { BuildReport } from '../../lib/transform/index.ts';
import type { Output } from './output.ts';

/** What a person has to look at, how many nodes ended how, and what there is to do next. */
export function showBuild(output: Output, report: BuildReport): void {
  const { models, tests, unmatched, warnings, problems } = report;
  if (warnings.length > 0) output.line();
  for (const warning of warnings) output.line(output.style('yellow', `! ${warning}`));
  for (const { status, error } of tests) {
    if (status === 'warn' && error !== undefined) showMessage(output, 'yellow', error);
  }
  for (const problem of problems) showMessage(output, 'red', problem);
  output.line();
  if (models.length > 0) output.line(`models: ${counted(models)}`);
  if (tests.length > 0) output.line(`tests: ${counted(tests)}`);
  for (const criterion of unmatched) output.line(`! "${criterion}" selects nothing.`);
  if (models.length + tests.length === 0) output.line('Nothing was selected that could run.');
}

/** The first line says what and where; the others, what there is to know of it. */
function showMessage(output: Output, colour: 'red' | 'yellow', message: string): void {
  const [first = '', ...rest] = message.split('\n');
  output.line();
  output.line(output.style(colour, `! ${first}`));
  for (const line of rest) output.line(`  ${line}`);
}

/** `10 success, 1 error, 3 skipped`: the statuses in the order of what they mean for the rest. */
function counted(items: readonly { readonly status: string }[]): string {
  const order = ['success', 'pass', 'warn', 'fail', 'error', 'skipped'];
  return [...Map.groupBy(items, ({ status }) => status)]
    .sort(([a], [b]) => order.indexOf(a) - order.indexOf(b))
    .map(([status, own]) => `${own.length} ${status}`)
    .join(', ');
}

/** What a build has come to, and what to do about it. */
export function showNext(output: Output, report: BuildReport): void {
  const { models, published, candidates, problems, failure } = report;
  if (models.length > 0) {
    if (!published) output.line('Nothing was published: what was there before is untouched.');
    else if (problems.length === 0) output.line('Published.');
    else output.line('It was built in place, so readers see what is there now.');
  }
  if (candidates.length > 0) output.line(`What was built stays to be looked at in ${candidates.join(', ')}.`);
  if (failure !== undefined)
    output.line('Next: mend what is named above, then `sluice retry` goes on from there.');
}
