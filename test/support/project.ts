import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryFolder } from './folder.ts';

const root = resolve(import.meta.dirname, '../..');

/**
 * A copy of this project's config, contracts and models in a folder of its own, to be changed by a test.
 *
 * @param options.tables of the config; both workloads unless told
 */
export function projectCopy(options: { readonly tables?: string } = {}): string {
  const directory = temporaryFolder();
  const tables =
    options.tables ??
    `ecommerce_sales: daily({ column: 'invoicedate', timezone: 'Europe/London', lookbackDays: 3 }),
    films: full(), film_category: full(), actors: full(), film_actors: full(), users: full()`;
  writeFileSync(
    join(directory, 'sluice.config.ts'),
    `import { daily, defineProject, full } from ${JSON.stringify(join(root, 'lib/config/index.ts'))};
export default defineProject({ name: 'retail', tables: { ${tables} } });
`,
  );
  cpSync(join(root, 'contracts'), join(directory, 'contracts'), { recursive: true });
  cpSync(join(root, 'models'), join(directory, 'models'), { recursive: true });
  return directory;
}

/** Writes a file of a project copy. */
export function writeProjectFile(directory: string, path: string, text: string): void {
  mkdirSync(join(directory, path, '..'), { recursive: true });
  writeFileSync(join(directory, path), text);
}
