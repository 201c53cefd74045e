import { LTZ, type SqlType, TEXT } from '../../../sql/index.ts';
import { wireMoment } from '../catalog/history.ts';
import { tableProperties } from '../catalog/tables.ts';
import type { CatalogObject } from '../statement.ts';

/** A column of a SHOW: its name, type and how it is read. */
export type Field<T> = readonly [string, SqlType, (value: T) => string | null];

/** A recorded property as text; empty when there is none. */
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');
export const created: Field<CatalogObject> = ['created_on', LTZ, (one) => wireMoment(one.createdOn)];
export const name: Field<CatalogObject> = ['name', TEXT, (one) => one.name.name];
export const kind: Field<CatalogObject> = ['kind', TEXT, kindOf];
export const databaseName: Field<CatalogObject> = ['database_name', TEXT, (one) => one.name.database];
export const schemaName: Field<CatalogObject> = ['schema_name', TEXT, (one) => one.name.schema];
export const owner: Field<CatalogObject> = ['owner', TEXT, (one) => one.owner];
export const comment: Field<CatalogObject> = ['comment', TEXT, (one) => text(one.properties.comment)];
export const roleType: Field<CatalogObject> = ['owner_role_type', TEXT, () => 'ROLE'];
export const empty = (label: string): Field<CatalogObject> => [label, TEXT, () => ''];
export const fixedText = (label: string, value: string): Field<CatalogObject> => [label, TEXT, () => value];

function kindOf(one: CatalogObject): string {
  if (one.kind !== 'TABLE') return one.kind;
  return tableProperties(one).kind;
}

/** What SHOW TERSE gives. */
export const TERSE = [created, name, kind, databaseName, schemaName];
