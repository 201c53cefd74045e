import {
  Attributes,
  type CallableObject,
  callable,
  type Environment,
  JinjaObject,
  Keywords,
  Macro,
  type NameResolver,
  printValue,
  TemplateError,
} from '../../jinja/index.ts';
import { readCall } from '../graph/calls.ts';
import type { RefCall, SourceCall } from '../graph/node.ts';
import { AdapterObject, ContextObject } from './adapter-object.ts';
import { baseNames } from './base-names.ts';
import type { ParseConfig, RunConfig } from './config-object.ts';
import { compilerError } from './exceptions.ts';
import { BoundMacros, type MacroRegistry } from './macros.ts';
import type { RelationObject } from './relation-object.ts';
import { ResultTable } from './result-table.ts';
import { type Scope, warnAs } from './scope.ts';
import type { WarehouseAccess } from './session.ts';
import { VarFunction } from './variables.ts';

export interface NodeContextParts {
  readonly scope: Scope;
  /** The environment that decides what a name that is missing comes to. */
  readonly environment: Environment;
  readonly packageName: string;
  readonly config: ParseConfig | RunConfig;
  readonly thisRelation: RelationObject;
  ref(call: RefCall): unknown;
  source(call: SourceCall): unknown;
  /** `model` of the templates: the node as the manifest has it. */
  model(): unknown;
  /** The session that its queries run on; absent while the project is parsed. */
  readonly session?: WarehouseAccess;
  /** Names for this node only, before all others: `sql` and the hooks of a materialization. */
  readonly extra?: ReadonlyMap<string, unknown>;
  /** Values in place of macros of a package, by its name and then theirs; its other macros stay what they are. */
  readonly replaced?: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
}

/** `version=` of a ref, under both of its names. */
interface RefOptions {
  readonly version?: unknown;
  readonly v?: unknown;
}

const bases = new WeakMap<Scope, ReadonlyMap<string, unknown>>();

function baseOf(scope: Scope): ReadonlyMap<string, unknown> {
  let base = bases.get(scope);
  if (base === undefined) {
    base = baseNames(scope);
    bases.set(scope, base);
  }
  return base;
}

/** All names that the templates of one node see. A project's macro goes before a name of dbt's, so it may replace it. */
export class NodeContext {
  readonly macros: BoundMacros;
  readonly resolve: NameResolver;
  readonly #parts: NodeContextParts;
  /** Names of dbt's that its templates asked for. */
  readonly asked = new Set<string>();
  readonly #own = new Map<string, unknown>();
  /** What a template put in the place of a name, with `context.update`. */
  readonly #replaced = new Map<string, unknown>();
  /** Variables that are being rendered, each for the one before. */
  readonly #rendering: string[] = [];
  readonly #results = new Map<string, unknown>();

  constructor(parts: NodeContextParts) {
    this.#parts = parts;
    this.resolve = (name) => this.#find(name);
    this.macros = new BoundMacros(parts.environment, this.resolve);
  }

