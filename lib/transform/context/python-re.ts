import { callable, JinjaObject, tuple } from '../../jinja/index.ts';
import { compilerError } from './exceptions.ts';

/** Patterns longer than this are refused: they come from templates and run without a limit of their own. */
const longestPattern = 2000;

/** A regular expression with Python's methods. */
export class PythonRegExp {
  readonly #source: string;
  readonly #flags: string;

  constructor(source: string, flags: string) {
    this.#source = source;
    this.#flags = flags;
  }

  match(text: string): PythonMatch | null {
    return toMatch(this.#make('y').exec(text));
  }

  search(text: string): PythonMatch | null {
    return toMatch(this.#make('').exec(text));
  }

  fullmatch(text: string): PythonMatch | null {
    return toMatch(new RegExp(`^(?:${this.#source})$`, this.#flags).exec(text));
  }

  findall(text: string): unknown[] {
    return [...text.matchAll(this.#make('g'))].map(([whole, ...groups]) => {
      if (groups.length === 0) return whole;
      return groups.length === 1 ? (groups[0] ?? '') : tuple(...groups.map((group) => group ?? ''));
    });
  }

  split(text: string): string[] {
    return text.split(this.#make('')).map((part) => part ?? '');
  }

  sub(by: string, text: string): string {
    const replacement = by
      .replaceAll('$', '$$$$')
      .replace(/\\g<(\w+)>|\\(\d)/g, (_, name?: string, digit?: string) =>
        digit === undefined && name !== undefined && !/^\d+$/.test(name) ? `$<${name}>` : `$${digit ?? name}`,
      );
    return text.replace(this.#make('g'), replacement);
  }

  #make(flags: string): RegExp {
    return new RegExp(this.#source, `${this.#flags}${flags}`);
  }
}

/** Reads a pattern of Python's `re`: named groups and inline flags at the start are written differently there. */
export function pythonRegExp(pattern: unknown): PythonRegExp {
  if (pattern instanceof PythonPattern) return pattern.regExp;
  if (typeof pattern !== 'string') throw compilerError('a regular expression is a text');
  if (pattern.length > longestPattern) {
    throw compilerError(`a regular expression has more than ${longestPattern} characters`);
  }
  const inline = /^\(\?([ims]+)\)/.exec(pattern);
  const source = pattern
    .slice(inline?.[0].length ?? 0)
    .replaceAll('(?P<', '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replaceAll('\\A', '^')
    .replaceAll('\\Z', '$');
  try {
    const flags = inline?.[1] ?? '';
    new RegExp(source, flags);
    return new PythonRegExp(source, flags);
  } catch {
    throw compilerError(`"${pattern}" is not a regular expression`);
  }
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
      case 'split':
        return callable(name, ['string'], (text: string) => this.regExp[name](text));
      case 'sub':
        return callable(name, ['repl', 'string'], (by: string, text: string) => this.regExp.sub(by, text));
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
