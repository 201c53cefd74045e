import type { Warehouse } from '../../snowflake/index.ts';
import { quote } from '../relation.ts';
import { typeFrom } from './known-columns.ts';
import type { TableColumn } from './query/index.ts';

/** A schema, its parts as Snowflake keeps them. */
export interface SchemaPlace {
  readonly database: string;
  readonly schema: string;
}

/** A text that is the same for two names if and only if they mean the same. */
export function nameKey(parts: readonly string[]): string {
  return parts.join('\0');
}

/** The columns of the tables that are in the warehouse, of the schemas that were asked for. */
export class WarehouseColumns {
  readonly #schemas = new Map<string, ReadonlyMap<string, readonly TableColumn[]>>();

  /**
   * The columns of a table.
   *
   * @param name database, schema and table as Snowflake keeps them
   * @returns `missing` when the schema is there and has no such table; undefined when nothing is known
   */
  table([database = '', schema = '', table = '']: readonly string[]):
    | readonly TableColumn[]
    | 'missing'
    | undefined {
    const tables = this.#schemas.get(nameKey([database, schema]));
    // A schema without any table may be one that this role does not see.
    if (tables === undefined || tables.size === 0) return undefined;
    return tables.get(table) ?? 'missing';
  }

  /** Whether the schema of a table was asked for. */
  knows([database = '', schema = '']: readonly string[]): boolean {
    return this.#schemas.has(nameKey([database, schema]));
  }

  /** Names of the tables in all schemas that were asked for. */
  get names(): string[] {
    return [...this.#schemas.values()].flatMap((tables) => [...tables.keys()]);
  }

  /** Asks for the columns of schemas, one query each; a schema that cannot be asked stays unknown. */
  async ask(warehouse: Warehouse, schemas: readonly SchemaPlace[]): Promise<void> {
    for (const { database, schema } of schemas) {
      const key = nameKey([database, schema]);
      if (this.#schemas.has(key)) continue;
      this.#schemas.set(key, await columnsOfSchema(warehouse, database, schema));
    }
  }
}

async function columnsOfSchema(
  warehouse: Warehouse,
  database: string,
  schema: string,
): Promise<ReadonlyMap<string, readonly TableColumn[]>> {
  const tables = new Map<string, TableColumn[]>();
  try {
    const { rows } = await warehouse.execute(
      `SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, IS_NULLABLE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE
      FROM ${quote(database)}.INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME, ORDINAL_POSITION`,
      { binds: [schema] },
    );
    for (const row of rows) {
      const table = String(row.TABLE_NAME);
      const column: TableColumn = {
        name: String(row.COLUMN_NAME),
        type: typeFrom(typeText(row)),
        nullable: row.IS_NULLABLE !== 'NO',
      };
      const columns = tables.get(table);
      if (columns === undefined) tables.set(table, [column]);
      else columns.push(column);
    }
  } catch {
    // A database that this role may not look into says nothing about a model.
    return new Map();
  }
  return tables;
}

function typeText(row: Readonly<Record<string, unknown>>): string {
  const type = String(row.DATA_TYPE);
  if (type === 'NUMBER')
    return `NUMBER(${Number(row.NUMERIC_PRECISION ?? 38)},${Number(row.NUMERIC_SCALE ?? 0)})`;
  if (type === 'TEXT' && row.CHARACTER_MAXIMUM_LENGTH != null)
    return `VARCHAR(${Number(row.CHARACTER_MAXIMUM_LENGTH)})`;
  return type;
}
