import type { Identifier } from '../../../sql/index.ts';
import type { Column, Origin, Shape, Value } from './shape.ts';
import { anyNullable, together, UNKNOWN } from './shape.ts';

/** A table, subquery or function of a FROM clause. */
export class Relation {
  /** What columns are qualified with; undefined for a subquery without an alias. */
  readonly alias: string | undefined;
  /** Database and schema of a table, as far as they were written. */
  readonly path: readonly string[];
  readonly columns: readonly Column[];
  /** False where there may be columns that are not listed. */
  readonly complete: boolean;
  /** What a column that is not listed comes from; undefined where that is not one table. */
  readonly table: string | undefined;
  readonly #byName = new Map<string, Column | 'twice'>();

  constructor(parts: {
    readonly alias: string | undefined;
    readonly path?: readonly string[];
    readonly columns: readonly Column[];
    readonly complete: boolean;
    readonly table?: string | undefined;
  }) {
    this.alias = parts.alias;
    this.path = parts.path ?? [];
    this.columns = parts.columns;
    this.complete = parts.complete;
    this.table = parts.table;
    for (const column of parts.columns) {
      this.#byName.set(column.name, this.#byName.has(column.name) ? 'twice' : column);
    }
  }

  find(name: string): Column | 'twice' | undefined {
    return this.#byName.get(name);
  }

  /** The same with columns that may be NULL: the side of an outer join that may have no row. */
  optional(): Relation {
    if (this.columns.every(({ nullable }) => nullable !== false)) return this;
    const columns = this.columns.map((column) => ({ ...column, nullable: true }));
    return new Relation({ ...this.parts(), columns });
  }

  parts(): ConstructorParameters<typeof Relation>[0] {
    const { alias, path, columns, complete, table } = this;
    return { alias, path, columns, complete, table };
  }

  /** Whether `db.schema.alias` leads here. Parts that are not known may be anything. */
  isCalled(qualifier: readonly string[]): boolean {
    if (qualifier.length === 0) return true;
    if (qualifier.at(-1) !== this.alias) return false;
    return qualifier
      .slice(0, -1)
      .reverse()
      .every((part, index) => {
        const own = this.path.at(-1 - index);
        return own === undefined || own === part;
      });
  }
}

/** A common table expression. */
export interface Common {
  readonly name: string;
  readonly shape: Shape;
  /** Set for one that the catalog knows. */
  readonly table: string | undefined;
  readonly reads: Reads;
}

/** Where a common table expression is read: in others, or in what the statement gives. */
export class Reads {
  readonly #from = new Set<Reads | undefined>();

  /** @param reader the common table expression that reads it; undefined for the statement itself */
  add(reader: Reads | undefined): void {
    if (reader !== this) this.#from.add(reader);
  }

  /** Whether it goes into what the statement gives: what is only read by what nothing reads does not. */
  get matter(): boolean {
    return [...this.#from].some((reader) => reader === undefined || reader.matter);
  }
}

export type Found =
  | {
      readonly kind: 'column';
      readonly value: Value;
      readonly depth: number;
      /** True for a column that is listed nowhere, and that the one table whose columns are not known may have. */
      readonly assumed: boolean;
    }
  | { readonly kind: 'alias'; readonly value: Value }
  /** It may be there: something in scope has columns that are not known. */
  | { readonly kind: 'open' }
  | { readonly kind: 'ambiguous'; readonly relations: readonly string[] }
  | {
      readonly kind: 'missing';
      readonly among: readonly string[];
      readonly qualifier: QualifierFound;
      /** Aliases of the tables that were searched first; empty where one has none. */
      readonly places: readonly string[];
    };

/** Of a name that is missing: whether it has a qualifier, and whether that is an alias of the query. */
export type QualifierFound = 'none' | 'known' | 'unknown';

/** What names mean at one place of a query. */
export class Scope {
  readonly relations: Relation[] = [];
  /** Columns joined by USING or NATURAL: the name alone is not ambiguous. */
  readonly merged = new Map<string, Value>();
  /** Columns of the select list by the name that they get; undefined while the item has not been looked at. */
  readonly aliases = new Map<string, Value | undefined>();
  /** The alias that is being defined, which does not mean itself. */
  defining: string | undefined;
  readonly #commons = new Map<string, Common>();
  readonly #parent: Scope | undefined;

  constructor(parent?: Scope) {
    this.#parent = parent;
  }

