/** One process of the bench: compiles a project as a command does, and prints its time since the process began and its memory. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { peakMegabytes } from '../peak-memory.ts';

enableCompileCache(join(import.meta.dirname, '../../node_modules/.cache/sluice'));
const { defineProject, full, parseProject } = await import('../../lib/config/index.ts');
const { connectWarehouse } = await import('../../lib/snowflake/index.ts');
const { compile } = await import('../../lib/transform/index.ts');

const [directory = '', artifactsDirectory = '', connection = '{}'] = process.argv.slice(2);
const project = parseProject(defineProject({ name: 'grown', tables: { none: full() } }), {
  directory,
  file: 'bench',
});
const { nodes } = await compile({
  directory,
  project,
  connect: () => connectWarehouse(JSON.parse(connection)),
  artifactsDirectory,
});
console.log(
  JSON.stringify({ nodes: nodes.length, seconds: performance.now() / 1000, megabytes: peakMegabytes() }),
);
