import { createHash } from 'node:crypto';
import { generate, type KnownOperations } from './compile/program.ts';
import { builtinFilters } from './filters/index.ts';
import { builtinTests } from './filters/tests.ts';
import { parse } from './parser/parse.ts';
import { type Mode, Program } from './program.ts';
import { Access, type MissingPolicy } from './runtime/access.ts';
import { invoke } from './runtime/call.ts';
import type { Core, Operation } from './runtime/core.ts';
import { toTemplateError } from './runtime/failures.ts';
import { builtinGlobals } from './runtime/globals.ts';
import { Undefined } from './runtime/undefined.ts';
import { RunnableTemplate } from './template.ts';
import type { CompileOptions, Environment, EnvironmentOptions, Template, UndefinedPolicy } from './types.ts';

/** Changes whenever generated code of before cannot run with this runtime. */
const codeVersion = 2;

/** An environment: filters, tests, globals and tags, and a cache of what it compiled. */
export function createEnvironment(options: EnvironmentOptions = {}): Environment {
  return new CompilingEnvironment(options);
}

class CompilingEnvironment implements Environment {
  private readonly options: EnvironmentOptions;
  private readonly core: Core;
  private readonly known: KnownOperations;
  private readonly cache = new Map<string, Template>();
  /** Shared with the environments that were made of this one. */
  private readonly programs: Map<string, Program>;
  /** What of the environment the generated code depends on. */
  private readonly fingerprint: string;

  constructor(options: EnvironmentOptions, programs = new Map<string, Program>()) {
    this.options = options;
    this.programs = programs;
    this.core = createCore(options);
    this.known = {
      filters: new Set(this.core.filters.keys()),
      tests: new Set(this.core.tests.keys()),
      hostFilters: new Set(Object.keys(options.filters ?? {})),
      hostTests: new Set(Object.keys(options.tests ?? {})),
    };
    this.fingerprint = JSON.stringify([
      codeVersion,
      [
        ...this.known.filters,
        '|',
        ...this.known.tests,
        '|',
        ...this.known.hostFilters,
        '|',
        ...this.known.hostTests,
      ],
      Object.keys(options.tags ?? {}),
      [options.trimBlocks, options.lstripBlocks, options.keepTrailingNewline],
    ]);
  }

  compile(source: string, options: CompileOptions): Template {
    const hash = this.hashOf(source, options);
    const known = this.cache.get(hash);
    if (known !== undefined) {
      this.cache.delete(hash);
      this.cache.set(hash, known);
      return known;
    }
    const template = new RunnableTemplate(
      options.file,
      source,
      this.core,
      this.program(source, options, hash),
    );
    this.keep(this.cache, hash, template);
    return template;
  }

  withUndefined(onUndefined: UndefinedPolicy): Environment {
    return new CompilingEnvironment({ ...this.options, onUndefined }, this.programs);
  }

  private program(source: string, options: CompileOptions, hash: string): Program {
    const known = this.programs.get(hash);
    if (known !== undefined) return known;
    const { store } = this.options;
    const kept = store?.get(hash);
    const program =
      kept === undefined ? this.newProgram(source, options) : this.keptProgram(source, options, kept);
    if (kept === undefined) store?.set(hash, program.code('sync'));
    this.keep(this.programs, hash, program);
    return program;
  }

  /** Keeps what was made last; the oldest goes when there is too much. */
  private keep<Value>(kept: Map<string, Value>, hash: string, value: Value): void {
    kept.set(hash, value);
    const [oldest] = kept.keys();
    if (kept.size > (this.options.cacheSize ?? 5000) && oldest !== undefined) kept.delete(oldest);
  }

  private hashOf(source: string, { file, range }: CompileOptions): string {
    const hash = createHash('sha256').update(this.fingerprint).update('\0').update(file).update('\0');
    if (range !== undefined) hash.update(`${range.start}-${range.end}\0`);
    return hash.update(source).digest('hex');
  }

  /** Parses now, so that a mistake shows at once. The tree is not held: few templates are ever needed in the form that waits. */
  private newProgram(source: string, options: CompileOptions): Program {
    return this.keptProgram(source, options, this.generator(source, options)('sync'));
  }

  /** What was compiled once has no mistakes: it is parsed again only for the form that waits. */
  private keptProgram(source: string, options: CompileOptions, sync: string): Program {
    return new Program(options.file, (mode) =>
      mode === 'sync' ? sync : this.generator(source, options)(mode),
    );
  }

  private generator(source: string, { file, range }: CompileOptions): (mode: Mode) => string {
    const statements = guarded(() =>
      parse(source, {
        file,
        start: range?.start ?? 0,
        end: range?.end ?? source.length,
        trimBlocks: this.options.trimBlocks ?? false,
        lstripBlocks: this.options.lstripBlocks ?? false,
        keepTrailingNewline: this.options.keepTrailingNewline ?? false,
        tags: this.options.tags ?? {},
      }),
    );
    return (mode) =>
      guarded(() => generate(statements, { source, file, known: this.known, isAsync: mode === 'async' }));
  }
}

/** Nesting that JavaScript's own stack cannot follow is the template's error. */
function guarded<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw toTemplateError(error);
  }
}

function createCore(options: EnvironmentOptions): Core {
  const missing = missingPolicy(options.onUndefined ?? 'default');
  const filters = new Map<string, Operation>();
  const tests = new Map<string, Operation>();
  const core: Core = {
    missing,
    access: new Access(missing),
    filters,
    tests,
    globals: new Map<string, unknown>([...builtinGlobals, ...Object.entries(options.globals ?? {})]),
    maxDepth: options.maxDepth ?? 500,
  };
  for (const [name, filter] of builtinFilters(core)) filters.set(name, filter);
  for (const [name, test] of builtinTests(core)) tests.set(name, test);
  for (const [name, filter] of Object.entries(options.filters ?? {}))
    filters.set(name, hostOperation(filter));
  for (const [name, test] of Object.entries(options.tests ?? {})) tests.set(name, hostOperation(test));
  return core;
}

function hostOperation(operation: unknown): Operation {
  return (args, keywords) => invoke(operation, args, keywords, 0, false);
}

function missingPolicy(policy: UndefinedPolicy): MissingPolicy {
  if (typeof policy !== 'function') return (missing) => new Undefined(missing, policy);
  return (missing) => policy(missing) ?? new Undefined(missing, 'default');
}
