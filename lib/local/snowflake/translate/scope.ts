import type { Identifier, SqlType } from '../../../sql/index.ts';
import { invalidIdentifier } from '../errors.ts';
import { printName } from '../names.ts';
import type { Emitted } from './translation.ts';

export interface ScopeColumn {
  readonly name: string;
  readonly type: SqlType | undefined;
  readonly nullable: boolean;
}

/** A table, subquery or function of a FROM clause. */
export interface Relation {
  /** What columns are qualified with, in Snowflake's spelling. */
  readonly alias: string;
  /** Database and schema of a table, for `schema.table.column`. */
  readonly path: readonly string[];
  readonly columns: readonly ScopeColumn[];
  /** Columns that can be named and are left out by `*`: METADATA$ columns of a stage. */
  readonly hidden: readonly ScopeColumn[];
}

/** A common table expression. */
export interface CommonRelation {
  readonly name: string;
  readonly columns: readonly ScopeColumn[];
}

export interface FoundColumn {
  readonly relation: Relation | undefined;
  readonly column: ScopeColumn;
  /** Set for a parameter of a function: what stands in its place. */
  readonly value?: Emitted;
}

/** What names mean at one place of a query. */
export class Scope {
  readonly relations: Relation[] = [];
  /** Columns joined by USING or NATURAL: the name alone is not ambiguous. */
  readonly merged = new Set<string>();
  /** Aliases of the select list, which later items and clauses may use. */
  readonly aliases = new Map<string, SqlType | undefined>();
  /** What stands in place of an alias that DuckDB does not let later items of the list use. */
  readonly repeated = new Map<string, Emitted>();
  /** Parameters of the function whose body this is. */
  readonly parameters = new Map<string, Emitted>();
  readonly #commons = new Map<string, CommonRelation>();
  readonly #parent: Scope | undefined;

  constructor(parent?: Scope) {
    this.#parent = parent;
  }

  /** The scope around this one, still with its common table expressions. */
  withoutRelations(): Scope {
    const scope = new Scope(this.#parent);
    for (const common of this.#commons.values()) scope.addCommon(common);
    return scope;
  }

  /** True in a subquery that may refer to the tables of a query around it. */
  get isEnclosed(): boolean {
    const parent = this.#parent;
    return parent !== undefined && (parent.relations.length > 0 || parent.isEnclosed);
  }

  addCommon(common: CommonRelation): void {
    this.#commons.set(common.name, common);
  }

  common(name: string): CommonRelation | undefined {
    return this.#commons.get(name) ?? this.#parent?.common(name);
  }

  /** The column that a name of one to four parts means; raises Snowflake's `invalid identifier`. */
  column(parts: readonly Identifier[]): FoundColumn {
    const found = this.#find(parts.map((part) => part.name));
    if (found) return found;
    throw invalidIdentifier(parts.map((part) => printName(part.name)).join('.'), parts[0]?.at);
  }

  /** As `column`, with undefined instead of the error. */
  tryColumn(names: readonly string[]): FoundColumn | undefined {
    return this.#find(names);
  }

  #find(names: readonly string[]): FoundColumn | undefined {
    const name = names.at(-1) ?? '';
    const qualifier = names.slice(0, -1);
    const here = this.#inRelations(qualifier, name);
    if (here) return here;
    if (qualifier.length === 0 && this.aliases.has(name)) {
      const column = { name, type: this.aliases.get(name), nullable: true };
      const value = this.repeated.get(name);
      return { relation: undefined, column, ...(value === undefined ? {} : { value }) };
    }
    const value = qualifier.length === 0 ? this.parameters.get(name) : undefined;
    if (value !== undefined) {
      return { relation: undefined, column: { name, type: value.type, nullable: true }, value };
    }
    return this.#parent?.tryColumn(names);
  }

  #inRelations(qualifier: readonly string[], name: string): FoundColumn | undefined {
    const found: FoundColumn[] = [];
    for (const relation of this.relations) {
      if (!matches(relation, qualifier)) continue;
      const column = [...relation.columns, ...relation.hidden].find((one) => one.name === name);
      if (column) found.push({ relation, column });
    }
    // Where a join has USING, Snowflake takes the first table's column.
    if (found.length > 1 && qualifier.length === 0 && this.merged.size === 0) {
      throw new AmbiguousName(name);
    }
    return found[0];
  }

  /** Relations that `alias.*` or `*` stands for. */
  starred(qualifier: readonly Identifier[]): readonly Relation[] {
    const names = qualifier.map((part) => part.name);
    const found = this.relations.filter((relation) => matches(relation, names));
    if (found.length === 0 && names.length > 0)
      throw invalidIdentifier(`${names.map(printName).join('.')}.*`);
    return found;
  }
}

/** Raised for a name that two tables have; the caller words it. */
export class AmbiguousName extends Error {}

function matches(relation: Relation, qualifier: readonly string[]): boolean {
  if (qualifier.length === 0) return true;
  if (qualifier.length === 1) return relation.alias === qualifier[0];
  const full = [...relation.path, relation.alias];
  return qualifier.every((part, index) => full[full.length - qualifier.length + index] === part);
}
