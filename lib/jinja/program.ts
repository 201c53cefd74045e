import { compileFunction } from 'node:vm';

/** The two forms of a template: one that never waits, and one that awaits what functions promise. */
export type Mode = 'sync' | 'async';

/** Makes a template's root function from the runtime's helpers. */
type CreateRoot = (helpers: Readonly<Record<string, unknown>>) => unknown;

/** A template's JavaScript. It knows no environment, so that environments which differ in their values only share it. */
export class Program {
  readonly #file: string;
  readonly #code: (mode: Mode) => string;
  readonly #created: Partial<Record<Mode, CreateRoot>> = {};

  /** @param code the JavaScript of a form, made when that form is first needed */
  constructor(file: string, code: (mode: Mode) => string) {
    this.#file = file;
    this.#code = code;
  }

  code(mode: Mode): string {
    return this.#code(mode);
  }

  create(mode: Mode): CreateRoot {
    const known = this.#created[mode];
    if (known !== undefined) return known;
    const made = compileFunction(this.code(mode), ['rt'], { filename: `${this.#file} (compiled)` });
    const create: CreateRoot = (helpers) => Reflect.apply(made, undefined, [helpers]);
    this.#created[mode] = create;
    return create;
  }
}
