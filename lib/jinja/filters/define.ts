import type { Operation } from '../runtime/core.ts';
import { callable } from '../runtime/signature.ts';

/** Filters or tests, each with its parameters in the notation of `callable` (the value first) and its body. */
export type Definitions = Readonly<
  Record<string, [parameters: readonly string[], body: (...args: never[]) => unknown]>
>;

/** Makes them callable with positional and named arguments. */
export function defineOperations(definitions: Definitions): [string, Operation][] {
  return Object.entries(definitions).map(([name, [parameters, body]]) => {
    const signed = callable(name, parameters, body);
    return [name, (args, keywords) => signed.call(args, keywords) ?? null];
  });
}
