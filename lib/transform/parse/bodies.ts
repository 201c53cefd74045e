import { Keywords, printValue } from '../../jinja/index.ts';
import { type MacroDefinition, TemplateFile } from '../context/macros.ts';
import type { NodeContext } from '../context/node-context.ts';
import type { RefCall, SourceCall } from '../graph/node.ts';
import type { Data, DataRecord } from '../values.ts';
import { asRecord } from '../values.ts';
import { renderNative } from './templates.ts';

/** A place in a file of the project; line and column from 1. */
export interface Site {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** What a node's SQL comes from. */
export interface NodeBody {
  /** As errors show it. */
  readonly file: string;
  readonly line: number;
  /** Where a ref or source was written, or as near to it as is known: the call may stand in a macro. */
  siteOf(call: RefCall | SourceCall): Site;
  /** The SQL, where nothing has to be waited for: while the project is parsed, and where the warehouse is not asked. */
  renderAtOnce(context: NodeContext): string;
  /** The SQL, with questions to the warehouse answered. */
  render(context: NodeContext): Promise<string>;
}

/** A file of SQL, or a part of one: a model, a snapshot or a singular test. */
export class FileBody implements NodeBody {
  readonly file: string;
  readonly line = 1;
  readonly #template: TemplateFile;

  /** @param range the part of the source that is the node's, if that is not all of it */
  constructor(source: string, shown: string, range?: { readonly start: number; readonly end: number }) {
    this.file = shown;
    this.#template = new TemplateFile(source, shown, range);
  }

  renderAtOnce(context: NodeContext): string {
    return this.#template.in(context.macros.environment).renderSync(context.resolve);
  }

  render(context: NodeContext): Promise<string> {
    return this.#template.in(context.macros.environment).render(context.resolve);
  }

  siteOf(call: RefCall | SourceCall): Site {
    const names = isSourceCall(call) ? call : [call.name];
    const quoted = names
      .map((name) => `['"]${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}['"]`)
      .join('\\s*,\\s*');
    const written = new RegExp(`\\b(?:ref|source)\\s*\\((?:[^()]*,)?\\s*${quoted}`);
    const { source } = this.#template;
    const offset = written.exec(source)?.index;
    if (offset === undefined) return { file: this.file };
    const before = source.slice(0, offset).split('\n');
    return { file: this.file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
}

function isSourceCall(call: RefCall | SourceCall): call is SourceCall {
  return Array.isArray(call);
}

/** What a generic test tests. */
export type Tested =
  | { readonly kind: 'ref'; readonly call: RefCall }
  | { readonly kind: 'source'; readonly call: SourceCall };

/** Arguments of tests that are a call of one of these functions are meant as that call, without braces. */
const looksLikeCall = /^\s*(?:env_var|ref|var|source|doc)\s*\(.+\)\s*$/s;

/** A generic test: a macro called with what it tests and the arguments of the schema file. */
export class GenericTestBody implements NodeBody {
  readonly file: string;
  readonly line: number;
  readonly #macro: MacroDefinition;
  readonly #tested: Tested;
  readonly #arguments: DataRecord;

  constructor(
    place: { readonly file: string; readonly line: number },
    macro: MacroDefinition,
    tested: Tested,
    parameters: DataRecord,
  ) {
    this.file = place.file;
    this.line = place.line;
    this.#macro = macro;
    this.#tested = tested;
    this.#arguments = parameters;
  }

  siteOf(): Site {
    return { file: this.file, line: this.line };
  }

  renderAtOnce(context: NodeContext): string {
    const where = whereMacro(context);
    const model = where.call([this.#relation(context)]);
    return printValue(context.macros.bind(this.#macro).call([], this.#keywords(context, model)));
  }

  async render(context: NodeContext): Promise<string> {
    const where = whereMacro(context);
    const model = await where.callAsync([this.#relation(context)]);
    const text = await context.macros.bind(this.#macro).callAsync([], this.#keywords(context, model));
    return printValue(text);
  }

  #relation(context: NodeContext): unknown {
    return this.#tested.kind === 'ref' ? context.ref(this.#tested.call) : context.source(this.#tested.call);
  }

  #keywords(context: NodeContext, model: unknown): Keywords {
    const render = (value: Data): unknown => this.#render(value, context);
    const entries = Object.entries(this.#arguments).map(
      ([name, value]) => [name, name === 'column_name' ? value : render(value)] as const,
    );
    return new Keywords([['model', model], ...entries]);
  }

  #render(value: Data, context: NodeContext): unknown {
    if (typeof value === 'string') {
      const text = looksLikeCall.test(value) ? `{{ ${value} }}` : value;
      if (!text.includes('{{') && !text.includes('{%')) return text;
      return renderNative(context.macros.environment, text, this.file, context.resolve);
    }
    if (Array.isArray(value)) return value.map((item: Data) => this.#render(item, context));
    const record = asRecord(value);
    if (record === undefined) return value;
    return new Map(Object.entries(record).map(([key, item]) => [key, this.#render(item, context)]));
  }
}

function whereMacro(context: NodeContext) {
  const found = context.findMacro('get_where_subquery');
  if (found === undefined) throw new Error('the built-in macros are missing');
  return found;
}
