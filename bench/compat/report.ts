import { basename, dirname } from 'node:path';
import type { NodeEvent } from '../../lib/transform/index.ts';
import type { CompatResult } from './run-project.ts';

const good: readonly NodeEvent['status'][] = ['success', 'pass', 'warn'];

export function passedOf({ events }: CompatResult): NodeEvent[] {
  return events.filter(({ status }) => good.includes(status));
}

/** What became of a project's nodes, by kind, and the causes of what failed, with the nodes of each. */
export function describeResult(result: CompatResult): string {
  const { directory, events, refusal, seconds, nodes, depth } = result;
  const passed = passedOf(result);
  const time = `in ${seconds.toFixed(1)} s`;
  if (refusal !== undefined) return `${directory}: ${depth} failed ${time}\n\n${refusal}`;
  if (depth !== 'build') return `${directory}: ${depth} of ${nodes} nodes ${time}`;
  const lines = [`${directory}: ${passed.length} of ${events.length} nodes passed ${time}`, ''];
  for (const [kind, own] of Map.groupBy(events, (node) => node.kind)) {
    const count = own.filter((node) => passed.includes(node)).length;
    lines.push(`  ${kind.padEnd(10)} ${String(count).padStart(5)} of ${own.length}`);
  }
  for (const [cause, own] of causesOf(result)) {
    lines.push('', `  ${own.length} x ${cause}`, ...own.map(({ name }) => `      ${name}`));
  }
  return lines.join('\n');
}

/** The line of a project in the table of docs/compatibility.md. */
export function tableRow(result: CompatResult): string {
  const { directory, commit, depth, events, nodes, refusal } = result;
  const name = /^(integration_tests?|dbt_project)/.test(basename(directory))
    ? `${basename(dirname(directory))}, ${basename(directory)}`
    : basename(directory);
  const done =
    refusal !== undefined
      ? 'not read'
      : depth === 'build'
        ? `${passedOf(result).length} of ${events.length}`
        : `${nodes} ${depth === 'parse' ? 'read' : 'compiled'}`;
  const causes = [...causesOf(result)].map(([cause, own]) => `${own.length} × ${cause}`);
  const failed = refusal === undefined ? causes.join('; ') : (refusal.split('\n', 1)[0] ?? '');
  return `| ${name} | ${commit ?? ''} | ${done} | ${failed.replaceAll('|', '\\|')} |`;
}

export const tableHead = '| project | commit | nodes | what fails |\n|---|---|---|---|';

function causesOf(result: CompatResult): ReadonlyMap<string, readonly NodeEvent[]> {
  const passed = passedOf(result);
  return Map.groupBy(
    result.events.filter((node) => !passed.includes(node)),
    causeOf,
  );
}

/** What a failure comes to without what is particular to one node: its first line after the node's own name. */
function causeOf({ status, message }: NodeEvent): string {
  const [head = '', next = ''] = (message ?? '').split('\n');
  const first = head.endsWith('compilation error:') ? `${head} ${next}` : head;
  const said = first.replace(/^\w+ \S+ \([^)]*\): /, '').replace(/\d+/g, 'N');
  return status === 'skipped' ? 'skipped, after a failure above' : `${status}: ${said.slice(0, 160)}`;
}
