import { TemplateError } from './errors.ts';
import type { Mode, Program } from './program.ts';
import { returnFunction } from './runtime/call.ts';
import type { Core } from './runtime/core.ts';
import { toTemplateError } from './runtime/failures.ts';
import { createHelpers } from './runtime/helpers.ts';
import { Macro } from './runtime/macro.ts';
import type { Keywords } from './runtime/objects.ts';
import { suggestion } from './suggest.ts';
import type { Context, NameResolver, Template } from './types.ts';

type Exports = Map<string, Macro>;
type Root = (lookup: NameResolver, exports: Exports, depth: number) => unknown;

/** A template in an environment; each form is made when it is first needed. */
export class RunnableTemplate implements Template {
  readonly file: string;
  private readonly program: Program;
  private readonly source: string;
  private readonly core: Core;
  private readonly roots: Partial<Record<Mode, Root>> = {};

  constructor(file: string, source: string, core: Core, program: Program) {
    this.file = file;
    this.source = source;
    this.core = core;
    this.program = program;
  }

  async render(context: Context = {}): Promise<string> {
    return String(await this.run('async', context, new Map()));
  }

  renderSync(context: Context = {}): string {
    return String(this.run('sync', context, new Map()));
  }

  macros(context: Context = {}): ReadonlyMap<string, Macro> {
    const exports: Exports = new Map();
    this.run('sync', context, exports);
    let asyncForms: Promise<Exports> | undefined;
    const load = (): Promise<Exports> => {
      asyncForms ??= this.asyncMacros(context);
      return asyncForms;
    };
    return new Map([...exports].map(([name, macro]) => [name, new BoundMacro(macro, load)]));
  }

  private async asyncMacros(context: Context): Promise<Exports> {
    const exports: Exports = new Map();
    await this.run('async', context, exports);
    return exports;
  }

  private run(mode: Mode, context: Context, exports: Exports): unknown {
    return this.root(mode)(this.resolver(context), exports, 0);
  }

  private root(mode: Mode): Root {
    const known = this.roots[mode];
    if (known !== undefined) return known;
    const helpers = createHelpers(this.core, { source: this.source, file: this.file }, mode === 'async');
    try {
      const root = this.program.create(mode)(helpers);
      if (!isRoot(root)) throw new TypeError('The compiled template is not a function');
      this.roots[mode] = root;
      return root;
    } catch (error) {
      throw toTemplateError(error);
    }
  }

  /** The context's names, then the environment's; what is nowhere is undefined and says what was meant. */
  private resolver(context: Context): NameResolver {
    const { globals } = this.core;
    const find = typeof context === 'function' ? context : ownProperty(context);
    return (name) => {
      const value = find(name);
      if (value !== undefined) return value;
      if (globals.has(name)) return globals.get(name) ?? null;
      if (name === 'return') return returnFunction;
      const known = typeof context === 'function' ? [] : Object.keys(context);
      const hint = (): string => suggestion(name, [...known, ...globals.keys()]);
      return this.core.missing({ name, message: `'${name}' is undefined`, hint });
    };
  }
}

function ownProperty(context: Readonly<Record<string, unknown>>): NameResolver {
  return (name) => (Object.hasOwn(context, name) ? context[name] : undefined);
}

function isRoot(value: unknown): value is Root {
  return typeof value === 'function';
}

/** A template's macro bound to a context, in both forms; the asynchronous one is set up when it is first called. */
class BoundMacro extends Macro {
  readonly name: string;
  readonly kind: string;
  readonly arguments: readonly string[];
  private readonly syncForm: Macro;
  private readonly load: () => Promise<Exports>;
  private asyncForm: Macro | undefined;

  constructor(syncForm: Macro, load: () => Promise<Exports>) {
    super();
    this.name = syncForm.name;
    this.kind = syncForm.kind;
    this.arguments = syncForm.arguments;
    this.syncForm = syncForm;
    this.load = load;
  }

  override call(args: readonly unknown[], keywords?: Keywords, depth = 0): unknown {
    return this.syncForm.call(args, keywords, depth);
  }

  override callAsync(args: readonly unknown[], keywords?: Keywords, depth = 0): Promise<unknown> {
    return this.asyncForm === undefined
      ? this.callFirst(args, keywords, depth)
      : this.asyncForm.callAsync(args, keywords, depth);
  }

  private async callFirst(
    args: readonly unknown[],
    keywords: Keywords | undefined,
    depth: number,
  ): Promise<unknown> {
    const form = (await this.load()).get(this.name);
    if (form === undefined) {
      throw new TemplateError({ code: 'CALL', message: `macro '${this.name}' is not defined` });
    }
    this.asyncForm = form;
    return form.callAsync(args, keywords, depth);
  }

  override attribute(name: string): unknown {
    return this.syncForm.attribute(name);
  }
}
