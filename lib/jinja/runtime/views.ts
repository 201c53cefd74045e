import { tuple } from './values.ts';

type DictLike = Map<unknown, unknown> | Record<string, unknown>;

/** What `dict.keys()`, `.values()` and `.items()` give: it follows the dict. */
export class DictView {
  readonly dict: DictLike;
  readonly part: 'keys' | 'values' | 'items';

  constructor(dict: DictLike, part: 'keys' | 'values' | 'items') {
    this.dict = dict;
    this.part = part;
  }

  /** What it shows now. */
  toArray(): unknown[] {
    const entries: [unknown, unknown][] =
      this.dict instanceof Map ? [...this.dict] : Object.entries(this.dict);
    if (this.part === 'keys') return entries.map(([key]) => key);
    if (this.part === 'values') return entries.map(([, value]) => value ?? null);
    return entries.map(([key, value]) => tuple(key, value ?? null));
  }
}
