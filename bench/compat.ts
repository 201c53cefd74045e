/**
 * Runs any dbt project at a path against the embedded Snowflake (seeds, models, snapshots, tests, in the order of its graph)
 * and says what became of its nodes, and why.
 *
 *   npm run compat -- DIR [--vars JSON] [--at-least N]     N nodes have to pass; ends with 1 when they do not
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { defineProject, full, parseProject, SluiceError } from '../lib/config/index.ts';
import { startSnowflake } from '../lib/local/snowflake/index.ts';
import { connectWarehouse } from '../lib/snowflake/index.ts';
import { build, type NodeEvent } from '../lib/transform/index.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    vars: { type: 'string', default: '{}' },
    'at-least': { type: 'string', default: '0' },
  },
});
const [directory] = positionals;
if (directory === undefined) {
  console.error('Which project? npm run compat -- DIR');
  process.exit(2);
}

/** What a failure comes to without what is particular to one node: its first line after the node's own name. */
function causeOf({ status, message }: NodeEvent): string {
  const [head = '', next = ''] = (message ?? '').split('\n');
  const first = head.endsWith('compilation error:') ? `${head} ${next}` : head;
  const said = first.replace(/^\w+ \S+ \([^)]*\): /, '').replace(/\d+/g, 'N');
  return status === 'skipped' ? 'skipped, after a failure above' : `${status}: ${said.slice(0, 160)}`;
}

const artifacts = mkdtempSync(join(tmpdir(), 'sluice-compat-'));
const server = await startSnowflake({ memory: true });
let exitCode = 0;
try {
  const project = parseProject(defineProject({ name: 'compat', tables: { none: full() } }), {
    directory,
    file: 'compat',
  });
  const connect = () =>
    connectWarehouse({
      account: server.account,
      username: server.username,
      authentication: { kind: 'password', password: server.password },
      accessUrl: server.url,
    });
  const warehouse = await connect();
  await warehouse.execute(`CREATE DATABASE "${project.snowflake.database}"`);
  await warehouse.close();
  const nodes: NodeEvent[] = [];
  const started = performance.now();
  await build({
    directory: resolve(directory),
    project,
    connect,
    vars: JSON.parse(values.vars),
    artifactsDirectory: artifacts,
    onNode: (node) => nodes.push(node),
  });
  const passed = nodes.filter(({ status }) => ['success', 'pass', 'warn'].includes(status));
  console.log(
    `${directory}: ${passed.length} of ${nodes.length} nodes passed in ${((performance.now() - started) / 1000).toFixed(1)} s\n`,
  );
  for (const [kind, own] of Map.groupBy(nodes, (node) => node.kind)) {
    const good = own.filter((node) => passed.includes(node)).length;
    console.log(`  ${kind.padEnd(10)} ${String(good).padStart(5)} of ${own.length}`);
  }
  const failed = nodes.filter((node) => !passed.includes(node));
  for (const [cause, own] of Map.groupBy(failed, causeOf)) {
    console.log(`\n  ${own.length} x ${cause}\n      ${own.map(({ name }) => name).join('\n      ')}`);
  }
  if (passed.length < Number(values['at-least'])) exitCode = 1;
} catch (error) {
  if (!(error instanceof SluiceError)) throw error;
  console.error(`${error.message}\n${error.hint}`);
  exitCode = 1;
} finally {
  await server.stop();
  rmSync(artifacts, { recursive: true, force: true });
}
process.exitCode = exitCode;
