import { Attributes, callable, JinjaObject, printValue, tuple } from '../../jinja/index.ts';
import type { QueryResult } from '../../snowflake/index.ts';

/** The rows of a query as templates see them, with the parts of agate's tables that dbt projects use. */
export class ResultTable extends JinjaObject {
  readonly columnNames: readonly string[];
  readonly rows: readonly ResultRow[];

  constructor(columnNames: readonly string[], rows: readonly (readonly unknown[])[]) {
    super();
    this.columnNames = columnNames;
    this.rows = rows.map((values) => new ResultRow(columnNames, values));
  }

  static of(result: QueryResult): ResultTable {
    const names = result.columns.map(({ name }) => name);
    return new ResultTable(
      names,
      result.rows.map((row) => names.map((name) => row[name] ?? null)),
    );
  }

  override get typeName(): string {
    return 'Table';
  }

  override getAttribute(name: string): unknown {
    switch (name) {
      case 'columns':
        return new NamedList(
          this.columnNames,
          this.columnNames.map((_, index) => this.#column(index)),
        );
      case 'rows':
        return this.rows;
      case 'column_names':
        return this.columnNames;
      case 'column_types':
        return this.columnNames.map(() => null);
      case 'print_table':
      case 'print_csv':
      case 'print_json':
        return callable(name, ['*rest', '**named'], () => null);
      case 'rename':
        return callable(name, ['column_names?', 'row_names?', '**named'], (names: unknown) =>
          this.#renamed(names),
        );
      case 'select':
      case 'exclude':
        return callable(name, ['key'], (key: unknown) => {
          const named = new Set(listOf(key).map(String));
          return this.#picked((column) => named.has(column) === (name === 'select'));
        });
      case 'limit':
        return callable(name, ['start_or_stop', 'stop?', 'step?'], (start: number, stop?: number | null) =>
          this.#with(stop == null ? this.rows.slice(0, start) : this.rows.slice(start, stop)),
        );
      case 'order_by':
        return callable(name, ['key', 'reverse?'], (key: unknown, reverse?: boolean) =>
          this.#ordered(listOf(key).map(String), reverse === true),
        );
      case 'distinct':
        return callable(name, ['key?'], (key?: unknown) =>
          this.#distinct(key == null ? null : listOf(key).map(String)),
        );
      default:
        return undefined;
    }
  }

  override iterate(): Iterable<unknown> {
    return this.rows;
  }

  override length(): number {
    return this.rows.length;
  }

  override isTrue(): boolean {
    return true;
  }

  /** The same columns with other rows. */
  #with(rows: readonly ResultRow[]): ResultTable {
    return new ResultTable(
      this.columnNames,
      rows.map(({ values }) => values),
    );
  }

  /** @param names a list of all new names, or a mapping from old ones to new ones */
  #renamed(names: unknown): ResultTable {
    const list = isListOrText(names) ? [...listOf(names)].map(String) : undefined;
    const renames = names instanceof Map ? names : new Map();
    const renamed = this.columnNames.map((name, index) => list?.[index] ?? String(renames.get(name) ?? name));
    return new ResultTable(
      renamed,
      this.rows.map(({ values }) => values),
    );
  }

  #picked(keep: (column: string) => boolean): ResultTable {
    const indices = this.columnNames.flatMap((name, index) => (keep(name) ? [index] : []));
    return new ResultTable(
      indices.map((index) => this.columnNames[index] ?? ''),
      this.rows.map(({ values }) => indices.map((index) => values[index] ?? null)),
    );
  }

  /** Nothing comes last, as in agate. */
  #ordered(keys: readonly string[], reverse: boolean): ResultTable {
    const compare = (a: ResultRow, b: ResultRow): number => {
      for (const key of keys) {
        const [left, right] = [a.getItem(key) ?? null, b.getItem(key) ?? null];
        if (left === right) continue;
        if (left === null || right === null) return left === null ? 1 : -1;
        const order = isLess(left, right) ? -1 : isLess(right, left) ? 1 : 0;
        if (order !== 0) return order;
      }
      return 0;
    };
    const rows = this.rows.toSorted(compare);
    return this.#with(reverse ? rows.toReversed() : rows);
  }

  #distinct(keys: readonly string[] | null): ResultTable {
    const seen = new Set<string>();
    return this.#with(
      this.rows.filter((row) => {
        const values = keys === null ? row.values : keys.map((key) => row.getItem(key) ?? null);
        const text = values.map((value) => printValue(value)).join('\u0000');
        return seen.has(text) ? false : seen.add(text);
      }),
    );
  }

  #column(index: number): ResultColumn {
    return new ResultColumn(
      this.columnNames[index] ?? '',
      this.rows.map((row) => row.values[index] ?? null),
    );
  }
}

