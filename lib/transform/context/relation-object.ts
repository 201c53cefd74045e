import { Attributes, callable, JinjaObject } from '../../jinja/index.ts';
import {
  noQuoting,
  type Quoting,
  type RelationName,
  type RelationType,
  relationKey,
  renderPart,
  renderRelation,
} from '../relation.ts';

export interface RelationInput {
  readonly database?: string | null;
  readonly schema?: string | null;
  readonly identifier?: string | null;
  readonly type?: RelationType | null;
  readonly quoting?: Quoting;
}

/** What of a relation is read where it stands in SQL: no row at all, or those of a span of time. */
export interface ReadingLimit {
  readonly empty: boolean;
  /** Column and bounds, the upper one not included; as they are written in SQL. */
  readonly during?: { readonly column: string; readonly start: string; readonly end: string };
}

type Part = 'database' | 'schema' | 'identifier';
const parts: readonly Part[] = ['database', 'schema', 'identifier'];

/** A relation as templates see it: prints as its name, and knows dbt's methods of a relation. Never changes. */
export class RelationObject extends JinjaObject implements RelationName {
  readonly database: string | null;
  readonly schema: string | null;
  readonly identifier: string | null;
  readonly type: RelationType | null;
  readonly quoting: Quoting;
  readonly #included: Readonly<Record<Part, boolean>>;
  readonly #limit: ReadingLimit | null;

  constructor(
    input: RelationInput,
    included: Readonly<Record<Part, boolean>> = { database: true, schema: true, identifier: true },
    limit: ReadingLimit | null = null,
  ) {
    super();
    this.database = input.database ?? null;
    this.schema = input.schema ?? null;
    this.identifier = input.identifier ?? null;
    this.type = input.type ?? null;
    this.quoting = input.quoting ?? noQuoting;
    this.#included = included;
    this.#limit = limit;
  }

  override get typeName(): string {
    return 'Relation';
  }

  override print(): string {
    const name = this.#name();
    if (this.#limit === null || this.type === 'cte') return name;
    const { empty, during } = this.#limit;
    const rows = empty ? `(select * from ${name} where false limit 0)` : name;
    if (during === undefined) return rows;
    const { column, start, end } = during;
    return `(select * from ${rows} where ${column} >= '${start}' and ${column} < '${end}')`;
  }

  #name(): string {
    if (this.type === 'cte' && this.identifier !== null) return this.identifier;
    return renderRelation({
      database: this.#included.database ? this.database : null,
      schema: this.#included.schema ? this.schema : null,
      identifier: this.#included.identifier ? this.identifier : null,
      quoting: this.quoting,
    });
  }

  override represent(): string {
    return `<Relation ${this.print()}>`;
  }

  override equals(other: unknown): boolean {
    return other instanceof RelationObject && relationKey(other) === relationKey(this);
  }

  override getItem(key: unknown): unknown {
    return typeof key === 'string' ? this.getAttribute(key) : undefined;
  }

  override getAttribute(name: string): unknown {
    switch (name) {
      case 'database':
      case 'schema':
      case 'identifier':
      case 'type':
        return this[name];
      case 'name':
      case 'table':
        return this.identifier;
      case 'is_table':
        return this.type === 'table';
      case 'is_view':
        return this.type === 'view';
      case 'is_cte':
        return this.type === 'cte';
      case 'is_dynamic_table':
        return this.type === 'dynamic_table';
      case 'is_materialized_view':
        return this.type === 'materialized_view';
      case 'can_be_renamed':
      case 'can_be_replaced':
        return this.type === 'table' || this.type === 'view';
      case 'quote_policy':
        return new Attributes({ ...this.quoting }, 'Policy');
      case 'include_policy':
        return new Attributes(this.#included, 'Policy');
      case 'metadata':
        // By this, projects tell a relation from a text.
        return { type: 'SnowflakeRelation' };
      case 'path':
        return new Attributes(
          { database: this.database, schema: this.schema, identifier: this.identifier },
          'Path',
        );
      default:
        return this.#method(name);
    }
  }

  /** The same relation with some of its facts replaced. */
  with(change: RelationInput): RelationObject {
    return new RelationObject(
      {
        database: change.database === undefined ? this.database : change.database,
        schema: change.schema === undefined ? this.schema : change.schema,
        identifier: change.identifier === undefined ? this.identifier : change.identifier,
        type: change.type === undefined ? this.type : change.type,
        quoting: change.quoting ?? this.quoting,
      },
      this.#included,
      this.#limit,
    );
  }

  /** The same relation, of which SQL reads only some rows. */
  reading(limit: ReadingLimit): RelationObject {
    return new RelationObject(this, this.#included, limit);
  }

  #method(name: string): unknown {
    const flags = parts.map((part) => `${part}?`);
    switch (name) {
      case 'render':
        // As in dbt, the way to the relation itself where what is read of it is limited.
        return callable(name, [], () => this.#name());
      case 'get':
        return callable(
          name,
          ['key', 'default?'],
          (key: string, otherwise: unknown = null) => this.getAttribute(key) ?? otherwise,
        );
      case 'without_identifier':
        return callable(name, [], () => this.#including({ identifier: false }));
      case 'include':
        return callable(name, flags, (database?: boolean, schema?: boolean, identifier?: boolean) =>
          this.#including(defined({ database, schema, identifier })),
        );
      case 'quote':
        return callable(name, flags, (database?: boolean, schema?: boolean, identifier?: boolean) =>
          this.with({ quoting: { ...this.quoting, ...defined({ database, schema, identifier }) } }),
        );
      case 'incorporate':
        return callable(name, ['path?', 'type?', '**others'], (path: unknown, type: unknown) =>
          this.with({ ...pathOf(path), ...(isRelationType(type) ? { type } : {}) }),
        );
      case 'replace_path':
        return callable(name, ['**path'], (path: unknown) => this.with(pathOf(path)));
      case 'information_schema':
        return callable(name, ['view?'], (view?: string) => {
          const rendered =
            this.database === null ? '' : `${renderPart(this.database, this.quoting.database)}.`;
          return `${rendered}information_schema${view == null ? '' : `.${view}`}`;
        });
      case 'matches':
        return callable(name, flags, (database?: string, schema?: string, identifier?: string) =>
          this.#matches({ database, schema, identifier }),
        );
      default:
        return undefined;
    }
  }

  #including(change: Partial<Record<Part, boolean>>): RelationObject {
    return new RelationObject(this, { ...this.#included, ...change }, this.#limit);
  }

  #matches(wanted: Partial<Record<Part, string | null | undefined>>): boolean {
    return parts.every((part) => {
      const value = wanted[part];
      return value == null || value.toUpperCase() === this[part]?.toUpperCase();
    });
  }
}

/** Database, schema and identifier of a `path={…}` argument, as far as they are there. */
export function pathOf(path: unknown): RelationInput {
  const result: { -readonly [part in Part]?: string | null } = {};
  for (const part of parts) {
    const value = path instanceof Map ? path.get(part) : recordOf(path)[part];
    if (typeof value === 'string' || value === null) result[part] = value;
  }
  return result;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function defined(change: Partial<Record<Part, boolean | undefined>>): Partial<Record<Part, boolean>> {
  const result: Partial<Record<Part, boolean>> = {};
  for (const part of parts) {
    const value = change[part];
    if (typeof value === 'boolean') result[part] = value;
  }
  return result;
}

const relationTypes: ReadonlySet<unknown> = new Set([
  'table',
  'view',
  'cte',
  'external',
  'dynamic_table',
  'materialized_view',
]);

export function isRelationType(value: unknown): value is RelationType {
  return relationTypes.has(value);
}
