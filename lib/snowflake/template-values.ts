import { type Contract, type Project, SluiceError, type Table, targetName } from '../config/index.ts';
import { conversionOf } from './conversions.ts';
import { indentLines, quoteIdentifier, quoteLiteral, quoteName } from './quoting.ts';
import type { TemplateContext, TemplateValues } from './templates.ts';

/** Columns that Sluice adds to every RAW table; no source column may be called so. */
export const metadataColumns = ['_RUN_ID', '_WINDOW', '_FILE', '_ROW', '_LOADED_AT'] as const;

/** Snowflake's limit on the children of a task. */
const tablesInAGraph = 100;

/**
 * Everything the templates of `snowflake/` may name, from the config and the recorded contracts.
 *
 * @param bucket bucket of the staging area
 * @throws SluiceError CONTRACT_MISSING, CONTRACT_INVALID, TOO_MANY_TABLES
 */
export function templateContext(
  project: Project,
  contracts: readonly Contract[],
  staging: { readonly bucket: string },
): TemplateContext {
  const { snowflake } = project;
  const { database, schemas, roles } = snowflake;
  if (project.tables.length > tablesInAGraph) {
    throw new SluiceError({
      code: 'TOO_MANY_TABLES',
      kind: 'usage',
      message: `${project.tables.length} tables are more than one task graph of Snowflake holds (${tablesInAGraph}).`,
      hint: 'Split the config into several projects, each with a database or an OPS schema of its own.',
    });
  }
  const tables = project.tables.map((table) => tableValues(project, table, contractOf(table, contracts)));
  return {
    values: {
      database: quoteIdentifier(database),
      warehouse: quoteIdentifier(snowflake.warehouse),
      landing: quoteName(database, schemas.landing),
      raw: quoteName(database, schemas.raw),
      ops: opsSchema(project),
      dev: quoteName(database, schemas.dev),
      prod: quoteName(database, schemas.prod),
      loader: quoteIdentifier(roles.loader),
      transformer: quoteIdentifier(roles.transformer),
      reader: quoteIdentifier(roles.reader),
      integration: quoteIdentifier(snowflake.storageIntegration),
      role_arn: quoteLiteral(snowflake.storageRoleArn),
      external_id: quoteLiteral(snowflake.storageExternalId),
      location: quoteLiteral(`s3://${staging.bucket}/${project.staging.prefix}`),
      prefix: quoteLiteral(project.staging.prefix),
      manifests_stream: quoteLiteral(`${opsSchema(project)}.MANIFESTS_STREAM`),
      manifest_format: quoteLiteral(`${opsSchema(project)}.MANIFEST_JSON`),
      apply_tasks: project.tables.map((table) => applyTask(project, table)).join(', '),
    },
    tables,
  };
}

/** Quoted name of the schema of the ledger. */
export function opsSchema(project: Project): string {
  return quoteName(project.snowflake.database, project.snowflake.schemas.ops);
}

/** Quoted name of the task that applies a table. */
export function applyTask(project: Project, table: Table): string {
  return quoteName(project.snowflake.database, project.snowflake.schemas.ops, applyTaskName(table));
}

export function applyTaskName(table: Table): string {
  return `APPLY_${targetName(table.name)}`;
}

/** Quoted name of a table's place in LANDING or RAW. */
export function tableIn(project: Project, schema: 'landing' | 'raw', table: Table): string {
  return quoteName(project.snowflake.database, project.snowflake.schemas[schema], targetName(table.name));
}

function tableValues(project: Project, table: Table, contract: Contract): TemplateValues {
  const { mode } = table;
  const required = new Set(mode.kind === 'incremental' ? [...mode.key, mode.cursor] : []);
  const conversions = contract.columns.map((column) => ({
    name: quoteIdentifier(column.target),
    column,
    ...conversionOf(`landed.${quoteIdentifier(column.target)}`, column.targetType, required.has(column.name)),
  }));
  const landing = tableIn(project, 'landing', table);
  const checked = conversions.filter(({ reason }) => reason !== undefined);
  const [beforeFiles, afterFiles] = copyAroundFiles(project, landing);
  const listed = (items: readonly string[]) => items.join(',\n');
  return {
    table_name: quoteLiteral(table.name),
    apply_task: applyTask(project, table),
    landing_table: landing,
    raw_table: tableIn(project, 'raw', table),
    landing_columns: listed(conversions.map(({ name }) => `${name} VARCHAR`)),
    raw_columns: listed(conversions.map(({ name, column }) => `${name} ${column.targetType}`)),
    contract_rows: listed(
      contract.columns.map(
        ({ target, targetType }) => `  (${[table.name, target, targetType].map(quoteLiteral).join(', ')})`,
      ),
    ),
    copy_before_files: beforeFiles,
    copy_after_files: afterFiles,
    checked: checked.length > 0,
    checks: checked
      .map(({ name, column, reason }) => checkOf(landing, name, column.target, reason ?? ''))
      .join('\nUNION ALL\n'),
    status_of_rejected: quoteLiteral(table.onReject === 'hold' ? 'held' : 'landed'),
    raw_names: listed(conversions.map(({ name }) => name)),
    typed_columns: listed(conversions.map(({ name, value }) => `${value} AS ${name}`)),
    ...modeValues(table, contract),
  };
}

