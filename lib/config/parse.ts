import { isAbsolute, resolve } from 'node:path';
import { ConfigError, problemsOf } from './problems.ts';
import type { Project, Table, TableMode } from './project.ts';
import { type ParsedProject, projectInput } from './schema.ts';

/**
 * Checks a config and fills in its defaults.
 *
 * @param input what the config file exports
 * @param options.directory folder that relative paths are taken from
 * @param options.file name of the file, for the error
 * @throws ConfigError with every problem at once
 */
export function parseProject(input: unknown, options: { directory: string; file: string }): Project {
  return parseConfig(input, options).project;
}

/** As `parseProject`, with what stands beside the project; `environment` becomes part of the names that are made up. */
export function parseConfig(
  input: unknown,
  options: { directory: string; file: string; environment?: string },
): { parsed: ParsedProject; project: Project } {
  const result = projectInput.safeParse(input, { reportInput: true });
  if (!result.success) throw new ConfigError(options.file, result.error.issues.flatMap(problemsOf));
  const parsed = result.data;
  const baseName = options.environment === undefined ? parsed.name : `${parsed.name}-${options.environment}`;
  return { parsed, project: completeProject(parsed, options.directory, baseName) };
}

function completeProject(parsed: ParsedProject, directory: string, baseName: string): Project {
  const { snowflake } = parsed;
  const database = snowflake.database ?? baseName.replaceAll('-', '_').toUpperCase();
  return {
    name: parsed.name,
    tables: Object.entries(parsed.tables).map(([name, table]) => completeTable(name, table)),
    source: parsed.source,
    staging: parsed.staging,
    snowflake: {
      database,
      warehouse: snowflake.warehouse ?? `${database}_WH`,
      schemas: snowflake.schemas,
      roles: {
        deployer: snowflake.roles.deployer ?? `${database}_DEPLOYER`,
        loader: snowflake.roles.loader ?? `${database}_LOADER`,
        transformer: snowflake.roles.transformer ?? `${database}_TRANSFORMER`,
        reader: snowflake.roles.reader ?? `${database}_READER`,
      },
      storageIntegration: snowflake.storageIntegration ?? `${database}_STAGING`,
      storageRoleArn:
        snowflake.storageRoleArn ?? `arn:aws:iam::000000000000:role/sluice-${baseName}-snowflake`,
      storageExternalId: snowflake.storageExternalId ?? `sluice-${baseName}`,
    },
    models: {
      ...parsed.models,
      path: isAbsolute(parsed.models.path) ? parsed.models.path : resolve(directory, parsed.models.path),
    },
  };
}

function completeTable(name: string, table: ParsedProject['tables'][string]): Table {
  return {
    name,
    source: { schema: table.source?.schema ?? 'public', table: table.source?.table ?? name },
    mode: modeOf(table),
    onReject: table.onReject,
    mask: table.mask,
    values: table.values,
  };
}

function modeOf(table: ParsedProject['tables'][string]): TableMode {
  switch (table.mode) {
    case 'full':
      return { kind: 'full' };
    case 'daily':
      return {
        kind: 'daily',
        column: table.column,
        timezone: table.timezone,
        lookbackDays: table.lookbackDays,
      };
    case 'incremental':
      return {
        kind: 'incremental',
        cursor: table.cursor,
        key: table.key,
        overlap: table.overlap,
        timezone: table.timezone,
      };
  }
}
