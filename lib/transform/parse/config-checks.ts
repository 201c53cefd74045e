import { similarNames } from '../../config/index.ts';
import type { Problems } from '../errors.ts';
import { materializationOf, type SqlNode } from '../graph/node.ts';
import { asList, asRecord, asText, type Data } from '../values.ts';
import type { Site } from './bodies.ts';
import { describe } from './resolve.ts';

/** What a check says of a node: the config that it is about, the message without the node's name, and what to do. */
type Say = (key: string, message: string, hint?: string) => void;

export interface ConfigSites {
  /** Where the node is described: its schema file, if it has one. */
  readonly described: Site;
  /** The file of its SQL. */
  readonly file: string;
}

/** Says of configs of a node that cannot be followed, before anything runs. */
export function checkConfig(node: SqlNode, sites: ConfigSites, problems: Problems): void {
  const say: Say = (key, message, hint) => {
    problems.add({
      ...(siteInFile(node, key, sites.file) ?? sites.described),
      message: `${describe(node)} ${message}.`,
      ...(hint === undefined ? {} : { hint }),
    });
  };
  checkKinds(node, say);
  if (node.resourceType === 'test') checkTest(node, say);
  if (node.resourceType === 'snapshot') checkSnapshot(node, say);
  if (node.resourceType === 'model') {
    checkIncremental(node, say);
    checkConstraints(node, say);
  }
}

/** Where the SQL of a node sets a config, if it does. */
function siteInFile(node: SqlNode, key: string, file: string): Site | undefined {
  if (node.test !== undefined) return undefined;
  const at = new RegExp(`\\b${key.replaceAll('-', '_')}['"]?\\s*[=:]`).exec(node.rawCode)?.index;
  return at === undefined ? undefined : { file, line: node.rawCode.slice(0, at).split('\n').length };
}

const truthValues = ['enabled', 'store_failures', 'full_refresh', 'transient', 'copy_grants', 'secure'];

function checkKinds({ config }: SqlNode, say: Say): void {
  for (const key of truthValues) {
    const value = config[key];
    if (value === undefined || value === null || typeof value === 'boolean') continue;
    say(key, `has the config \`${key}: ${shown(value)}\`, which is neither true nor false`);
  }
  const { materialized } = config;
  if (materialized !== undefined && typeof materialized !== 'string') {
    say('materialized', `has the config \`materialized: ${shown(materialized)}\`, which is no text`);
  }
  for (const key of ['meta', 'persist_docs', 'grants', 'column_types', 'docs', 'contract']) {
    const value = config[key];
    if (value === undefined || value === null || asRecord(value) !== undefined) continue;
    say(key, `has the config \`${key}: ${shown(value)}\`, which is no record`);
  }
}

function checkTest({ config }: SqlNode, say: Say): void {
  const severity = asText(config.severity) ?? '';
  if (!/^(warn|error)$/i.test(severity)) {
    say('severity', `has the severity "${severity}", which is neither warn nor error`);
  }
  oneOf('store_failures_as', config.store_failures_as, ['table', 'view', 'ephemeral'], say);
}

function checkSnapshot({ config }: SqlNode, say: Say): void {
  const { strategy, unique_key: uniqueKey, check_cols: checked } = config;
  if (asText(strategy) === undefined || asList(uniqueKey).length === 0) {
    say(
      'strategy',
      'needs a `strategy` and a `unique_key`',
      'strategy: timestamp (with updated_at) or check (with check_cols).',
    );
  }
  if (strategy === 'check' && asList(checked).length === 0) {
    say('strategy', 'is by check and needs `check_cols`', 'A list of columns, or all.');
  }
  if (strategy === 'check' && typeof checked === 'string' && checked !== 'all') {
    say('check_cols', `has \`check_cols: ${checked}\`, which is neither a list nor all`);
  }
  if (strategy === 'timestamp' && asText(config.updated_at) === undefined) {
    say(
      'strategy',
      'is by timestamp and needs `updated_at`',
      'The column that says when a row was last changed.',
    );
  }
  if (strategy === 'timestamp' && asList(checked).length > 0) {
    say('check_cols', 'is by timestamp, and `check_cols` is only of use with strategy: check');
  }
  oneOf('hard_deletes', config.hard_deletes, ['ignore', 'invalidate', 'new_record'], say);
}

