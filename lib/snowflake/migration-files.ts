import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SluiceError } from '../config/index.ts';

/** When a file of `snowflake/` is run: `V` once, `R` when its rendered text changed, `A` at every provision. */
export type MigrationKind = 'V' | 'R' | 'A';

/** A file, or a folder of files that only make sense together. */
export interface Migration {
  readonly name: string;
  readonly kind: MigrationKind;
  /** In the order they are run. */
  readonly parts: readonly Template[];
}

export interface Template {
  /** From `snowflake/`. */
  readonly file: string;
  readonly text: string;
}

/** What is run before anything is recorded, because it makes the place of the record. */
export const ledgerFile = 'ledger.sql';

/** Run by an account admin, once, and by no provision. */
export const bootstrapFile = 'bootstrap.sql';

/** `snowflake/` beside `lib/`. */
export function defaultMigrationsDirectory(): string {
  return resolve(import.meta.dirname, '../../snowflake');
}

/**
 * The migrations of a folder in the order they are run: `V…` by number, `R__…` by name, `A__…` by name. A folder is one
 * migration: its files are run in order, and all of them again when one of them changes.
 *
 * @throws SluiceError SNOWFLAKE_TEMPLATE for a name that no order is known for
 */
export function readMigrations(directory: string): readonly Migration[] {
  const migrations = readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.name.endsWith('.sql'))
    .filter(({ name }) => name !== ledgerFile && name !== bootstrapFile)
    .map((entry) => {
      const { name } = entry;
      const parts = entry.isDirectory()
        ? readdirSync(join(directory, name))
            .toSorted()
            .map((part) => join(name, part))
        : [name];
      return { name, kind: kindOf(name), parts: parts.map((file) => readTemplate(directory, file)) };
    });
  const order = { V: 0, R: 1, A: 2 };
  return migrations.toSorted((a, b) => order[a.kind] - order[b.kind] || (a.name < b.name ? -1 : 1));
}

export function readTemplate(directory: string, file: string): Template {
  return { file, text: readFileSync(join(directory, file), 'utf8') };
}

function kindOf(name: string): MigrationKind {
  if (/^V\d{3}__/.test(name)) return 'V';
  if (name.startsWith('R__')) return 'R';
  if (name.startsWith('A__')) return 'A';
  throw new SluiceError({
    code: 'SNOWFLAKE_TEMPLATE',
    kind: 'usage',
    message: `snowflake/${name} does not say when it is to be run.`,
    hint: 'Call it V001__….sql (once), R__….sql (when it changes) or A__….sql (every time).',
  });
}