function modeValues(table: Table, contract: Contract): TemplateValues {
  const { mode } = table;
  const conditions = {
    replaces: mode.kind !== 'incremental',
    replaces_windows: mode.kind === 'daily',
    replaces_all: mode.kind === 'full',
    merges: mode.kind === 'incremental',
  };
  if (mode.kind !== 'incremental') return conditions;
  const typed = (name: string) => {
    const column = columnNamed(table, contract, name);
    return conversionOf(`landed.${quoteIdentifier(column.target)}`, column.targetType).value;
  };
  const keys = mode.key.map((name) => quoteIdentifier(columnNamed(table, contract, name).target));
  const names = contract.columns.map(({ target }) => quoteIdentifier(target));
  return {
    ...conditions,
    typed_key: mode.key.map(typed).join(', '),
    typed_cursor: typed(mode.cursor),
    same_key: keys.map((key) => `target.${key} = source.${key}`).join(' AND '),
    cursor_name: quoteIdentifier(columnNamed(table, contract, mode.cursor).target),
    merge_updates: names.map((name) => `${name} = source.${name}`).join(',\n'),
    merge_values: names.map((name) => `source.${name}`).join(',\n'),
  };
}

function columnNamed(table: Table, contract: Contract, name: string): Contract['columns'][number] {
  const column = contract.columns.find((candidate) => candidate.name === name);
  if (column === undefined) {
    throw new SluiceError({
      code: 'CONTRACT_INVALID',
      kind: 'usage',
      message: `tables.${table.name}: the contract has no column ${JSON.stringify(name)}, which its mode names.`,
      hint: `Columns are ${contract.columns.map((candidate) => candidate.name).join(', ')}.`,
    });
  }
  return column;
}

/** One column of one table, as rows of REJECTS to be. */
function checkOf(landing: string, name: string, target: string, reason: string): string {
  return [
    'SELECT',
    '  landed._FILE AS FILE,',
    '  landed._ROW AS FILE_ROW,',
    `  ${quoteLiteral(target)} AS COLUMN_NAME,`,
    `  ${indentLines(reason, '  ')} AS REASON,`,
    `  COALESCE(LENGTH(landed.${name}), 0) AS VALUE_LENGTH`,
    `FROM ${landing} AS landed`,
  ].join('\n');
}

/**
 * The COPY of a table, before and after its list of files, as two constants for the body of a task. FORCE, because the ledger
 * decides what is landed and Snowflake's own load history forgets after 64 days.
 */
function copyAroundFiles(project: Project, landing: string): readonly [string, string] {
  const ops = opsSchema(project);
  const before = `COPY INTO ${landing} FROM @${ops}.STAGE FILES = (`;
  const after = [
    `) FILE_FORMAT = (FORMAT_NAME = ${quoteLiteral(`${ops}.CSV_PARTS`)})`,
    'MATCH_BY_COLUMN_NAME = CASE_SENSITIVE',
    'INCLUDE_METADATA = (_FILE = METADATA$FILENAME, _ROW = METADATA$FILE_ROW_NUMBER)',
    'ON_ERROR = ABORT_STATEMENT FORCE = TRUE',
  ].join(' ');
  return [quoteLiteral(before), quoteLiteral(after)];
}

function contractOf(table: Table, contracts: readonly Contract[]): Contract {
  const contract = contracts.find((candidate) => candidate.table === table.name);
  if (contract === undefined) {
    throw new SluiceError({
      code: 'CONTRACT_MISSING',
      kind: 'usage',
      message: `tables.${table.name} has no recorded contract, so its columns in Snowflake are not known.`,
      hint: 'Run `sluice plan`, which records it from the source, and commit contracts/.',
    });
  }
  const reserved = contract.columns.find(({ target }) =>
    metadataColumns.some((name) => name === target.toUpperCase()),
  );
  if (reserved !== undefined) {
    throw new SluiceError({
      code: 'CONTRACT_INVALID',
      kind: 'usage',
      message: `tables.${table.name}: the column ${JSON.stringify(reserved.name)} becomes ${reserved.target}, a name that Sluice keeps for itself.`,
      hint: `Rename it in the source, or move a view without it; kept are ${metadataColumns.join(', ')}.`,
    });
  }
  return contract;
}
