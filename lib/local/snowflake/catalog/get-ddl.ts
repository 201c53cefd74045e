import { nameOf, typeName, unsupported } from '../../../sql/index.ts';
import type { StatementContext } from '../context.ts';
import { missingObject } from '../errors.ts';
import { literal, printName, printQualified } from '../names.ts';
import type { CatalogObject } from '../statement.ts';
import { dynamicOf } from './dynamic.ts';
import { type TableColumn, tableProperties, viewProperties } from './tables.ts';

function columnDdl(column: TableColumn): string {
  const parts = [printName(column.name), typeName(column)];
  if (!column.nullable) parts.push('NOT NULL');
  if (column.default !== undefined) parts.push(`DEFAULT ${column.default}`);
  if (column.identity)
    parts.push(`autoincrement start ${column.identity.start} increment ${column.identity.increment} order`);
  if (column.comment !== undefined) parts.push(`COMMENT ${literal(column.comment)}`);
  return parts.join(' ');
}

function tableDdl(table: CatalogObject): string {
  const dynamic = dynamicOf(table);
  if (dynamic) return `${dynamic.text};`;
  const { columns, kind, clusterBy, comment } = tableProperties(table);
  const keys = columns.filter((column) => column.primaryKey).map((column) => printName(column.name));
  const lines = columns.map((column) => `\t${columnDdl(column)}`);
  if (keys.length > 0) lines.push(`\tprimary key (${keys.join(', ')})`);
  const word = kind === 'TABLE' ? '' : `${kind} `;
  const options = [
    clusterBy === undefined ? '' : ` cluster by (${clusterBy})`,
    comment === undefined ? '' : `\nCOMMENT=${literal(comment)}`,
  ];
  return `create or replace ${word}TABLE ${printName(table.name.name)}${options[0]} (\n${lines.join(',\n')}\n)${options[1]};`;
}

/** GET_DDL('TABLE' | 'VIEW' | 'SCHEMA', name). */
export function getDdl(context: StatementContext, kind: string, name: string): string {
  const parts = nameOf(name).map((part) => part.name);
  if (kind === 'SCHEMA') return schemaDdl(context, parts);
  if (kind !== 'TABLE' && kind !== 'VIEW' && kind !== 'DYNAMIC_TABLE')
    throw unsupported(`GET_DDL of a ${kind}`);
  const qualified = context.qualify(parts);
  const object = context.objects.find('TABLE', qualified) ?? context.objects.find('VIEW', qualified);
  if (object === undefined)
    throw missingObject(kind === 'TABLE' ? 'Table' : 'View', printQualified(qualified));
  return object.kind === 'TABLE' ? tableDdl(object) : `${viewProperties(object).text};`;
}

function schemaDdl(context: StatementContext, parts: readonly string[]): string {
  const schema = parts.at(-1) ?? '';
  const database = parts.length > 1 ? (parts[0] ?? '') : context.qualify(['_', schema]).database;
  if (!context.objects.find('SCHEMA', { database, schema: '', name: schema }))
    throw missingObject('Schema', schema);
  const tables = context.objects.all('TABLE', { database, schema }).map(tableDdl);
  const views = context.objects
    .all('VIEW', { database, schema })
    .map((view) => `${viewProperties(view).text};`);
  return [`create or replace schema ${printName(schema)};`, ...tables, ...views].join('\n\n');
}
