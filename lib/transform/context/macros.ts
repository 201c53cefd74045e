import { similarNames } from '../../config/index.ts';
import type { Context, Environment, Macro, Template } from '../../jinja/index.ts';

/** A template, or a part of a file that is one, compiled for an environment when it is first needed there. */
export class TemplateFile {
  readonly source: string;
  /** As errors show it. */
  readonly shown: string;
  readonly #range: { readonly start: number; readonly end: number } | undefined;
  readonly #templates = new Map<Environment, Template>();

  constructor(source: string, shown: string, range?: { readonly start: number; readonly end: number }) {
    this.source = source;
    this.shown = shown;
    this.#range = range;
  }

  /** The part of the file that is this template. */
  get text(): string {
    return this.source.slice(this.#range?.start ?? 0, this.#range?.end ?? this.source.length);
  }

  /** @throws TemplateError when the file cannot be compiled */
  in(environment: Environment): Template {
    let template = this.#templates.get(environment);
    if (template === undefined) {
      template = environment.compile(this.source, {
        file: this.shown,
        ...(this.#range === undefined ? {} : { range: this.#range }),
      });
      this.#templates.set(environment, template);
    }
    return template;
  }
}

/** A macro of the project, of one of its packages, or of Sluice's own `dbt` package. */
export interface MacroDefinition {
  readonly uniqueId: string;
  /** Name as it is called: `test_unique`, `materialization_view_default` for the blocks that define those. */
  readonly name: string;
  readonly packageName: string;
  /** From the package's folder. */
  readonly path: string;
  /** The macro alone: other macros of its file are found by their names, so that a project may replace them. */
  readonly file: TemplateFile;
}

/** The package of the macros that come with Sluice, under the name that projects know them by. */
export const builtinPackage = 'dbt';
/** Implementations are looked for under these prefixes, in this order. */
const adapterPrefixes = ['snowflake__', 'default__'];

/** Materializations of which dbt-snowflake has its own: a general one of a project does not replace these. */
const madeForSnowflake = new Set([
  'view',
  'table',
  'incremental',
  'snapshot',
  'seed',
  'test',
  'dynamic_table',
]);

/** All macros by package and name, and the rules by which a name finds one. */
export class MacroRegistry {
  readonly #packages = new Map<string, Map<string, MacroDefinition>>();
  readonly #root: string;
  readonly #dispatch: ReadonlyMap<string, readonly string[]>;
  readonly #packagesMayOverride: boolean;

  /** @param packagesMayOverride whether a package changes how a built-in materialization is made, without the root's saying so */
  constructor(root: string, dispatch: ReadonlyMap<string, readonly string[]>, packagesMayOverride = false) {
    this.#root = root;
    this.#dispatch = dispatch;
    this.#packagesMayOverride = packagesMayOverride;
    for (const name of [root, builtinPackage]) this.#packages.set(name, new Map());
  }

  /** @returns the macro of the same name in the same package, if there was one already */
  add(macro: MacroDefinition): MacroDefinition | undefined {
    let own = this.#packages.get(macro.packageName);
    if (own === undefined) {
      own = new Map();
      this.#packages.set(macro.packageName, own);
    }
    const before = own.get(macro.name);
    if (before === undefined) own.set(macro.name, macro);
    return before;
  }

  *[Symbol.iterator](): Iterator<MacroDefinition> {
    for (const own of this.#packages.values()) yield* own.values();
  }

  hasPackage(name: string): boolean {
    return this.#packages.has(name);
  }

  /** The macro that a plain name means to a node of a package: its own, then the root project's, then the built-in one. */
  find(name: string, packageName: string): MacroDefinition | undefined {
    return (
      this.inPackage(packageName, name) ??
      this.inPackage(this.#root, name) ??
      this.inPackage(builtinPackage, name)
    );
  }

  inPackage(packageName: string, name: string): MacroDefinition | undefined {
    const known = packageName === 'dbt_snowflake' ? builtinPackage : packageName;
    return this.#packages.get(known)?.get(name);
  }

  /**
   * What `adapter.dispatch(name, namespace)` means: the first implementation over the packages to be searched, Snowflake's
   * own before the general one.
   *
   * @returns the names that were tried when there is none
   */
  dispatch(
    name: string,
    namespace: string | null,
    packageName: string,
  ): MacroDefinition | { readonly tried: readonly string[] } {
    const tried: string[] = [];
    const searched = this.#searched(namespace);
    for (const searchedPackage of searched) {
      for (const prefix of adapterPrefixes) {
        const full = `${prefix}${name}`;
        const found =
          searchedPackage === null ? this.find(full, packageName) : this.inPackage(searchedPackage, full);
        if (found !== undefined) return found;
        tried.push(searchedPackage === null ? full : `${searchedPackage}.${full}`);
      }
    }
    return { tried };
  }

  /** A namespace that is no package's is as good as none, as in dbt. */
  #searched(namespace: string | null): readonly (string | null)[] {
    if (namespace === null) return [null];
    const order = this.#dispatch.get(namespace);
    if (order !== undefined) return order;
    return this.hasPackage(namespace) ? [this.#root, namespace] : [null];
  }

  /**
   * How `materialized: name` is made. A way for Snowflake goes before a general one, then the root project's before a package's
   * before the built-in one; a package changes a built-in one only if the project's flags allow it (dbt-core,
   * `find_materialization_macro_by_name`).
   */
  materialization(name: string): MacroDefinition | undefined {
    const packages = [...this.#packages.keys()].filter((key) => key !== this.#root && key !== builtinPackage);
    const builtin =
      this.inPackage(builtinPackage, `materialization_${name}_snowflake`) ??
      this.inPackage(builtinPackage, `materialization_${name}_default`);
    const imported = builtin === undefined || this.#packagesMayOverride ? packages : [];
    const builtinIsSpecific = madeForSnowflake.has(name);
    for (const adapter of ['snowflake', 'default']) {
      for (const packageName of [this.#root, ...imported]) {
        const found = this.inPackage(packageName, `materialization_${name}_${adapter}`);
        if (found !== undefined) return found;
      }
      if (builtin !== undefined && builtinIsSpecific === (adapter === 'snowflake')) return builtin;
    }
    return builtin;
  }

  /** The macro of a generic test, `unique` or `dbt_utils.at_least_one`. */
  genericTest(name: string, namespace: string | null, packageName: string): MacroDefinition | undefined {
    const full = `test_${name}`;
    return namespace === null ? this.find(full, packageName) : this.inPackage(namespace, full);
  }

  /** The generic test that was probably meant. */
  similarTest(name: string): string | undefined {
    const names = [...this].flatMap((macro) => (macro.name.startsWith('test_') ? [macro.name.slice(5)] : []));
    return similarNames(name, names)[0];
  }

  similarMaterialization(name: string): string | undefined {
    const names = [...this].flatMap(
      (macro) => /^materialization_(.+)_(?:default|snowflake)$/.exec(macro.name)?.[1] ?? [],
    );
    return similarNames(name, new Set(names))[0];
  }
}

/** The macros of a registry as callables that see one context, each bound when it is first used. */
export class BoundMacros {
  readonly environment: Environment;
  readonly #context: Context;
  readonly #bound = new Map<MacroDefinition, Macro>();
  /** Unique ids of the macros that were asked for. */
  readonly used = new Set<string>();

  constructor(environment: Environment, context: Context) {
    this.environment = environment;
    this.#context = context;
  }

  bind(definition: MacroDefinition): Macro {
    const known = this.#bound.get(definition);
    if (known !== undefined) return known;
    const { uniqueId, name, file } = definition;
    this.used.add(uniqueId);
    const macro = file.in(this.environment).macros(this.#context).get(name);
    if (macro === undefined) throw new Error(`${uniqueId} is not in ${file.shown}`);
    this.#bound.set(definition, macro);
    return macro;
  }
}
