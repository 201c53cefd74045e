const realDate = Date;

/** Has the clock of this process go ahead of the machine's, or behind it, from here on; 0 sets it right again. */
export function setClock(minutesAhead: number): void {
  if (minutesAhead === 0) {
    globalThis.Date = realDate;
    return;
  }
  const ahead = (): number => realDate.now() + minutesAhead * 60_000;
  globalThis.Date = new Proxy(realDate, {
    construct: (target, given, self) =>
      Reflect.construct(target, given.length === 0 ? [ahead()] : given, self),
    get: (target, name) => (name === 'now' ? ahead : Reflect.get(target, name)),
  });
}
