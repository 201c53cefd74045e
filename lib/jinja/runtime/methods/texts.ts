import { limitError, typeError, valueError } from '../../errors.ts';
import { indexOf, iterate } from '../iteration.ts';
import { bounded, longestText } from '../limits.ts';
import { typeName } from '../names.ts';
import { isTrue } from '../truth.ts';
import { Tuple, tuple } from '../values.ts';
import { casingMethods } from './casing.ts';
import { defineMethods, type Methods } from './define.ts';
import { layoutMethods } from './layout.ts';

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw typeError(`expected a str, not ${typeName(value)}`);
}

/** The part of a text between two character positions, and where it starts in UTF-16 units. */
function part(self: string, start: unknown, stop: unknown): { from: number; body: string; valid: boolean } {
  const clamp = (value: unknown, other: number): number => {
    if (value === null || value === undefined) return other;
    const index = indexOf(value);
    return index < 0 ? Math.max(0, index + self.length) : index;
  };
  const from = clamp(start, 0);
  const to = Math.min(clamp(stop, self.length), self.length);
  return { from, body: self.slice(from, Math.max(from, to)), valid: from <= self.length && from <= to };
}

function find(self: string, wanted: unknown, start?: unknown, stop?: unknown, last = false): number {
  const { from, body, valid } = part(self, start, stop);
  if (!valid) return -1;
  const found = last ? body.lastIndexOf(text(wanted)) : body.indexOf(text(wanted));
  return found === -1 ? -1 : found + from;
}

function found(index: number): number {
  if (index === -1) throw valueError('substring not found');
  return index;
}

function matches(self: string, wanted: unknown, start: unknown, stop: unknown, atEnd: boolean): boolean {
  const { body, valid } = part(self, start, stop);
  const options = wanted instanceof Tuple ? [...wanted] : [wanted];
  return (
    valid && options.some((option) => (atEnd ? body.endsWith(text(option)) : body.startsWith(text(option))))
  );
}

function countOf(self: string, wanted: unknown, start?: unknown, stop?: unknown): number {
  const { body, valid } = part(self, start, stop);
  const sought = text(wanted);
  if (!valid) return 0;
  return sought === '' ? [...body].length + 1 : body.split(sought).length - 1;
}

/** Python's replace, of all or the first so many. */
export function replace(self: string, old: unknown, next: unknown, count: unknown = -1): string {
  const [from, to] = [text(old), text(next)];
  const pieces = from === '' ? ['', ...self, ''] : self.split(from);
  const most = indexOf(count) < 0 ? pieces.length : indexOf(count);
  const replaced = Math.min(most, pieces.length - 1);
  if (self.length + replaced * to.length > longestText) throw limitError('The text grows too long.');
  const head = pieces.slice(0, replaced + 1).join(to);
  return (
    head +
    pieces
      .slice(replaced + 1)
      .map((piece) => from + piece)
      .join('')
  );
}

/** Python's split: by a separator, or by runs of whitespace. */
function split(self: string, separator: unknown = null, most: unknown = -1): string[] {
  const limit = indexOf(most);
  if (separator === null) return splitBlank(self, limit);
  const sought = text(separator);
  if (sought === '') throw valueError('empty separator');
  const pieces = self.split(sought);
  if (limit < 0 || pieces.length <= limit + 1) return pieces;
  return [...pieces.slice(0, limit), pieces.slice(limit).join(sought)];
}

