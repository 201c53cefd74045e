/** A map whose keys stand in the order of their UTF-8 bytes, which is the order that S3 lists in. */
export class SortedMap<Value> {
  readonly #keys: string[] = [];
  readonly #values = new Map<string, Value>();

  get size(): number {
    return this.#keys.length;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: Value): void {
    if (!this.#values.has(key)) {
      const last = this.#keys.at(-1);
      if (last === undefined || compareUtf8(last, key) < 0) this.#keys.push(key);
      else this.#keys.splice(this.indexFrom(key), 0, key);
    }
    this.#values.set(key, value);
  }

  delete(key: string): void {
    if (this.#values.delete(key)) this.#keys.splice(this.indexFrom(key), 1);
  }

  keyAt(index: number): string | undefined {
    return this.#keys[index];
  }

  values(): Iterable<Value> {
    return this.#values.values();
  }

  /** Index of the first key that is not before `key`. */
  indexFrom(key: string): number {
    return this.firstIndex((candidate) => compareUtf8(candidate, key) >= 0);
  }

  /** Index of the first key, at or after `from`, for which `holds` is true; it must stay true from there on. */
  firstIndex(holds: (key: string) => boolean, from = 0): number {
    let low = from;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(this.#keys[middle] ?? '')) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Compares as the UTF-8 bytes would: UTF-16 order differs from it only where surrogates meet U+E000 to U+FFFF. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
