/**
 * Runs dbt projects at their paths against the embedded Snowflake (packages, seeds, models, snapshots, tests, in the order of the
 * graph) and says what became of their nodes, and why; and the same once more as a table.
 *
 *   npm run compat -- DIR… [--vars JSON] [--select …] [--exclude …] [--depth parse|compile|build] [--seeds-first]
 *                             [--at-least N]
 *
 * At least N nodes have to pass, of all projects together; ends with 1 when they do not, or when a project cannot be read.
 */
import { parseArgs } from 'node:util';
import { describeResult, passedOf, tableHead, tableRow } from './compat/report.ts';
import { type CompatOptions, runProject } from './compat/run-project.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    vars: { type: 'string', default: '{}' },
    'at-least': { type: 'string', default: '0' },
    select: { type: 'string', multiple: true },
    exclude: { type: 'string', multiple: true },
    depth: { type: 'string', default: 'build' },
    'seeds-first': { type: 'boolean', default: false },
  },
});
const { depth } = values;
if (positionals.length === 0 || (depth !== 'parse' && depth !== 'compile' && depth !== 'build')) {
  console.error('Which project, and how far? npm run compat -- DIR… [--depth parse|compile|build]');
  process.exit(2);
}
const options: CompatOptions = {
  vars: JSON.parse(values.vars),
  select: values.select,
  exclude: values.exclude,
  depth,
  seedsFirst: values['seeds-first'],
};
const rows: string[] = [];
let passed = 0;
for (const directory of positionals) {
  const result = await runProject(directory, options);
  console.log(`${describeResult(result)}\n`);
  rows.push(tableRow(result));
  passed += depth === 'build' ? passedOf(result).length : result.nodes;
  if (result.refusal !== undefined) process.exitCode = 1;
}
console.log([tableHead, ...rows].join('\n'));
if (passed < Number(values['at-least'])) process.exitCode = 1;