  #find(name: string): unknown {
    const { scope, packageName, extra } = this.#parts;
    if (this.#replaced.has(name)) return this.#replaced.get(name);
    if (extra?.has(name) === true) return extra.get(name);
    const macro = scope.registry.find(name, packageName);
    if (macro !== undefined) return this.macros.bind(macro);
    const known = this.#own.get(name);
    if (known !== undefined) return known;
    const made = this.#make(name);
    if (made !== undefined) {
      this.asked.add(name);
      this.#own.set(name, made);
      return made;
    }
    const base = baseOf(scope).get(name);
    if (base !== undefined) {
      this.asked.add(name);
      return base;
    }
    if (scope.registry.hasPackage(name) || name === 'dbt_snowflake') {
      return new PackageNamespace(name, scope.registry, this.macros, this.#parts.replaced?.get(name));
    }
    return undefined;
  }

  #make(name: string): unknown {
    const { scope, packageName, config, thisRelation, session } = this.#parts;
    switch (name) {
      case 'ref':
        return this.#ref();
      case 'source':
        return callable(name, ['source_name', 'table_name'], (source: string, table: string) =>
          this.#parts.source([source, table]),
        );
      case 'config':
        return config;
      case 'var':
        return new VarFunction(scope.variables, packageName, session === undefined, (text) =>
          this.#renderVariable(text),
        );
      case 'this':
        return thisRelation;
      case 'model':
        return this.#parts.model();
      case 'execute':
        return session !== undefined;
      case 'graph':
        return scope.graph();
      case 'adapter':
        return new AdapterObject({
          registry: scope.registry,
          macros: this.macros,
          packageName,
          constraints: {
            relationOf: (text) => this.#relationOf(text),
            warn: (message, name) => warnAs(scope, name, message),
          },
          ...(session === undefined ? {} : { session }),
        });
      case 'builtins':
        return new Attributes({ ref: this.#make('ref'), source: this.#make('source'), config }, 'builtins');
      case 'context':
        return new ContextObject(this.resolve, (key, value) => this.#replaced.set(key, value));
      case 'render':
        return callable(name, ['string'], (text: unknown) =>
          this.renderText(printValue(text), 'a text that is rendered'),
        );
      case 'try_or_compiler_error':
        return tryOrCompilerError;
      case 'metric':
        return callable(name, ['*names'], (names: readonly unknown[]) => {
          throw compilerError(
            `metric(${names.map((one) => `'${printValue(one)}'`).join(', ')}) has no SQL of its own`,
            'Metrics are queried through the semantic layer; read the model that the metric is of.',
          );
        });
      case 'submit_python_job':
        return callable(name, ['*rest', '**named'], () => {
          throw compilerError('models in Python are not run', 'Write the model in SQL.');
        });
      case 'adapter_macro':
        return callable(name, ['name', '*rest', '**named'], (macro: string) => {
          throw compilerError(
            `adapter_macro('${macro}') is gone from dbt since 1.0`,
            'Use adapter.dispatch with the name and the package of the macro.',
          );
        });
      case 'pre_hooks':
      case 'post_hooks':
        return [];
      case 'defer_relation':
      case 'compiled_code':
      case 'sql':
        return null;
      case 'selected_resources':
        return [...(scope.selected?.() ?? [])];
      default:
        return this.#resultFunction(name);
    }
  }

  /** What `to:` of a foreign key means: a ref, a source, or a name as it stands there. */
  #relationOf(text: string): string {
    const written = readCall(text);
    if (written?.kind === 'ref') return printValue(this.#parts.ref(written.call));
    return written?.kind === 'source' ? printValue(this.#parts.source(written.call)) : text;
  }

  #ref(): unknown {
    return callable('ref', ['*names', '**named'], (names: readonly unknown[], named: RefOptions) => {
      const [first, second, ...more] = names.map((name) => printValue(name));
      if (first === undefined || more.length > 0) {
        throw compilerError('ref() takes the name of a model, or a package and a name');
      }
      const chosen = named.version ?? named.v ?? null;
      return this.#parts.ref({
        packageName: second === undefined ? null : first,
        name: second ?? first,
        version: typeof chosen === 'number' || typeof chosen === 'string' ? chosen : null,
      });
    });
  }

  #resultFunction(name: string): unknown {
    switch (name) {
      case 'load_result':
        return callable(name, ['name'], (key: string) => this.#results.get(key) ?? null);
      case 'store_result':
        return callable(
          name,
          ['name', 'response', 'agate_table?'],
          (key: string, response: unknown, table: unknown) => {
            this.#results.set(key, storedResult(response, table));
            return '';
          },
        );
      case 'store_raw_result':
        return callable(
          name,
          ['name', 'message?', 'code?', 'rows_affected?', 'agate_table?'],
          (key: string, message: unknown, code: unknown, rows: unknown, table: unknown) => {
            const response = { _message: message ?? null, code: code ?? null, rows_affected: rows ?? null };
            this.#results.set(key, storedResult(response, table));
            return '';
          },
        );
      default:
        return undefined;
    }
  }

  #renderVariable(text: string): string | Promise<string> {
    if (this.#rendering.includes(text)) {
      throw compilerError(
        `the variable that is "${text}" leads back to itself`,
        'Take one of the variables out.',
      );
    }
    this.#rendering.push(text);
    try {
      return this.renderText(text, 'a variable of the project');
    } finally {
      this.#rendering.pop();
    }
  }

