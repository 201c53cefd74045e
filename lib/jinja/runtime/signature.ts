import { typeError } from '../errors.ts';
import { Callable, type Keywords } from './objects.ts';

/** A function's parameters, read from their short notation. */
interface Parameters {
  /** Positional ones, in order. */
  names: readonly string[];
  required: readonly boolean[];
  /** Has `*rest`: all further positional arguments, as an array. */
  rest: boolean;
  /** Has `**named`: all further named arguments, as a plain record. */
  named: boolean;
}

function readParameters(notation: readonly string[]): Parameters {
  const plain = notation.filter((name) => !name.startsWith('*'));
  return {
    names: plain.map((name) => name.replace(/\?$/, '')),
    required: plain.map((name) => !name.endsWith('?')),
    rest: notation.some((name) => /^\*[^*]/.test(name)),
    named: notation.some((name) => name.startsWith('**')),
  };
}

/** A function of the host with Python's way of binding arguments. */
class SignedFunction extends Callable {
  readonly name: string;
  private readonly parameters: Parameters;
  private readonly body: (...args: never[]) => unknown;

  constructor(name: string, notation: readonly string[], body: (...args: never[]) => unknown) {
    super();
    this.name = name;
    this.parameters = readParameters(notation);
    this.body = body;
  }

  override call(args: readonly unknown[], keywords: Keywords | undefined): unknown {
    return Reflect.apply(this.body, undefined, this.bind(args, keywords));
  }

  /** The body's arguments: positional, then the rest, then the named ones. */
  private bind(args: readonly unknown[], keywords: Keywords | undefined): unknown[] {
    const { names, required, rest, named } = this.parameters;
    if (args.length > names.length && !rest) {
      throw typeError(
        `${this.name}() takes ${names.length} positional argument${names.length === 1 ? '' : 's'} but ${args.length} were given`,
      );
    }
    const bound: unknown[] = names.map((_, index) => args[index]);
    const others: Record<string, unknown> = Object.create(null);
    for (const [key, value] of keywords ?? []) {
      const index = names.indexOf(key);
      if (index === -1 && !named) {
        throw typeError(
          `${this.name}() got an unexpected keyword argument '${key}'`,
          `It knows: ${names.join(', ')}.`,
        );
      }
      if (index === -1) others[key] = value;
      else if (index < args.length)
        throw typeError(`${this.name}() got multiple values for argument '${key}'`);
      else bound[index] = value;
    }
    const missing = names.filter((_, index) => required[index] && bound[index] === undefined);
    if (missing.length > 0) {
      const list = missing.map((name) => `'${name}'`).join(' and ');
      throw typeError(
        `${this.name}() missing ${missing.length} required positional argument${missing.length === 1 ? '' : 's'}: ${list}`,
      );
    }
    if (rest) bound.push(args.slice(names.length));
    if (named) bound.push(others);
    return bound;
  }
}

/**
 * A function for templates whose arguments may be named.
 * @param name as error messages call it
 * @param parameters `'a'` required; `'b?'` may be left out (the body gets `undefined`, so a default works);
 *   `'*rest'` the further positional arguments as an array; `'**named'` the further named ones as a record,
 *   each given to the body after the others
 * @param body may return a promise
 */
export function callable(
  name: string,
  parameters: readonly string[],
  body: (...args: never[]) => unknown,
): Callable {
  return new SignedFunction(name, parameters, body);
}
