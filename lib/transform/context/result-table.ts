import { callable, JinjaObject, tuple } from '../../jinja/index.ts';
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
      case 'print_table':
      case 'print_csv':
        return callable(name, ['*rest', '**named'], () => null);
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

  #column(index: number): ResultColumn {
    return new ResultColumn(
      this.columnNames[index] ?? '',
      this.rows.map((row) => row.values[index] ?? null),
    );
  }
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
