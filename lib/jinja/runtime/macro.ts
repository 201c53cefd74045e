import { Callable, type Keywords } from './objects.ts';

/** A macro as a value. `call` runs it in the form (sync or async) of the template that calls it. */
export abstract class Macro extends Callable {
  /** The names of its parameters. */
  abstract readonly arguments: readonly string[];
  /** The tag that defines it: `macro`, `test`, `materialization` … */
  abstract readonly kind: string;
  /** What templates may read of it: `name`, `arguments`, `catch_kwargs`, `catch_varargs`, `caller`. */
  abstract attribute(name: string): unknown;
  /** Calls it without waiting. */
  abstract override call(args: readonly unknown[], keywords?: Keywords, depth?: number): unknown;
  /** Calls it, awaiting what it calls. */
  abstract callAsync(args: readonly unknown[], keywords?: Keywords, depth?: number): Promise<unknown>;
}
