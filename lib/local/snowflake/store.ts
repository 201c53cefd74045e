import type { DuckDBConnection } from '@duckdb/node-api';
import type { CatalogObject, ObjectStore, QualifiedName } from './statement.ts';

const TABLE = '"_account"."objects"';

/** Creates the tables that the server keeps its own state in, if they are not there. */
export async function createStore(duck: DuckDBConnection): Promise<void> {
  await duck.run('CREATE SCHEMA IF NOT EXISTS "_account"');
  await duck.run(
    `CREATE TABLE IF NOT EXISTS ${TABLE} (
      kind VARCHAR, database VARCHAR, schema VARCHAR, name VARCHAR, owner VARCHAR, created_ms BIGINT, properties VARCHAR)`,
  );
}

function keyOf(kind: string, name: QualifiedName): string {
  return [kind, name.database, name.schema, name.name].join('\u0000');
}

/** Every object of the account, in memory as of the last commit. */
export class ObjectBase {
  readonly #byKind = new Map<string, Map<string, CatalogObject>>();

  static async load(duck: DuckDBConnection): Promise<ObjectBase> {
    const base = new ObjectBase();
    const reader = await duck.runAndReadAll(
      `SELECT kind, database, schema, name, owner, created_ms, properties FROM ${TABLE}`,
    );
    for (const row of reader.getRowsJS()) {
      const [kind, database, schema, name, owner, created, properties] = row.map((value) =>
        String(value ?? ''),
      );
      base.set({
        kind: kind ?? '',
        name: { database: database ?? '', schema: schema ?? '', name: name ?? '' },
        owner: owner ?? '',
        createdOn: new Date(Number(created)),
        properties: JSON.parse(properties ?? '{}'),
      });
    }
    return base;
  }

  get(kind: string, name: QualifiedName): CatalogObject | undefined {
    return this.#byKind.get(kind)?.get(keyOf(kind, name));
  }

  ofKind(kind: string): Iterable<CatalogObject> {
    return this.#byKind.get(kind)?.values() ?? [];
  }

  set(object: CatalogObject): void {
    let objects = this.#byKind.get(object.kind);
    if (objects === undefined) {
      objects = new Map();
      this.#byKind.set(object.kind, objects);
    }
    objects.set(keyOf(object.kind, object.name), object);
  }

  delete(kind: string, name: QualifiedName): void {
    this.#byKind.get(kind)?.delete(keyOf(kind, name));
  }
}

/**
 * One session's view of the objects: the committed ones under what its own transaction has changed. Changes are written
 * to DuckDB at once, inside the session's DuckDB transaction, and shown to others when that commits.
 */
export class SessionObjects implements ObjectStore {
  readonly #base: ObjectBase;
  readonly #duck: DuckDBConnection;
  readonly #inTransaction: () => boolean;
  /** `undefined` marks an object that this transaction has dropped. */
  readonly #changes = new Map<
    string,
    { kind: string; name: QualifiedName; object: CatalogObject | undefined }
  >();

  constructor(base: ObjectBase, duck: DuckDBConnection, inTransaction: () => boolean) {
    this.#base = base;
    this.#duck = duck;
    this.#inTransaction = inTransaction;
  }

  /** As `get`, for code that cannot wait. */
  find(kind: string, name: QualifiedName): CatalogObject | undefined {
    const change = this.#changes.get(keyOf(kind, name));
    return change === undefined ? this.#base.get(kind, name) : change.object;
  }

  /** As `list`, for code that cannot wait. In order of database, schema and name. */
  all(kind: string, scope: { readonly database?: string; readonly schema?: string } = {}): CatalogObject[] {
    const found: CatalogObject[] = [];
    for (const object of this.#base.ofKind(kind)) {
      if (!this.#changes.has(keyOf(kind, object.name))) found.push(object);
    }
    for (const change of this.#changes.values()) {
      if (change.kind === kind && change.object) found.push(change.object);
    }
    return found
      .filter(({ name }) => scope.database === undefined || name.database === scope.database)
      .filter(({ name }) => scope.schema === undefined || name.schema === scope.schema)
      .sort((a, b) => compare(keyOf(kind, a.name), keyOf(kind, b.name)));
  }

  async get(kind: string, name: QualifiedName): Promise<CatalogObject | undefined> {
    return this.find(kind, name);
  }

  async list(
    kind: string,
    scope?: { readonly database?: string; readonly schema?: string },
  ): Promise<readonly CatalogObject[]> {
    return this.all(kind, scope);
  }

  async put(object: CatalogObject): Promise<void> {
    const exists = this.find(object.kind, object.name) !== undefined;
    const { database, schema, name } = object.name;
    const properties = JSON.stringify(object.properties);
    if (exists) {
      await this.#duck.run(
        `UPDATE ${TABLE} SET owner = $1, created_ms = $2, properties = $3
          WHERE kind = $4 AND database = $5 AND schema = $6 AND name = $7`,
        [object.owner, BigInt(object.createdOn.getTime()), properties, object.kind, database, schema, name],
      );
    } else {
      await this.#duck.run(`INSERT INTO ${TABLE} VALUES ($1, $2, $3, $4, $5, $6, $7)`, [
        object.kind,
        database,
        schema,
        name,
        object.owner,
        BigInt(object.createdOn.getTime()),
        properties,
      ]);
    }
    this.#changed(object.kind, object.name, { ...object, properties: JSON.parse(properties) });
  }

  async drop(kind: string, name: QualifiedName): Promise<boolean> {
    if (this.find(kind, name) === undefined) return false;
    await this.#duck.run(
      `DELETE FROM ${TABLE} WHERE kind = $1 AND database = $2 AND schema = $3 AND name = $4`,
      [kind, name.database, name.schema, name.name],
    );
    this.#changed(kind, name, undefined);
    return true;
  }

  #changed(kind: string, name: QualifiedName, object: CatalogObject | undefined): void {
    this.#changes.set(keyOf(kind, name), { kind, name, object });
    if (!this.#inTransaction()) this.committed();
  }

  /** To be called once DuckDB has committed. @returns whether there was a change to show */
  committed(): boolean {
    const isChanged = this.#changes.size > 0;
    for (const { kind, name, object } of this.#changes.values()) {
      if (object) this.#base.set(object);
      else this.#base.delete(kind, name);
    }
    this.#changes.clear();
    return isChanged;
  }

  rolledBack(): void {
    this.#changes.clear();
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
