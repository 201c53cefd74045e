import { typeError } from '../errors.ts';
import type { MissingPolicy } from './access.ts';
import { equal } from './compare.ts';
import { type CallableObject, JinjaObject, type Keywords } from './objects.ts';
import { callable } from './signature.ts';

/** Renders the loop over other items, one level deeper. */
export type Recurse = (items: unknown, level: number, depth: number) => unknown;

/** The variable `loop`. The generated code sets `index0` in every round. */
export class Loop extends JinjaObject implements CallableObject {
  index0 = 0;
  private readonly items: readonly unknown[];
  private readonly level: number;
  private readonly recurse: Recurse | undefined;
  private readonly depth: number;
  private readonly missing: MissingPolicy;
  private lastChanged: unknown[] | undefined;

  constructor(
    items: readonly unknown[],
    level: number,
    recurse: Recurse | undefined,
    depth: number,
    missing: MissingPolicy,
  ) {
    super();
    this.items = items;
    this.level = level;
    this.recurse = recurse;
    this.depth = depth;
    this.missing = missing;
  }

  override get typeName(): string {
    return 'LoopContext';
  }

  override getAttribute(name: string): unknown {
    const { index0, items } = this;
    switch (name) {
      case 'index':
        return index0 + 1;
      case 'index0':
        return index0;
      case 'revindex':
        return items.length - index0;
      case 'revindex0':
        return items.length - index0 - 1;
      case 'first':
        return index0 === 0;
      case 'last':
        return index0 === items.length - 1;
      case 'length':
        return items.length;
      case 'depth':
        return this.level + 1;
      case 'depth0':
        return this.level;
      case 'previtem':
        return index0 === 0 ? this.none('there is no previous item') : items[index0 - 1];
      case 'nextitem':
        return index0 + 1 >= items.length ? this.none('there is no next item') : items[index0 + 1];
      case 'cycle':
        return callable('cycle', ['*values'], (values: unknown[]) => this.cycle(values));
      case 'changed':
        return callable('changed', ['*values'], (values: unknown[]) => this.changed(values));
      default:
        return undefined;
    }
  }

  override length(): number {
    return this.items.length;
  }

  override print(): string {
    return `<LoopContext ${this.index0 + 1}/${this.items.length}>`;
  }

  /** `loop(children)` in a recursive loop. */
  call(args: readonly unknown[], _keywords: Keywords | undefined, depth = this.depth): unknown {
    if (this.recurse === undefined) {
      throw typeError("The loop must have the 'recursive' marker to be called recursively.");
    }
    return this.recurse(args[0], this.level + 1, depth + 1);
  }

  private none(message: string): unknown {
    return this.missing({ name: 'loop', message });
  }

  private cycle(values: readonly unknown[]): unknown {
    if (values.length === 0) throw typeError('no items for cycling given');
    return values[this.index0 % values.length];
  }

  private changed(values: unknown[]): boolean {
    if (this.lastChanged !== undefined && equal(this.lastChanged, values)) return false;
    this.lastChanged = values;
    return true;
  }
}
