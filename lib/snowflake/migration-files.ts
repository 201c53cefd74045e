import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SluiceError } from '../config/index.ts';

/** When a file of `snowflake/` is run: `V` once, `R` when its rendered text changed, `A` at every provision. */
export type MigrationKind = 'V' | 'R' | 'A';

export interface MigrationFile {
  readonly name: string;
  readonly kind: MigrationKind;
  readonly template: string;
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
 * The files of a folder in the order they are run: `V…` by number, `R__…` by name, `A__…` by name.
 *
 * @throws SluiceError SNOWFLAKE_TEMPLATE for a file that no order is known for
 */
export function readMigrations(directory: string): readonly MigrationFile[] {
  const files = readdirSync(directory)
    .filter((name) => name.endsWith('.sql') && name !== ledgerFile && name !== bootstrapFile)
    .map((name) => {
      const kind = /^(V(?=\d{3}__)|R(?=__)|A(?=__))/.exec(name)?.[1];
      if (kind !== 'V' && kind !== 'R' && kind !== 'A') {
        throw new SluiceError({
          code: 'SNOWFLAKE_TEMPLATE',
          kind: 'usage',
          message: `snowflake/${name} does not say when it is to be run.`,
          hint: 'Call it V001__….sql (once), R__….sql (when it changes) or A__….sql (every time).',
        });
      }
      return { name, kind, template: readFileSync(join(directory, name), 'utf8') } as const;
    });
  const order = { V: 0, R: 1, A: 2 };
  return files.toSorted((a, b) => order[a.kind] - order[b.kind] || (a.name < b.name ? -1 : 1));
}

export function readLedgerFile(directory: string): string {
  return readFileSync(join(directory, ledgerFile), 'utf8');
}