function isListOrText(value: unknown): boolean {
  return (
    typeof value === 'string' ||
    (typeof value === 'object' && value !== null && Symbol.iterator in value && !(value instanceof Map))
  );
}

/** A text as a list of one, anything that can be looped over as a list. */
function listOf(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null || !(Symbol.iterator in value)) return [value];
  return [...(value as Iterable<unknown>)];
}

function isLess(a: unknown, b: unknown): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a < b;
  return Number(a) < Number(b);
}

/** One row: its values by place and by name. */
export class ResultRow extends JinjaObject {
  readonly values: readonly unknown[];
  readonly #names: readonly string[];

  constructor(names: readonly string[], values: readonly unknown[]) {
    super();
    this.#names = names;
    this.values = values;
  }

  override get typeName(): string {
    return 'Row';
  }

  override print(): string {
    return `<Row: (${this.values.map(String).join(', ')})>`;
  }

  override getItem(key: unknown): unknown {
    if (typeof key === 'number') return this.values.at(key);
    return typeof key === 'string' ? this.#named(key) : undefined;
  }

  override getAttribute(name: string): unknown {
    switch (name) {
      case 'values':
        return callable(name, [], () => tuple(...this.values));
      case 'keys':
        return callable(name, [], () => tuple(...this.#names));
      case 'items':
        return callable(name, [], () => this.#names.map((key, index) => tuple(key, this.values[index])));
      case 'dict':
        return callable(name, [], () => new Map(this.#names.map((key, index) => [key, this.values[index]])));
      case 'get':
        return callable(
          name,
          ['key', 'default?'],
          (key: unknown, otherwise: unknown = null) => this.getItem(key) ?? otherwise,
        );
      default:
        return this.#named(name);
    }
  }

  override iterate(): Iterable<unknown> {
    return this.values;
  }

  override length(): number {
    return this.values.length;
  }

  #named(name: string): unknown {
    const index = this.#names.indexOf(name);
    return index === -1 ? undefined : (this.values[index] ?? null);
  }
}

/** Type of a column, as far as templates use it: `jsonify` makes of a value what JSON can hold. */
const columnType = new Attributes(
  {
    jsonify: callable('jsonify', ['value'], (value: unknown) => {
      if (typeof value === 'bigint') return Number(value);
      return typeof value === 'object' && value !== null ? printValue(value) : value;
    }),
  },
  'DataType',
);

class ResultColumn extends JinjaObject {
  readonly #name: string;
  readonly #values: readonly unknown[];

  constructor(name: string, values: readonly unknown[]) {
    super();
    this.#name = name;
    this.#values = values;
  }

  override getAttribute(name: string): unknown {
    switch (name) {
      case 'name':
        return this.#name;
      case 'values':
        return callable(name, [], () => tuple(...this.#values));
      case 'values_distinct':
        return callable(name, [], () => [...new Set(this.#values)]);
      case 'values_without_nulls':
        return callable(name, [], () => tuple(...this.#values.filter((value) => value !== null)));
      case 'data_type':
        return columnType;
      default:
        return undefined;
    }
  }

  override getItem(key: unknown): unknown {
    return typeof key === 'number' ? this.#values.at(key) : undefined;
  }

  override iterate(): Iterable<unknown> {
    return this.#values;
  }

  override length(): number {
    return this.#values.length;
  }
}

/** A list whose items also have names, as the columns of a table. */
class NamedList extends JinjaObject {
  readonly #names: readonly string[];
  readonly #items: readonly unknown[];

  constructor(names: readonly string[], items: readonly unknown[]) {
    super();
    this.#names = names;
    this.#items = items;
  }

  override getItem(key: unknown): unknown {
    if (typeof key === 'number') return this.#items.at(key);
    const index = typeof key === 'string' ? this.#names.indexOf(key) : -1;
    return index === -1 ? undefined : this.#items[index];
  }

  override getAttribute(name: string): unknown {
    if (name === 'keys') return callable(name, [], () => this.#names);
    if (name === 'get') {
      return callable(
        name,
        ['key', 'default?'],
        (key: unknown, otherwise: unknown = null) => this.getItem(key) ?? otherwise,
      );
    }
    if (name === 'items') {
      return callable(name, [], () => this.#names.map((key, index) => tuple(key, this.#items[index])));
    }
    return name === 'values' ? callable(name, [], () => this.#items) : undefined;
  }

  override iterate(): Iterable<unknown> {
    return this.#items;
  }

  override length(): number {
    return this.#items.length;
  }
}
