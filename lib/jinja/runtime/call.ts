import { typeError } from '../errors.ts';
import { Macro } from './macro.ts';
import { entriesOf, isDict, typeName } from './names.ts';
import { Callable, isCallableObject, Keywords } from './objects.ts';
import { promiseError } from './text.ts';
import { Undefined } from './undefined.ts';

/** Carries a value out of a macro: what `return(value)` throws where no JavaScript `return` can stand. */
export class ReturnSignal {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

/** The function `return`. */
class ReturnFunction extends Callable {
  readonly name = 'return';
  override call(args: readonly unknown[], keywords: Keywords | undefined): never {
    if (args.length + (keywords?.size ?? 0) > 1) throw typeError('return() takes one value');
    const [named] = keywords?.values() ?? [];
    throw new ReturnSignal(args[0] ?? named ?? null);
  }
}

export const returnFunction = new ReturnFunction();

/** Calls a value; a promise may come back when a macro is called in the asynchronous form, or from the host. */
export function invoke(
  callee: unknown,
  args: readonly unknown[],
  keywords: Keywords | undefined,
  depth: number,
  isAsync: boolean,
): unknown {
  if (callee instanceof Macro) {
    return isAsync ? callee.callAsync(args, keywords, depth) : callee.call(args, keywords, depth);
  }
  if (callee instanceof Callable || isCallableObject(callee))
    return callee.call(args, keywords, depth) ?? null;
  if (typeof callee === 'function') {
    const all = keywords === undefined ? args : [...args, keywords];
    return Reflect.apply(callee, undefined, all) ?? null;
  }
  if (callee instanceof Undefined) {
    if (callee.leniency === 'lenient') return callee;
    throw callee.error();
  }
  throw typeError(`'${typeName(callee)}' object is not callable`);
}

/** The value of a call in the synchronous form, where nothing can be awaited. */
export function atOnce(value: unknown): unknown {
  if (!(value instanceof Promise)) return value;
  value.catch(() => undefined);
  throw promiseError();
}

/** The named arguments of a call: those of `**more`, then pairs of names and values. */
export function keywords(more: unknown, ...pairs: unknown[]): Keywords {
  const result = new Keywords();
  for (let i = 0; i < pairs.length; i += 2) result.set(String(pairs[i]), pairs[i + 1]);
  if (more === null) return result;
  if (more instanceof Undefined) throw more.error();
  if (!isDict(more)) throw typeError(`argument after ** must be a mapping, not ${typeName(more)}`);
  for (const [name, value] of entriesOf(more)) {
    if (typeof name !== 'string') throw typeError('keywords must be strings');
    if (result.has(name)) throw typeError(`got multiple values for keyword argument '${name}'`);
    result.set(name, value);
  }
  return result;
}
