import type { ExecuteOptions, QueryResult, Warehouse } from '../../snowflake/index.ts';
import { folded, quote, type RelationName, relationKey, sqlName } from '../relation.ts';
import { ColumnObject } from './column-object.ts';
import { isRelationType, RelationObject } from './relation-object.ts';
import { ResultTable } from './result-table.ts';
import { splitStatements } from './split-statements.ts';

/** What is in the schemas of a run, asked once a schema and kept for all its sessions. */
export class RelationCache {
  readonly #schemas = new Map<string, Promise<Map<string, RelationObject>>>();

  schema(session: Warehouse, schema: RelationName): Promise<Map<string, RelationObject>> {
    const key = keyOfSchema(schema);
    let found = this.#schemas.get(key);
    if (found === undefined) {
      found = listSchema(session, schema);
      this.#schemas.set(key, found);
      // A question that failed may be asked again.
      found.catch(() => this.#schemas.delete(key));
    }
    return found;
  }

  forget(schema: RelationName): void {
    this.#schemas.delete(keyOfSchema(schema));
  }

  /** Takes note of a relation that was made; what is not known of its schema stays unknown. */
  made(relation: RelationObject): void {
    this.#change(relation, (known) => known.set(relationKey(relation), relation));
  }

  /** Takes note of a relation that was dropped. */
  gone(relation: RelationObject): void {
    this.#change(relation, (known) => known.delete(relationKey(relation)));
  }

  #change(relation: RelationObject, change: (known: Map<string, RelationObject>) => unknown): void {
    this.#schemas.get(keyOfSchema(relation))?.then(change, () => undefined);
  }
}

function keyOfSchema({ database, schema, quoting }: RelationName): string {
  return relationKey({ database, schema, identifier: null, quoting });
}

async function listSchema(session: Warehouse, schema: RelationName): Promise<Map<string, RelationObject>> {
  const found = new Map<string, RelationObject>();
  const { rows } = await session.execute(
    `SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, IS_DYNAMIC FROM ${quote(folded(schema.database ?? '', schema.quoting.database))}.INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = ?`,
    { binds: [folded(schema.schema ?? '', schema.quoting.schema)] },
  );
  for (const row of rows) {
    const type = String(row.TABLE_TYPE).toLowerCase();
    const known = row.IS_DYNAMIC === 'YES' ? 'dynamic_table' : type.includes('table') ? 'table' : type;
    const relation = new RelationObject({
      database: schema.database,
      schema: schema.schema,
      identifier: String(row.TABLE_NAME),
      type: isRelationType(known) ? known : null,
      quoting: {
        ...schema.quoting,
        identifier: String(row.TABLE_NAME) !== String(row.TABLE_NAME).toUpperCase(),
      },
    });
    found.set(relationKey(relation), relation);
  }
  return found;
}

/** What one statement of a template gave. */
export interface Executed {
  readonly response: Readonly<Record<string, unknown>>;
  readonly table: ResultTable;
  readonly columns?: QueryResult['columns'];
}

/** What templates ask of the warehouse. */
export interface WarehouseAccess {
  /** Runs the statements of a text one after the other; the last one's result is the answer. */
  execute(sql: string): Promise<Executed>;
  relation(name: RelationObject): Promise<RelationObject | null>;
  relations(schema: RelationObject): Promise<RelationObject[]>;
  schemaExists(schema: RelationObject): Promise<boolean>;
  columns(relation: RelationObject): Promise<ColumnObject[]>;
  /** Forgets what is in a relation's schema, after it was changed. */
  forget(relation: RelationObject): void;
  /** Takes note of a relation that was made, so that its schema need not be asked again. */
  made(relation: RelationObject): void;
  gone(relation: RelationObject): void;
}

/** The warehouse as the templates of one node use it. */
export class NodeSession implements WarehouseAccess {
  readonly #warehouse: Warehouse;
  readonly #cache: RelationCache;
  readonly #options: ExecuteOptions;
  /** The statement of a template that the warehouse refused last: its error counts lines from there. */
  failedStatement: string | undefined;

  constructor(warehouse: Warehouse, cache: RelationCache, signal?: AbortSignal) {
    this.#warehouse = warehouse;
    this.#cache = cache;
    this.#options = signal === undefined ? {} : { signal };
  }

  async execute(sql: string): Promise<Executed> {
    let result: QueryResult | undefined;
    let open = false;
    for (const statement of splitStatements(sql)) {
      const word = firstWord(statement);
      try {
        const answer = await this.#warehouse.execute(statement, this.#options);
        // What was done is told by the statements before COMMIT.
        if (result === undefined || word !== 'commit') result = answer;
      } catch (error) {
        this.failedStatement = statement;
        // The session serves other nodes after this one.
        if (open) await this.#warehouse.execute('ROLLBACK').catch(() => undefined);
        throw error;
      }
      if (word === 'begin') open = true;
      if (word === 'commit' || word === 'rollback') open = false;
    }
    if (result === undefined) return { response: {}, table: new ResultTable([], []) };
    return {
      response: {
        _message: `SUCCESS ${result.rowsAffected}`,
        code: 'SUCCESS',
        rows_affected: result.rowsAffected,
        query_id: result.queryId,
      },
      table: ResultTable.of(result),
      columns: result.columns,
    };
  }

  async relation(name: RelationObject): Promise<RelationObject | null> {
    const schema = await this.#cache.schema(this.#warehouse, name);
    return schema.get(relationKey(name)) ?? null;
  }

  async relations(schema: RelationObject): Promise<RelationObject[]> {
    return [...(await this.#cache.schema(this.#warehouse, schema)).values()];
  }

  async schemaExists({ database, schema, quoting }: RelationObject): Promise<boolean> {
    const { rows } = await this.#warehouse.execute(
      `SELECT SCHEMA_NAME FROM ${quote(folded(database ?? '', quoting.database))}.INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME = ?`,
      { ...this.#options, binds: [folded(schema ?? '', quoting.schema)] },
    );
    return rows.length > 0;
  }

  /** Whether a table is transient; false when it is not there. */
  async isTransient({ database, schema, identifier, quoting }: RelationObject): Promise<boolean> {
    const { rows } = await this.#warehouse.execute(
      `SELECT IS_TRANSIENT FROM ${quote(folded(database ?? '', quoting.database))}.INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?`,
      {
        ...this.#options,
        binds: [folded(schema ?? '', quoting.schema), folded(identifier ?? '', quoting.identifier)],
      },
    );
    return rows[0]?.IS_TRANSIENT === 'YES';
  }

  async columns(relation: RelationObject): Promise<ColumnObject[]> {
    const { rows } = await this.#warehouse.execute(`DESCRIBE TABLE ${sqlName(relation)}`, this.#options);
    return rows.map((row) => ColumnObject.described(String(row.name), String(row.type)));
  }

  forget(relation: RelationObject): void {
    this.#cache.forget(relation);
  }

  made(relation: RelationObject): void {
    if (relation.type === null) this.#cache.forget(relation);
    else this.#cache.made(relation);
  }

  gone(relation: RelationObject): void {
    this.#cache.gone(relation);
  }
}

function firstWord(statement: string): string {
  return /^\w+/.exec(statement)?.[0].toLowerCase() ?? '';
}
