import { TemplateError, typeError } from '../errors.ts';
import { Macro } from './macro.ts';
import { entriesOf } from './names.ts';
import type { Keywords } from './objects.ts';
import { Dict, Tuple, tuple } from './values.ts';

/** What the generated code says of a macro. */
export interface MacroDetails {
  name: string;
  kind: string;
  parameters: readonly string[];
  /** Whether the body uses `caller`, `kwargs`, `varargs`. */
  caller: boolean;
  kwargs: boolean;
  varargs: boolean;
  /** Where it is defined: offset. */
  at: number;
}

/** The generated function: depth, parameters, then caller, kwargs, varargs if it uses them. */
export type MacroBody = (depth: number, ...args: unknown[]) => unknown;

/** Throws when macros are nested too deeply. */
export function enter(depth: number, name: string, maxDepth: number): void {
  if (depth <= maxDepth) return;
  throw new TemplateError({
    code: 'RECURSION',
    message: `${name} is called too deeply: more than ${maxDepth} calls inside each other`,
    hint: 'Does it call itself without an end?',
  });
}

/** A macro defined by the template that is running, in that template's form. */
export class LocalMacro extends Macro {
  readonly name: string;
  readonly kind: string;
  readonly arguments: readonly string[];
  readonly details: MacroDetails;
  private readonly body: MacroBody;
  private readonly maxDepth: number;

  constructor(details: MacroDetails, body: MacroBody, maxDepth: number) {
    super();
    this.name = details.name;
    this.kind = details.kind;
    this.arguments = details.parameters;
    this.details = details;
    this.body = body;
    this.maxDepth = maxDepth;
  }

  /** In an asynchronous template's macro the result is a promise. */
  override call(args: readonly unknown[], keywords?: Keywords, depth = 0): unknown {
    enter(depth + 1, `macro '${this.name}'`, this.maxDepth);
    return this.body(depth + 1, ...this.bind(args, keywords));
  }

  /** An asynchronous body gives a promise by itself: no second one is put around it. */
  override callAsync(args: readonly unknown[], keywords?: Keywords, depth = 0): Promise<unknown> {
    try {
      const result = this.call(args, keywords, depth);
      return result instanceof Promise ? result : Promise.resolve(result);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  override attribute(name: string): unknown {
    if (name === 'name') return this.name;
    if (name === 'arguments') return tuple(...this.arguments);
    if (name === 'catch_kwargs') return this.details.kwargs;
    if (name === 'catch_varargs') return this.details.varargs;
    return name === 'caller' ? this.details.caller : undefined;
  }

  private bind(args: readonly unknown[], keywords: Keywords | undefined): unknown[] {
    const { parameters, caller, kwargs, varargs } = this.details;
    const bound: unknown[] = parameters.map((_, index) => args[index]);
    if (args.length > parameters.length && !varargs) {
      throw typeError(`macro '${this.name}' takes not more than ${parameters.length} argument(s)`);
    }
    const others = new Dict();
    let given: unknown;
    for (const [name, value] of keywords ?? []) {
      const index = parameters.indexOf(name);
      if (index !== -1) {
        if (index < args.length)
          throw typeError(`macro '${this.name}' got multiple values for argument '${name}'`);
        bound[index] = value;
      } else if (name === 'caller' && caller) given = value;
      else others.set(name, value);
    }
    if (others.size > 0 && !kwargs) throw this.unexpected(others);
    if (caller && !parameters.includes('caller')) bound.push(given ?? null);
    if (kwargs) bound.push(others);
    if (varargs) bound.push(Tuple.ofItems(args.slice(parameters.length)));
    return bound;
  }

  private unexpected(others: Dict): TemplateError {
    const [first] = entriesOf(others);
    const name = String(first?.[0]);
    if (name === 'caller') {
      return typeError(
        `macro '${this.name}' was invoked with a call block, but does not call caller()`,
        'Call it with {{ … }}, or use caller() in it.',
      );
    }
    return typeError(
      `macro '${this.name}' takes no keyword argument '${name}'`,
      this.arguments.length === 0 ? 'It takes no arguments.' : `It knows: ${this.arguments.join(', ')}.`,
    );
  }
}
