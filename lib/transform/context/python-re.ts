import { callable, JinjaObject, tuple } from '../../jinja/index.ts';
import { withinTime } from './bounded-time.ts';
import { compilerError } from './exceptions.ts';

/** Patterns longer than this are refused. */
const longestPattern = 2000;

/** Milliseconds that one use of a pattern may take. */
const longestSearch = 2000;

/** A regular expression with Python's methods. */
export class PythonRegExp {
  readonly #source: string;
  readonly #flags: string;

  constructor(source: string, flags: string) {
    this.#source = source;
    this.#flags = flags;
  }

  match(text: string): PythonMatch | null {
    return this.#bounded(() => toMatch(this.#make('y').exec(text)));
  }

  search(text: string): PythonMatch | null {
    return this.#bounded(() => toMatch(this.#make('').exec(text)));
  }

  fullmatch(text: string): PythonMatch | null {
    return this.#bounded(() => toMatch(new RegExp(`^(?:${this.#source})$`, this.#flags).exec(text)));
  }

  findall(text: string): unknown[] {
    return [...this.#all(text)].map(([whole, ...groups]) => {
      if (groups.length === 0) return whole;
      return groups.length === 1 ? (groups[0] ?? '') : tuple(...groups.map((group) => group ?? ''));
    });
  }

  finditer(text: string): PythonMatch[] {
    return [...this.#all(text)].map((match) => new PythonMatch(match));
  }

  /** @param most how many times it is split; 0 for everywhere */
  split(text: string, most = 0): string[] {
    const parts: string[] = [];
    let start = 0;
    for (const match of this.#all(text)) {
      if (most > 0 && parts.length >= most) break;
      parts.push(text.slice(start, match.index), ...match.slice(1).map((group) => group ?? ''));
      start = match.index + match[0].length;
    }
    return [...parts, text.slice(start)];
  }

  /** @param most how many are replaced, from the start; 0 for all */
  sub(by: unknown, text: string, most = 0): string {
    if (typeof by !== 'string') {
      throw compilerError(
        're.sub takes a text to put in',
        'A macro in its place is not called; loop over re.findall.',
      );
    }
    const parts: string[] = [];
    let start = 0;
    let count = 0;
    for (const match of this.#all(text)) {
      if (most > 0 && count >= most) break;
      count++;
      parts.push(text.slice(start, match.index), expand(by, match));
      start = match.index + match[0].length;
    }
    return [...parts, text.slice(start)].join('');
  }

  #all(text: string): RegExpExecArray[] {
    return this.#bounded(() => [...text.matchAll(this.#make('g'))]);
  }

  #bounded<Result>(work: () => Result): Result {
    return withinTime(longestSearch, work, () =>
      compilerError(
        `the regular expression "${this.#source}" takes longer than ${longestSearch / 1000} s`,
        'Make it simpler: a repetition within a repetition, as in (a+)+, may try every way to divide the text.',
      ),
    );
  }

  #make(flags: string): RegExp {
    return new RegExp(this.#source, `${this.#flags}${flags}`);
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', a: '\x07' };

/** What is put in the place of a match: `\1` and `\g<name>` are groups of it. */
function expand(by: string, match: RegExpExecArray): string {
  return by.replace(
    /\\(?:g<(\w+)>|(\d{1,2})|([\s\S]))/g,
    (written, name?: string, digits?: string, other?: string) => {
      const group = name ?? digits;
      if (group === undefined) return other === '\\' ? other : (escapes[other ?? ''] ?? written);
      const value = /^\d+$/.test(group) ? match[Number(group)] : match.groups?.[group];
      if (value !== undefined) return value;
      if (/^\d+$/.test(group) && Number(group) < match.length) return '';
      throw compilerError(`"${by}" names a group that the regular expression does not have`);
    },
  );
}

/** Python's flags by their values, and the letters that a pattern may begin with. */
export const pythonFlags = { IGNORECASE: 2, I: 2, MULTILINE: 8, M: 8, DOTALL: 16, S: 16, VERBOSE: 64, X: 64 };
const lettersOfFlags: Readonly<Record<string, number>> = { i: 2, m: 8, s: 16, x: 64, a: 0, u: 0, L: 0 };

/**
 * Reads a pattern of Python's `re`: named groups, anchors and flags at the start are written differently there.
 *
 * @param flags sum of Python's flags
 */
export function pythonRegExp(pattern: unknown, flags: unknown = 0): PythonRegExp {
  if (pattern instanceof PythonPattern) return pattern.regExp;
  if (typeof pattern !== 'string') throw compilerError('a regular expression is a text');
  if (pattern.length > longestPattern) {
    throw compilerError(`a regular expression has more than ${longestPattern} characters`);
  }
  const [start = '', letters = ''] = /^(?:\(\?[aiLmsux]+\))+/.exec(pattern) ?? [];
  let bits = typeof flags === 'number' ? flags : 0;
  for (const letter of `${start}${letters}`) bits |= lettersOfFlags[letter] ?? 0;
  const body = pattern.slice(start.length);
  const source = ((bits & pythonFlags.VERBOSE) === 0 ? body : withoutComments(body))
    .replaceAll('(?P<', '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replaceAll('\\A', '(?<![\\s\\S])')
    .replaceAll('\\Z', '(?![\\s\\S])');
  const own = [
    (bits & pythonFlags.IGNORECASE) === 0 ? '' : 'i',
    (bits & pythonFlags.MULTILINE) === 0 ? '' : 'm',
    (bits & pythonFlags.DOTALL) === 0 ? '' : 's',
  ].join('');
  try {
    new RegExp(source, own);
    return new PythonRegExp(source, own);
  } catch {
    throw compilerError(`"${pattern}" is not a regular expression`);
  }
}

/** A verbose pattern without its blanks and comments; those in brackets and after a backslash count. */
function withoutComments(pattern: string): string {
  return pattern.replace(
    /(\\[\s\S])|(\[(?:\\[\s\S]|[^\]])*\])|#[^\n]*|\s+/g,
    (_, escaped?: string, set?: string) => escaped ?? set ?? '',
  );
}

export class PythonPattern extends JinjaObject {
  readonly regExp: PythonRegExp;

  constructor(regExp: PythonRegExp) {
    super();
    this.regExp = regExp;
  }

  override getAttribute(name: string): unknown {
    switch (name) {
      case 'match':
      case 'search':
      case 'fullmatch':
      case 'findall':
      case 'finditer':
        return callable(name, ['string'], (text: string) => this.regExp[name](text));
      case 'split':
        return callable(name, ['string', 'maxsplit?'], (text: string, most?: number) =>
          this.regExp.split(text, most),
        );
      case 'sub':
        return callable(name, ['repl', 'string', 'count?'], (by: unknown, text: string, most?: number) =>
          this.regExp.sub(by, text, most),
        );
      default:
        return undefined;
    }
  }
}

class PythonMatch extends JinjaObject {
  readonly #match: RegExpExecArray;

  constructor(match: RegExpExecArray) {
    super();
    this.#match = match;
  }

  override getAttribute(name: string): unknown {
    switch (name) {
      case 'group':
        return callable(
          name,
          ['group?'],
          (group: number | string = 0) =>
            (typeof group === 'number' ? this.#match[group] : this.#match.groups?.[group]) ?? null,
        );
      case 'groups':
        return callable(name, [], () => tuple(...this.#match.slice(1).map((group) => group ?? null)));
      case 'start':
        return callable(name, [], () => this.#match.index);
      case 'end':
        return callable(name, [], () => this.#match.index + this.#match[0].length);
      case 'span':
        return callable(name, [], () => tuple(this.#match.index, this.#match.index + this.#match[0].length));
      case 'string':
        return this.#match.input;
      case 'groupdict':
        return callable(
          name,
          [],
          () => new Map(Object.entries(this.#match.groups ?? {}).map(([key, value]) => [key, value ?? null])),
        );
      default:
        return undefined;
    }
  }

  override getItem(key: unknown): unknown {
    if (typeof key === 'number') return this.#match[key] ?? null;
    return typeof key === 'string' ? this.#match.groups?.[key] : undefined;
  }
}

function toMatch(match: RegExpExecArray | null): PythonMatch | null {
  return match === null ? null : new PythonMatch(match);
}
