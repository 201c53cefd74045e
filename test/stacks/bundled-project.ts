import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeContract } from '../../lib/config/index.ts';
import { temporaryFolder } from '../support/index.ts';

/** A folder with a config that can be deployed, contracts and models, as a user has it. */
export function deployableProject(): string {
  const directory = temporaryFolder();
  writeFileSync(
    join(directory, 'sluice.config.ts'),
    `export default {
  name: 'shop',
  tables: { sales: { mode: 'daily', column: 'sold_at' }, films: { mode: 'full' } },
  cloud: { source: { host: 'db.example.com', database: 'shop' }, snowflake: { account: 'org-account' } },
};
`,
  );
  for (const table of ['sales', 'films']) {
    const column = {
      name: 'id',
      target: 'ID',
      sourceType: 'integer',
      targetType: 'NUMBER(10,0)',
      nullable: false,
    };
    writeContract(directory, { version: 1, table, columns: [column] });
  }
  mkdirSync(join(directory, 'models'));
  cpSync(
    resolve(import.meta.dirname, '../../models/dbt_project.yml'),
    join(directory, 'models/dbt_project.yml'),
  );
  return directory;
}
