import type { StatementContext } from '../context.ts';
import { missingObject } from '../errors.ts';
import { printQualified } from '../names.ts';
import type { CatalogObject, QualifiedName, ResultColumn } from '../statement.ts';
import type { DynamicTable } from './dynamic.ts';

/** A column of a table as the catalog keeps it. */
export interface TableColumn extends ResultColumn {
  /** Snowflake's SQL of the default, as written. */
  readonly default?: string;
  readonly identity?: { readonly start: number; readonly increment: number };
  readonly comment?: string;
  readonly primaryKey?: boolean;
  readonly uniqueKey?: boolean;
}

/** What the catalog keeps of a table beside its rows. */
export interface TableProperties {
  readonly columns: readonly TableColumn[];
  readonly kind: 'TABLE' | 'TRANSIENT' | 'TEMPORARY';
  readonly comment?: string;
  readonly clusterBy?: string;
  readonly changeTracking?: boolean;
  readonly retentionDays?: number;
  /** Set for dynamic tables. */
  readonly dynamic?: DynamicTable;
}

export interface ViewProperties {
  readonly columns: readonly TableColumn[];
  /** The query after AS. */
  readonly query: string;
  /** The whole statement, for GET_DDL and SHOW VIEWS. */
  readonly text: string;
  readonly secure: boolean;
  readonly comment?: string;
}

function holdsColumns<T extends TableProperties | ViewProperties>(properties: object): properties is T {
  return 'columns' in properties && Array.isArray(properties.columns);
}

export function tableProperties(object: CatalogObject): TableProperties {
  if (!holdsColumns<TableProperties>(object.properties))
    throw new TypeError(`${object.name.name} has no columns`);
  return object.properties;
}

export function viewProperties(object: CatalogObject): ViewProperties {
  if (!holdsColumns<ViewProperties>(object.properties))
    throw new TypeError(`${object.name.name} has no columns`);
  return object.properties;
}

/** The table or view of this name, or Snowflake's error. */
export function tableOrView(context: StatementContext, name: QualifiedName): CatalogObject {
  const found = context.objects.find('TABLE', name) ?? context.objects.find('VIEW', name);
  if (found === undefined) throw missingObject('Object', printQualified(name));
  return found;
}

export function tableColumns(context: StatementContext, name: QualifiedName): readonly TableColumn[] {
  const object = tableOrView(context, name);
  return object.kind === 'TABLE' ? tableProperties(object).columns : viewProperties(object).columns;
}
