import type { Contract, Project } from '../config/index.ts';
import { defaultMigrationsDirectory, readTemplate } from './migration-files.ts';
import { quoteIdentifier } from './quoting.ts';
import { splitStatements } from './statements.ts';
import { templateContext } from './template-values.ts';
import { renderTemplate } from './templates.ts';
import type { Warehouse } from './warehouse.ts';

/** Who reads the bucket for Snowflake: what the storage role has to trust. */
export interface StorageIdentity {
  /** ARN of the AWS user of Snowflake's that belongs to the integration. */
  readonly storageUserArn: string;
  readonly externalId: string;
}

export interface StorageIntegrationOptions {
  readonly warehouse: Warehouse;
  readonly project: Project;
  readonly contracts: readonly Contract[];
  readonly staging: { readonly bucket: string };
}

/** The file of `snowflake/` that makes the integration, among what stands on it. */
const stageFile = 'R__10_stage.sql';

/**
 * Makes the storage integration alone, or changes it: never replaces it, because the stage holds its hidden id. The role
 * that it names need not exist. A provision does this too; this is for a deploy, where the role comes in between.
 */
export async function ensureStorageIntegration(options: StorageIntegrationOptions): Promise<StorageIdentity> {
  const { warehouse, project, contracts, staging } = options;
  const template = readTemplate(defaultMigrationsDirectory(), stageFile);
  const text = renderTemplate(template, templateContext(project, contracts, staging));
  for (const statement of splitStatements(text)) {
    if (/^\s*(--[^\n]*\n\s*)*(CREATE|ALTER)\s+STORAGE\s+INTEGRATION\b/i.test(statement)) {
      await warehouse.execute(statement);
    }
  }
  return await readStorageIdentity(warehouse, project);
}

/** What Snowflake says of the integration. */
export async function readStorageIdentity(warehouse: Warehouse, project: Project): Promise<StorageIdentity> {
  const integration = quoteIdentifier(project.snowflake.storageIntegration);
  const { rows } = await warehouse.execute(`DESC INTEGRATION ${integration}`);
  const properties = new Map(rows.map((row) => [String(row.property), String(row.property_value)]));
  return {
    storageUserArn: properties.get('STORAGE_AWS_IAM_USER_ARN') ?? '',
    externalId: properties.get('STORAGE_AWS_EXTERNAL_ID') ?? '',
  };
}
