/** Seeded random numbers: the same seed gives the same numbers on every machine. Not for secrets. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** `labels` set streams of one seed apart, e.g. the catalogue from the sales. */
  constructor(seed: number, ...labels: readonly (string | number)[]) {
    const state = hash([seed, ...labels].join('|'));
    [this.#a, this.#b, this.#c] = [state, hash(`b${state}`), hash(`c${state}`)];
    for (let round = 0; round < 12; round += 1) this.next();
  }

  /** 0 <= number < 1. Doty-Humphrey's "small fast counting" generator, 32 bits. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number, both ends included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.next() * items.length)];
    if (item === undefined) throw new RangeError('There is nothing to pick from.');
    return item;
  }

  /** Log-normal: `median`, and how far a typical value is from it (`spread` 1 is a factor of 2.7 either way). */
  skewed(median: number, spread: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
    return median * Math.exp(spread * normal);
  }
}

/** Draws an item with the probability of its weight. */
export class Weighted<Item> {
  readonly #items: readonly Item[];
  readonly #bounds: readonly number[];
  readonly #total: number;

  constructor(weights: readonly (readonly [Item, number])[]) {
    let total = 0;
    this.#items = weights.map(([item]) => item);
    this.#bounds = weights.map(([, weight]) => {
      total += weight;
      return total;
    });
    this.#total = total;
  }

  draw(random: Random): Item {
    const at = random.next() * this.#total;
    const index = this.#bounds.findIndex((bound) => at < bound);
    const item = this.#items[index];
    if (item === undefined) throw new RangeError('There is nothing to draw from.');
    return item;
  }
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value | 0;
}
