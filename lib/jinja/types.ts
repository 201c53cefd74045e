import type { Macro } from './runtime/macro.ts';
import type { TagExtension } from './tags.ts';

/**
 * Where a template's names come from: an object's own properties, or a function that gives `undefined` for what
 * it does not know. The environment's globals come after it. A value may be a (possibly async) function.
 */
export type Context = Readonly<Record<string, unknown>> | NameResolver;

/** Looks one name up; `undefined` means there is no such name. */
export type NameResolver = (name: string) => unknown;

/** What was looked for and not found. */
export interface Missing {
  /** The name, attribute or key. */
  name: string;
  /** The value it was looked for in; absent for a plain name. */
  object?: unknown;
  /** What an error would say. */
  message: string;
  /** Finds out what may have been meant, when an error needs to say it. */
  hint?: () => string;
}

/**
 * What stands for something that is not there:
 * - `default`: prints as nothing, is false, loops zero times; an attribute of it is an error that names it;
 * - `strict`: any use other than `is defined` is an error;
 * - `chainable`: attributes and items of it are undefined again;
 * - `lenient`: as chainable, and calling it gives it back: dbt's way while it parses;
 * - a function: what it returns stands there; `undefined` falls back to `default`.
 */
export type UndefinedPolicy =
  | 'default'
  | 'strict'
  | 'chainable'
  | 'lenient'
  | ((missing: Missing) => unknown);

export interface EnvironmentOptions {
  /** Names that every template sees, after its context. */
  globals?: Readonly<Record<string, unknown>>;
  /** Filters beside the built-in ones, or instead of them: called with the value, then the arguments. */
  filters?: Readonly<Record<string, unknown>>;
  /** Tests (`is name`): called with the value, then the arguments; what they return counts as true or false. */
  tests?: Readonly<Record<string, unknown>>;
  /** Tags beside the language's own; `dbtTags` holds those of dbt. */
  tags?: Readonly<Record<string, TagExtension>>;
  onUndefined?: UndefinedPolicy;
  /** Drop the newline after a block tag. */
  trimBlocks?: boolean;
  /** Drop blanks from the line's start to a block tag. */
  lstripBlocks?: boolean;
  /** Keep the one newline at a template's end. */
  keepTrailingNewline?: boolean;
  /** How deep macros may call each other; 500 unless told. */
  maxDepth?: number;
  /** How many compiled templates stay in memory; 5,000 unless told. */
  cacheSize?: number;
  /** Where generated code is kept for the next process. */
  store?: TemplateStore;
}

/** Generated code by a key that changes with the source, the environment and this compiler. */
export interface TemplateStore {
  get(key: string): string | undefined;
  set(key: string, code: string): void;
}

export interface CompileOptions {
  /** What errors call the template: a path. */
  file: string;
  /** Compile only this part of the source; positions still count from the source's start. */
  range?: { start: number; end: number };
}

export interface Template {
  readonly file: string;
  /** Renders it; promises that functions return are awaited where they stand, in order. */
  render(context?: Context): Promise<string>;
  /** Renders it without waiting: a function that returns a promise is an error. */
  renderSync(context?: Context): string;
  /** The macros it defines at its top level, by name, bound to this context. */
  macros(context?: Context): ReadonlyMap<string, Macro>;
}

export interface Environment {
  /** Compiles a template, or gives the one compiled before from the same source and options. */
  compile(source: string, options: CompileOptions): Template;
  /** An environment that takes what is missing another way, and shares everything that is compiled. */
  withUndefined(onUndefined: UndefinedPolicy): Environment;
}
