import { valueError } from '../errors.ts';
import { indexOf } from '../runtime/iteration.ts';
import { splitLines } from '../runtime/methods/texts.ts';
import { str } from '../runtime/text.ts';
import { isTrue } from '../runtime/truth.ts';

/** A line's pieces, between which it may be broken: words, blanks, and parts of hyphenated words. */
function chunks(line: string, onHyphens: boolean): string[] {
  const words = line.split(/(\s+)/).filter((piece) => piece !== '');
  if (!onHyphens) return words;
  return words.flatMap((word) => word.split(/(?<=[^\s\d\W]{2,}-|[\p{L}]-(?:[\p{L}]-)+)(?=[^\s\d\W]{2,})/u));
}

/** Python's textwrap.wrap of one line. */
function wrap(line: string, width: number, breakWords: boolean, onHyphens: boolean): string[] {
  const rest = chunks(line, onHyphens).reverse();
  const lines: string[] = [];
  while (rest.length > 0) {
    if (lines.length > 0 && rest.at(-1)?.trim() === '') rest.pop();
    const current: string[] = [];
    let length = 0;
    for (let next = rest.at(-1); next !== undefined && length + next.length <= width; next = rest.at(-1)) {
      current.push(next);
      length += next.length;
      rest.pop();
    }
    const next = rest.at(-1);
    if (next !== undefined && next.length > width) {
      if (breakWords) {
        const room = Math.max(1, width - length);
        current.push(next.slice(0, room));
        rest[rest.length - 1] = next.slice(room);
      } else if (current.length === 0) {
        current.push(next);
        rest.pop();
      }
    }
    if (current.at(-1)?.trim() === '') current.pop();
    if (current.length > 0) lines.push(current.join(''));
  }
  return lines;
}

/** Lines of at most a width, existing line ends kept. */
export function wordWrap(
  value: unknown,
  width: unknown = 79,
  breakWords: unknown = true,
  wrapString: unknown = null,
  onHyphens: unknown = true,
): string {
  const most = indexOf(width);
  if (most <= 0) throw valueError(`invalid width ${most} (must be > 0)`);
  const between = wrapString === null ? '\n' : str(wrapString);
  return splitLines(str(value))
    .map((line) => wrap(line, most, isTrue(breakWords), isTrue(onHyphens)).join(between))
    .join(between);
}