  /** Renders a text with the names of this node; a promise of it when it asks the warehouse. */
  renderText(text: string, shown: string): string | Promise<string> {
    const template = this.#parts.environment.compile(text, { file: shown });
    try {
      return template.renderSync(this.resolve);
    } catch (error) {
      if (!(error instanceof TemplateError) || error.code !== 'ASYNC_IN_SYNC') throw error;
      return template.render(this.resolve);
    }
  }

  /** The macro that a plain name means to this node. */
  findMacro(name: string): Macro | undefined {
    const found = this.#parts.scope.registry.find(name, this.#parts.packageName);
    return found === undefined ? undefined : this.macros.bind(found);
  }

  ref(call: RefCall): unknown {
    return this.#parts.ref(call);
  }

  source(call: SourceCall): unknown {
    return this.#parts.source(call);
  }

  /** What a statement of the node stored under a name. */
  result(name: string): unknown {
    return this.#results.get(name);
  }
}

function storedResult(response: unknown, table: unknown): Record<string, unknown> {
  const rows = table instanceof ResultTable ? table : new ResultTable([], []);
  return { response, data: rows.rows.map((row) => [...row.values]), table: rows };
}

/** `dbt_utils` of `dbt_utils.star(…)`: the macros of one package. */
class PackageNamespace extends JinjaObject {
  readonly #name: string;
  readonly #registry: MacroRegistry;
  readonly #macros: BoundMacros;
  readonly #replaced: ReadonlyMap<string, unknown> | undefined;

  constructor(
    name: string,
    registry: MacroRegistry,
    macros: BoundMacros,
    replaced?: ReadonlyMap<string, unknown>,
  ) {
    super();
    this.#replaced = replaced;
    this.#name = name;
    this.#registry = registry;
    this.#macros = macros;
  }

  override get typeName(): string {
    return `package ${this.#name}`;
  }

  override getAttribute(name: string): unknown {
    if (this.#replaced?.has(name) === true) return this.#replaced.get(name);
    const found = this.#registry.inPackage(this.#name, name);
    return found === undefined ? undefined : this.#macros.bind(found);
  }

  override getItem(key: unknown): unknown {
    return typeof key === 'string' ? this.getAttribute(key) : undefined;
  }
}

/** Calls a macro or a function of dbt's, and says in its own words what went wrong when that fails. */
const tryOrCompilerError: unknown = callable(
  'try_or_compiler_error',
  ['message_if_exception', 'func', '*arguments', '**named'],
  (message: unknown, called: unknown, args: readonly unknown[], named: Readonly<Record<string, unknown>>) => {
    const keywords = new Keywords(Object.entries(named));
    try {
      if (called instanceof Macro) return called.call(args, keywords);
      if (isCallableObject(called)) return called.call(args, keywords);
    } catch (error) {
      if (error instanceof TemplateError && error.code === 'ASYNC_IN_SYNC') throw error;
      throw compilerError(printValue(message), error instanceof Error ? error.message : String(error));
    }
    throw compilerError('try_or_compiler_error takes a macro');
  },
);

function isCallableObject(value: unknown): value is CallableObject {
  return typeof value === 'object' && value !== null && 'call' in value && typeof value.call === 'function';
}
