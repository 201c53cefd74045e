/** The named arguments of a call, in order. Plain host functions get them as their last argument. */
export class Keywords extends Map<string, unknown> {}

/** Anything a template can call, other than a plain host function. */
export abstract class Callable {
  /** The name in error messages. */
  abstract readonly name: string;
  /**
   * Calls it. In the async form the result may be a promise.
   * @param depth how many macros are running; hand it on when you call a macro
   */
  abstract call(args: readonly unknown[], keywords: Keywords | undefined, depth?: number): unknown;
}

/**
 * An object of the host that templates may use. Templates see only what these methods give; JavaScript's own
 * properties stay out of reach. What returns `undefined` means "does not have it".
 */
export abstract class JinjaObject {
  /** The type's name in error messages. */
  get typeName(): string {
    return 'object';
  }
  /** The attribute `object.name`, or undefined. A function is callable from the template. */
  getAttribute(_name: string): unknown {
    return undefined;
  }
  /** The item `object[key]`, or undefined. */
  getItem(_key: unknown): unknown {
    return undefined;
  }
  /** `{% set object.name = value %}`: true if it was taken. */
  setAttribute(_name: string, _value: unknown): boolean {
    return false;
  }
  /** What `{{ object }}` prints. */
  print(): string {
    return `<${this.typeName}>`;
  }
  /** How it looks inside a list. */
  represent(): string {
    return this.print();
  }
  isTrue(): boolean {
    return true;
  }
  equals(other: unknown): boolean {
    return other === this;
  }
  /** Less than zero, zero, or more; undefined if the two cannot be ordered. */
  compare(_other: unknown): number | undefined {
    return undefined;
  }
  /** `left op right`, for `+` and `-`; undefined if it does not know them. */
  operate(_operator: string, _other: unknown, _reversed: boolean): unknown {
    return undefined;
  }
  /** What a loop over it sees, or undefined. */
  iterate(): Iterable<unknown> | undefined {
    return undefined;
  }
  length(): number | undefined {
    return undefined;
  }
  contains(_item: unknown): boolean | undefined {
    return undefined;
  }
}

/** An object of the host that is called, and may have attributes: `{{ config(...) }}` and `{{ config.get('x') }}`. */
export interface CallableObject {
  call(args: readonly unknown[], keywords: Keywords | undefined, depth?: number): unknown;
}

/** True for a JinjaObject that can be called. */
export function isCallableObject(value: unknown): value is JinjaObject & CallableObject {
  return value instanceof JinjaObject && 'call' in value && typeof value.call === 'function';
}

/** An object with fixed attributes (not items, so `get`, `items` and so on are free to use as names). */
export class Attributes extends JinjaObject {
  private readonly attributes: Readonly<Record<string, unknown>>;
  private readonly label: string;
  constructor(attributes: Readonly<Record<string, unknown>>, label = 'object') {
    super();
    this.attributes = attributes;
    this.label = label;
  }
  override get typeName(): string {
    return this.label;
  }
  override getAttribute(name: string): unknown {
    return Object.hasOwn(this.attributes, name) ? this.attributes[name] : undefined;
  }
}
