import type { TemplateError } from '../errors.ts';
import type { Statement } from '../parser/nodes.ts';
import { locate } from '../positions.ts';
import { unknownOperation } from '../runtime/operations.ts';
import { CodeWriter } from './code.ts';
import { ExpressionWriter, type NamedOperations, quote } from './expressions.ts';
import { Scope } from './scope.ts';
import { newFunction, StatementWriter } from './statements.ts';

/** The filters and tests an environment has. */
export interface KnownOperations {
  filters: ReadonlySet<string>;
  tests: ReadonlySet<string>;
  /** Those that its user brought. */
  hostFilters: ReadonlySet<string>;
  hostTests: ReadonlySet<string>;
}

export interface GenerateOptions {
  source: string;
  file: string;
  known: KnownOperations;
  isAsync: boolean;
}

/**
 * The JavaScript of a template: the body of a function of `rt` (the runtime's helpers, see `runtime/helpers.ts`)
 * that gives `root(lookup, exports, depth)`.
 */
export function generate(statements: readonly Statement[], options: GenerateOptions): string {
  const code = new CodeWriter(options.isAsync);
  const operations = new Operations(options);
  const writer = new StatementWriter(code, new ExpressionWriter(options.isAsync, operations));
  const scope = new Scope(undefined, { last: 0 });
  scope.readAll(statements);
  const state = newFunction('root');
  const place = { scope, function: state, conditional: false, out: 'out', topLevel: true };
  writer.functionBody(state, 'undefined', () => {
    writer.declare(scope, place);
    writer.all(statements, place);
  });
  const keyword = options.isAsync ? 'async function' : 'function';
  const body = [...operations.declarations(), code.text()].join('\n');
  return [
    `const { ${helperNames.filter((name) => body.includes(name)).join(', ')} } = rt;`,
    ...operations.declarations(),
    // In parentheses, so that V8 compiles it at once: most templates run only once, and would be parsed twice.
    `return (${keyword} root(lookup, exports, depth) {`,
    code.text(),
    '});',
  ].join('\n');
}

/** The filters and tests that a program uses, each bound to a variable once. */
class Operations implements NamedOperations {
  private readonly options: GenerateOptions;
  private readonly used = new Map<string, string>();

  constructor(options: GenerateOptions) {
    this.options = options;
  }

  filter(name: string, at: number, conditional: boolean): string {
    return this.use('filter', name, at, conditional, this.options.known.filters);
  }

  test(name: string, at: number, conditional: boolean): string {
    return this.use('test', name, at, conditional, this.options.known.tests);
  }

  mayWait(kind: 'filter' | 'test', name: string): boolean {
    const { hostFilters, hostTests } = this.options.known;
    return (kind === 'filter' ? hostFilters : hostTests).has(name);
  }

  declarations(): string[] {
    return [...this.used].map(([call, identifier]) => `const ${identifier} = ${call};`);
  }

  private use(
    kind: 'filter' | 'test',
    name: string,
    at: number,
    conditional: boolean,
    known: ReadonlySet<string>,
  ): string {
    if (!known.has(name) && !conditional) throw this.unknown(kind, name, at, known);
    const call = `${kind}(${quote(name)})`;
    const identifier =
      this.used.get(call) ?? `${kind}${this.used.size}_${name.replace(/[^A-Za-z0-9_]/g, '_')}`;
    this.used.set(call, identifier);
    return identifier;
  }

  private unknown(
    kind: 'filter' | 'test',
    name: string,
    at: number,
    known: ReadonlySet<string>,
  ): TemplateError {
    const { source, file } = this.options;
    return unknownOperation(kind, name, known).locate(locate(source, at, file));
  }
}

/** What generated code takes from the runtime. */
const helperNames = [
  'add',
  'attribute',
  'bounded',
  'call',
  'callMethod',
  'concat',
  'dict',
  'divide',
  'enter',
  'equal',
  'fail',
  'filter',
  'float',
  'floorDivide',
  'greater',
  'greaterOrEqual',
  'grew',
  'isIn',
  'isTrue',
  'item',
  'iterate',
  'keywords',
  'leave',
  'less',
  'lessOrEqual',
  'Loop',
  'macro',
  'modulo',
  'mostRounds',
  'multiply',
  'negate',
  'noElse',
  'notProvided',
  'positive',
  'power',
  'returnFunction',
  'setMember',
  'slice',
  'spread',
  'str',
  'subtract',
  'test',
  'tuple',
  'unbound',
  'unpack',
] as const;
