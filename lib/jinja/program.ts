import { compileFunction } from 'node:vm';
import type { CompiledTemplate } from './compile/compiled.ts';

/** The two forms of a template: one that never waits, and one that awaits what functions promise. */
export type Mode = 'sync' | 'async';

/** Makes a template's root function from the runtime's helpers. */
export type CreateRoot = (helpers: Readonly<Record<string, unknown>>) => unknown;

/** A template's JavaScript. It knows no environment, so that environments which differ in their values only share it. */
export class Program {
  readonly #code: () => CompiledTemplate;
  readonly #created: Partial<Record<Mode, CreateRoot>> = {};

  constructor(code: () => CompiledTemplate) {
    this.#code = code;
  }

  compiled(): CompiledTemplate {
    return this.#code();
  }

  create(mode: Mode): CreateRoot {
    const known = this.#created[mode];
    if (known !== undefined) return known;
    const compiled = this.#code();
    const made = compileFunction(compiled[mode], ['rt'], { filename: `${compiled.file} (compiled)` });
    const create: CreateRoot = (helpers) => Reflect.apply(made, undefined, [helpers]);
    this.#created[mode] = create;
    return create;
  }
}