function checkIncremental(node: SqlNode, say: Say): void {
  const { config } = node;
  oneOf(
    'on_schema_change',
    config.on_schema_change,
    ['ignore', 'fail', 'append_new_columns', 'sync_all_columns'],
    say,
  );
  if (materializationOf(node) !== 'incremental' || config.incremental_strategy !== 'microbatch') return;
  for (const key of ['event_time', 'begin', 'batch_size']) {
    if (config[key] === undefined || config[key] === null)
      say('incremental_strategy', `is built in batches and needs \`${key}\``);
  }
  oneOf('batch_size', config.batch_size, ['hour', 'day', 'month', 'year'], say);
  const begin = asText(config.begin);
  if (begin !== undefined && Number.isNaN(Date.parse(begin))) {
    say(
      'begin',
      `has \`begin: ${begin}\`, which is no date`,
      'Write it as 2024-01-31 or 2024-01-31T10:00:00.',
    );
  }
}

const constraintTypes = ['check', 'not_null', 'unique', 'primary_key', 'foreign_key', 'custom'];

function checkConstraints(node: SqlNode, say: Say): void {
  const ofModel = asList(node.properties.constraints).map((one) => asRecord(one) ?? {});
  const keyColumns: string[] = [];
  for (const { name, constraints } of node.columns) {
    for (const constraint of constraints) {
      const type = asText(asRecord(constraint)?.type);
      checkConstraintType(type, `of the column ${name}`, say);
      if (type === 'primary_key') keyColumns.push(name);
    }
  }
  for (const { type } of ofModel) checkConstraintType(asText(type), 'of the whole model', say);
  if (keyColumns.length > 1) {
    say(
      'constraints',
      `has a primary key on each of ${keyColumns.join(', ')}`,
      'A key of several columns is a constraint of the model: `{type: primary_key, columns: […]}`.',
    );
  }
  if (keyColumns.length > 0 && ofModel.some(({ type }) => type === 'primary_key')) {
    say('constraints', 'has a primary key both on a column and on the model', 'Leave one of them out.');
  }
  if (asRecord(node.config.contract)?.enforced === true) checkContract(node, say);
}

function checkConstraintType(type: string | undefined, where: string, say: Say): void {
  if (type !== undefined && constraintTypes.includes(type)) return;
  const [meant] = similarNames(type ?? '', constraintTypes);
  say(
    'constraints',
    `has a constraint ${where} with ${type === undefined ? 'no `type`' : `the type "${type}"`}`,
    meant === undefined ? `There are ${constraintTypes.join(', ')}.` : `Did you mean "${meant}"?`,
  );
}

function checkContract(node: SqlNode, say: Say): void {
  const { columns, config } = node;
  const untyped = columns.filter(({ dataType }) => dataType === null).map(({ name }) => name);
  if (columns.length === 0) {
    say(
      'contract',
      'has an enforced contract, and no column is described',
      'List its columns with their data_type.',
    );
  } else if (untyped.length > 0) {
    say('contract', `has an enforced contract, and no \`data_type\` for ${untyped.join(', ')}`);
  }
  const change = asText(config.on_schema_change) ?? 'ignore';
  if (materializationOf(node) === 'incremental' && !['append_new_columns', 'fail'].includes(change)) {
    say(
      'contract',
      `is incremental with an enforced contract, and has \`on_schema_change: ${change}\``,
      'Set it to append_new_columns or fail: anything else could break the contract.',
    );
  }
}

function oneOf(key: string, value: Data | undefined, known: readonly string[], say: Say): void {
  if (value === undefined || value === null || known.includes(String(value))) return;
  const [meant] = similarNames(String(value), known);
  const hint = meant === undefined ? `There are ${known.join(', ')}.` : `Did you mean "${meant}"?`;
  say(key, `has the \`${key}\` "${shown(value)}", which is unknown`, hint);
}

function shown(value: Data): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
