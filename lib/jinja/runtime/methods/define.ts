import type { Callable } from '../objects.ts';
import { callable } from '../signature.ts';

/** The methods of a type, by name; each takes the value it is called on first. */
export type Methods = ReadonlyMap<string, Callable>;

/** Methods from their parameters (in the notation of `callable`) and bodies. */
export function defineMethods(
  methods: Readonly<Record<string, [parameters: readonly string[], body: (...args: never[]) => unknown]>>,
): Methods {
  return new Map(
    Object.entries(methods).map(([name, [parameters, body]]) => [name, callable(name, parameters, body)]),
  );
}
