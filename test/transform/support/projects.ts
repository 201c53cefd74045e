import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Project } from '../../../lib/config/index.ts';
import { temporaryFolder } from '../../support/folder.ts';

/** The config of a project named `shop` in the database SHOP. */
export const shop: Project = {
  name: 'shop',
  tables: [],
  source: { maxConnections: 1, statementTimeoutSeconds: 60 },
  staging: { prefix: '' },
  snowflake: {
    database: 'SHOP',
    warehouse: 'SHOP_WH',
    schemas: { landing: 'LANDING', raw: 'RAW', ops: 'OPS', dev: 'DEV', prod: 'PROD' },
    roles: {
      deployer: 'SHOP_DEPLOYER',
      loader: 'SHOP_LOADER',
      transformer: 'SHOP_TRANSFORMER',
      reader: 'SHOP_READER',
    },
    storageIntegration: 'SHOP_STAGING',
    storageRoleArn: 'arn:aws:iam::000000000000:role/shop',
    storageExternalId: 'shop',
  },
  models: { path: 'models', target: 'dev', threads: 4 },
};

/** Writes a dbt project into a new folder; dbt_project.yml is made unless it is given. */
export function dbtProject(files: Readonly<Record<string, string>>): string {
  const directory = temporaryFolder();
  for (const [path, text] of Object.entries({ 'dbt_project.yml': 'name: p\n', ...files })) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return directory;
}
