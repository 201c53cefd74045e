/** Where the reader was in each place of the history: going back finds the page as it was left, going on begins at its top. */
export class ScrollMemory {
  readonly #positions = new Map<number, number>();
  #at = 0;
  #last = 0;
  /** Whether the place shown now was come to for the first time. */
  isNew = true;

  constructor() {
    history.scrollRestoration = 'manual';
  }

  /** To be called before another place is drawn: a scroll event may come only after it. */
  leave(): void {
    this.#positions.set(this.#at, scrollY);
  }

  /** To be called when a place has been drawn. */
  arrive(): void {
    const known = placeOf(history.state);
    this.isNew = known === undefined;
    this.#at = known ?? this.#last + 1;
    this.#last = Math.max(this.#last, this.#at);
    if (this.isNew) history.replaceState({ place: this.#at }, '');
    scrollTo(0, this.#positions.get(this.#at) ?? 0);
  }
}

/** The number that was given to a place of the history. */
function placeOf(state: unknown): number | undefined {
  if (typeof state !== 'object' || state === null || !('place' in state)) return undefined;
  return typeof state.place === 'number' ? state.place : undefined;
}