  /** The scope around the FROM clause: the same common table expressions, without its neighbours. */
  withoutRelations(): Scope {
    const scope = new Scope(this.#parent);
    for (const common of this.#commons.values()) scope.addCommon(common);
    return scope;
  }

  addCommon(common: Common): void {
    this.#commons.set(common.name, common);
  }

  common(name: string): Common | undefined {
    return this.#commons.get(name) ?? this.#parent?.common(name);
  }

  /** Names of all common table expressions that can be read here. */
  commonNames(): string[] {
    return [...this.#commons.keys(), ...(this.#parent?.commonNames() ?? [])];
  }

  /** What a name of one to four parts means. `depth` of a column counts how many queries lie between. */
  column(parts: readonly Identifier[], depth = 0): Found {
    const name = parts.at(-1)?.name ?? '';
    const qualifier = parts.slice(0, -1).map((part) => part.name);
    const here = this.#inRelations(parts, qualifier, name, depth);
    if (here !== undefined && here.kind !== 'missing') return here;
    if (here === undefined && qualifier.length === 0 && name !== this.defining && this.aliases.has(name)) {
      return { kind: 'alias', value: this.aliases.get(name) ?? UNKNOWN };
    }
    if (here !== undefined) {
      // A query around this one may have used the same alias.
      return this.#parent?.column(parts).kind === 'column' ? { kind: 'open' } : here;
    }
    if (this.#parent !== undefined) {
      const above = this.#parent.column(parts, depth + 1);
      if (above.kind !== 'missing') return above;
      if (above.qualifier === 'known') return above;
      const among = [...this.#candidates(qualifier), ...above.among];
      return { ...above, among, places: this.relations.length > 0 ? this.#places : above.places };
    }
    return {
      kind: 'missing',
      among: this.#candidates(qualifier),
      qualifier: qualifier.length === 0 ? 'none' : 'unknown',
      places: this.#places,
    };
  }

  get #places(): string[] {
    const aliases = this.relations.map(({ alias }) => alias);
    return aliases.every((alias) => alias !== undefined) ? aliases : [];
  }

  /** Columns that could have been meant, or relations where the qualifier is not known. */
  #candidates(qualifier: readonly string[]): string[] {
    if (qualifier.length > 0)
      return this.relations.flatMap(({ alias }) => (alias === undefined ? [] : [alias]));
    return [
      ...this.relations.flatMap(({ columns }) => columns.map(({ name }) => name)),
      ...[...this.aliases.keys()].filter((alias) => alias !== this.defining),
    ];
  }

  #inRelations(
    parts: readonly Identifier[],
    qualifier: readonly string[],
    name: string,
    depth: number,
  ): Found | undefined {
    const called = this.relations.filter((relation) => relation.isCalled(qualifier));
    const merged = qualifier.length === 0 ? this.merged.get(name) : undefined;
    if (merged !== undefined) return { kind: 'column', value: merged, depth, assumed: false };
    const having = called.filter((relation) => relation.find(name) !== undefined);
    const open = called.filter((relation) => !relation.complete);
    const [first] = having;
    if (first === undefined) {
      if (open.length > 0) return this.#open(parts, open, name, depth);
      if (qualifier.length === 0 || called.length === 0) {
        return qualifier.length > 0 && this.#isColumn(qualifier) ? { kind: 'open' } : undefined;
      }
      const among = called.flatMap(({ columns }) => columns.map((column) => column.name));
      return { kind: 'missing', among, qualifier: 'known', places: this.#places };
    }
    if (having.length > 1) {
      if (!this.#mayMeanOneOf(qualifier, name)) {
        return { kind: 'ambiguous', relations: having.map(({ alias }) => alias ?? 'a subquery') };
      }
      const origins = together(having.map((relation) => originsOf(relation, name)));
      return { kind: 'column', value: { ...UNKNOWN, origins }, depth, assumed: true };
    }
    const found = first.find(name);
    if (found === undefined || found === 'twice') return { kind: 'open' };
    return { kind: 'column', value: found, depth, assumed: false };
  }

  /** A column that is listed nowhere, where something has columns that are not known. */
  #open(parts: readonly Identifier[], open: readonly Relation[], name: string, depth: number): Found {
    const [only] = open;
    if (open.length !== 1 || only?.table === undefined) return { kind: 'open' };
    // Without a qualifier it may as well be an alias of the select list, or a column of a query around this one.
    if (parts.length === 1 && this.aliases.has(name)) return { kind: 'open' };
    if (parts.length === 1 && this.#parent?.column(parts).kind === 'column') return { kind: 'open' };
    const origins: readonly Origin[] = [{ relation: only.table, column: name, copied: true }];
    return { kind: 'column', value: { ...UNKNOWN, origins }, depth, assumed: true };
  }

  /**
   * Whether a name that several tables have is no error: an alias of the select list may go before, two tables of the same alias
   * are an error of their own, and where a join has USING, Snowflake takes the first.
   */
  #mayMeanOneOf(qualifier: readonly string[], name: string): boolean {
    return qualifier.length > 0 || this.aliases.has(name) || this.merged.size > 0;
  }

  /** `a.b` may be a part of the structured column `a`. */
  #isColumn(qualifier: readonly string[]): boolean {
    const [first] = qualifier;
    return first !== undefined && this.relations.some((relation) => relation.find(first) !== undefined);
  }

  /** Relations that `*` or `alias.*` stands for; undefined when the alias is not known here. */
  starred(qualifier: readonly Identifier[]): readonly Relation[] | undefined {
    const names = qualifier.map((part) => part.name);
    const found = this.relations.filter((relation) => relation.isCalled(names));
    if (found.length > 0 || names.length === 0) return found;
    return this.#parent?.starred(qualifier);
  }

  /** Whether nothing that stands in FROM is left in the dark. */
  get complete(): boolean {
    return this.relations.every((relation) => relation.complete);
  }

  /** Names the columns that both sides of a join share, once. */
  merge(name: string, left: readonly Relation[], right: readonly Relation[], outer: boolean): void {
    const before = this.merged.get(name);
    const values: Value[] = [];
    if (before !== undefined) values.push(before);
    for (const relation of before === undefined ? [...left, ...right] : right) {
      const found = relation.find(name);
      if (found !== undefined && found !== 'twice') values.push(found);
    }
    const [first] = values;
    this.merged.set(name, {
      type: first?.type,
      nullable: outer ? anyNullable(values) : (first?.nullable ?? undefined),
      origins: together(values.map(({ origins }) => origins)),
    });
  }
}

function originsOf(relation: Relation, name: string): readonly Origin[] {
  const found = relation.find(name);
  return found === undefined || found === 'twice' ? [] : found.origins;
}