function splitBlank(self: string, limit: number): string[] {
  const pieces: string[] = [];
  let rest = self.trimStart();
  while (rest !== '') {
    const end = limit >= 0 && pieces.length >= limit ? -1 : rest.search(/\s/);
    if (end === -1) return [...pieces, limit >= 0 && pieces.length >= limit ? rest : rest.trimEnd()];
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return pieces;
}

function rsplit(self: string, separator: unknown = null, most: unknown = -1): string[] {
  const limit = indexOf(most);
  if (limit < 0) return split(self, separator);
  if (separator !== null) {
    const sought = text(separator);
    const pieces = split(self, sought);
    if (pieces.length <= limit + 1) return pieces;
    const kept = pieces.length - limit;
    return [pieces.slice(0, kept).join(sought), ...pieces.slice(kept)];
  }
  const words = [...self.matchAll(/\S+/g)];
  const kept = Math.max(0, words.length - limit);
  const last = words[kept - 1];
  const pieces = words.slice(kept).map(([word]) => word);
  return last === undefined ? pieces : [self.slice(0, last.index + last[0].length), ...pieces];
}

/** Python's line ends, `\r\n` being one. */
const lineEnds = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g;

/** Python's splitlines. */
export function splitLines(self: string, keepEnds: unknown = false): string[] {
  const lines: string[] = [];
  let start = 0;
  for (const { 0: end, index } of self.matchAll(lineEnds)) {
    lines.push(self.slice(start, isTrue(keepEnds) ? index + end.length : index));
    start = index + end.length;
  }
  return start < self.length ? [...lines, self.slice(start)] : lines;
}

/** Python's strip: blanks, or any of some characters, from one or both sides. */
export function strip(self: string, characters: unknown = null, left = true, right = true): string {
  if (characters === null) {
    const start = left ? self.trimStart() : self;
    return right ? start.trimEnd() : start;
  }
  const set = new Set(text(characters));
  const all = [...self];
  let from = 0;
  let to = all.length;
  while (left && from < to && set.has(all[from] ?? '')) from++;
  while (right && to > from && set.has(all[to - 1] ?? '')) to--;
  return all.slice(from, to).join('');
}

function partition(self: string, separator: unknown): Tuple {
  const sought = text(separator);
  const at = self.indexOf(sought);
  return at === -1 ? tuple(self, '', '') : tuple(self.slice(0, at), sought, self.slice(at + sought.length));
}

function rpartition(self: string, separator: unknown): Tuple {
  const sought = text(separator);
  const at = self.lastIndexOf(sought);
  return at === -1 ? tuple('', '', self) : tuple(self.slice(0, at), sought, self.slice(at + sought.length));
}

function join(self: string, items: unknown): string {
  const texts = iterate(items).map((item, index) => {
    if (typeof item === 'string') return item;
    throw typeError(`sequence item ${index}: expected str instance, ${typeName(item)} found`);
  });
  return bounded(texts.join(self));
}

const range = ['self', 'wanted', 'start?', 'stop?'];

/** The methods of a str; format is added where attributes are guarded. */
export const textMethods: Methods = new Map([
  ...casingMethods,
  ...layoutMethods,
  ...defineMethods({
    find: [range, (self: string, wanted: unknown, a?: unknown, b?: unknown) => find(self, wanted, a, b)],
    rfind: [
      range,
      (self: string, wanted: unknown, a?: unknown, b?: unknown) => find(self, wanted, a, b, true),
    ],
    index: [
      range,
      (self: string, wanted: unknown, a?: unknown, b?: unknown) => found(find(self, wanted, a, b)),
    ],
    rindex: [
      range,
      (self: string, wanted: unknown, a?: unknown, b?: unknown) => found(find(self, wanted, a, b, true)),
    ],
    startswith: [
      range,
      (self: string, wanted: unknown, a?: unknown, b?: unknown) => matches(self, wanted, a, b, false),
    ],
    endswith: [
      range,
      (self: string, wanted: unknown, a?: unknown, b?: unknown) => matches(self, wanted, a, b, true),
    ],
    count: [range, countOf],
    replace: [['self', 'old', 'new', 'count?'], replace],
    split: [['self', 'sep?', 'maxsplit?'], split],
    rsplit: [['self', 'sep?', 'maxsplit?'], rsplit],
    splitlines: [['self', 'keepends?'], splitLines],
    strip: [['self', 'chars?'], (self: string, chars?: unknown) => strip(self, chars)],
    lstrip: [['self', 'chars?'], (self: string, chars?: unknown) => strip(self, chars, true, false)],
    rstrip: [['self', 'chars?'], (self: string, chars?: unknown) => strip(self, chars, false, true)],
    partition: [['self', 'sep'], partition],
    rpartition: [['self', 'sep'], rpartition],
    join: [['self', 'items'], join],
    removeprefix: [
      ['self', 'prefix'],
      (self: string, prefix: unknown) =>
        self.startsWith(text(prefix)) ? self.slice(text(prefix).length) : self,
    ],
    removesuffix: [
      ['self', 'suffix'],
      (self: string, suffix: unknown) => {
        const end = text(suffix);
        return end !== '' && self.endsWith(end) ? self.slice(0, -end.length) : self;
      },
    ],
  }),
]);
