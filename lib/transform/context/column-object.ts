import { callable, JinjaObject } from '../../jinja/index.ts';
import { quote } from '../relation.ts';

export interface ColumnInput {
  readonly name: string;
  /** Snowflake's name of the type without its size: `VARCHAR`, `NUMBER`, `TIMESTAMP_NTZ`. */
  readonly dtype: string;
  readonly characters?: number | null;
  readonly precision?: number | null;
  readonly scale?: number | null;
}

const longestText = 16_777_216;

const strings = new Set(['text', 'varchar', 'character varying', 'char', 'character', 'string', 'nvarchar']);
const integers = new Set(['int', 'integer', 'bigint', 'smallint', 'byteint', 'tinyint']);
const floats = new Set(['float', 'float4', 'float8', 'double', 'double precision', 'real']);
const numerics = new Set(['number', 'numeric', 'decimal', 'fixed']);

/** What dbt calls types that go by another name in Snowflake. */
const translations: Readonly<Record<string, string>> = {
  string: 'TEXT',
  text: 'TEXT',
  timestamp: 'TIMESTAMP',
  float: 'FLOAT',
  integer: 'INT',
  bigint: 'BIGINT',
  boolean: 'BOOLEAN',
  numeric: 'NUMERIC',
};

export function translateType(name: string): string {
  return translations[name.toLowerCase()] ?? name;
}

/** A column of a relation as templates see it. */
export class ColumnObject extends JinjaObject {
  readonly #input: ColumnInput;

  constructor(input: ColumnInput) {
    super();
    this.#input = input;
  }

  /** From a type as DESCRIBE prints it: `NUMBER(38,0)`, `VARCHAR(16777216)`, `TIMESTAMP_NTZ(9)`. */
  static described(name: string, type: string): ColumnObject {
    const [, dtype = type, sizes = ''] = /^([^(]+)(?:\(([^)]*)\))?$/.exec(type.trim()) ?? [];
    const numbers = sizes.split(',').map((size) => Number.parseInt(size, 10));
    const [first = Number.NaN, second = Number.NaN] = numbers;
    const column = { name, dtype: dtype.trim() };
    if (Number.isNaN(first)) return new ColumnObject(column);
    if (strings.has(column.dtype.toLowerCase())) return new ColumnObject({ ...column, characters: first });
    // The precision of a time is no part of its type to dbt, nor to the macros that compare types by name.
    if (!numerics.has(column.dtype.toLowerCase())) return new ColumnObject(column);
    return new ColumnObject({ ...column, precision: first, scale: Number.isNaN(second) ? 0 : second });
  }

  /** From a column of a result, with the driver's own name of its type: FIXED, TEXT, TIMESTAMP_NTZ. */
  static ofResult({ name, type }: { readonly name: string; readonly type: string }): ColumnObject {
    return new ColumnObject({ name, dtype: type });
  }

  get name(): string {
    return this.#input.name;
  }

  override get typeName(): string {
    return 'Column';
  }

  override print(): string {
    return `<Column ${this.name} (${this.dataType})>`;
  }

  override equals(other: unknown): boolean {
    return other instanceof ColumnObject && other.name === this.name && other.dataType === this.dataType;
  }

  override getItem(key: unknown): unknown {
    return typeof key === 'string' ? this.getAttribute(key) : undefined;
  }

  override getAttribute(attribute: string): unknown {
    const { name, dtype, characters, precision, scale } = this.#input;
    switch (attribute) {
      case 'name':
      case 'column':
        return name;
      case 'quoted':
        return quote(name);
      case 'dtype':
        return dtype;
      case 'data_type':
        return this.dataType;
      case 'char_size':
        return characters ?? null;
      case 'numeric_precision':
        return precision ?? null;
      case 'numeric_scale':
        return scale ?? null;
      case 'is_string':
        return callable(attribute, [], () => this.#isOf(strings));
      case 'is_integer':
        return callable(
          attribute,
          [],
          () => this.#isOf(integers) || (this.#isOf(numerics) && (scale ?? 0) === 0),
        );
      case 'is_float':
        return callable(attribute, [], () => this.#isOf(floats));
      case 'is_numeric':
        return callable(attribute, [], () => this.#isOf(numerics));
      case 'is_number':
        return callable(attribute, [], () => [floats, integers, numerics].some((set) => this.#isOf(set)));
      case 'string_size':
        return callable(attribute, [], () => characters ?? longestText);
      case 'can_expand_to':
        return callable(attribute, ['other_column'], (other: unknown) => this.canExpandTo(other));
      default:
        return undefined;
    }
  }

  get dataType(): string {
    const { dtype, characters, precision, scale } = this.#input;
    if (this.#isOf(strings)) return stringType(characters ?? longestText);
    if (this.#isOf(numerics)) return numericType(dtype, precision ?? null, scale ?? null);
    return dtype;
  }

  #isOf(types: ReadonlySet<string>): boolean {
    return types.has(this.#input.dtype.toLowerCase());
  }

  /** Whether both are texts and the other one holds more; a text without a length holds the most. */
  canExpandTo(other: unknown): boolean {
    if (!(other instanceof ColumnObject) || !this.#isOf(strings) || !other.#isOf(strings)) return false;
    return (other.#input.characters ?? longestText) > (this.#input.characters ?? longestText);
  }
}

export function stringType(size: number): string {
  return `varchar(${size})`;
}

export function numericType(dtype: string, precision: number | null, scale: number | null): string {
  return precision === null ? dtype : `${dtype}(${precision},${scale ?? 0})`;
}
