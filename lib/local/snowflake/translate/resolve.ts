import {
  type Argument,
  type Call,
  Cursor,
  compilationError,
  type Expression,
  type FromSource,
  nameOf,
  parseQuery,
  type Query,
} from '../../../sql/index.ts';
import { informationSchema } from '../catalog/information-schema.ts';
import { viewProperties } from '../catalog/tables.ts';
import type { StatementContext } from '../context.ts';
import { FUNCTIONS } from '../functions/index.ts';
import { coreSystemFunction } from '../functions/system.ts';
import { findFunction } from '../functions/user.ts';
import { duckTable, qualify } from '../names.ts';
import type { ConstantArgument, QualifiedName } from '../statement.ts';
import { sourceOfResult } from './source.ts';
import type { Resolved } from './translation.ts';

/** Functions that call functions further than this are taken for a circle. */
const DEEPEST_CALLS = 64;

type Place = { readonly database: string | null; readonly schema: string | null };
type StageSource = Extract<FromSource, { kind: 'stage' }>;

export function stageKey(source: StageSource): string {
  return JSON.stringify([source.location, source.options]);
}

/** Parses a query; a statement's text must hold nothing else. */
export function parseWholeQuery(sql: string): Query {
  const cursor = Cursor.over(sql);
  const query = parseQuery(cursor);
  cursor.expectEnd();
  return query;
}

/**
 * Looks up all that translating a statement cannot wait for: views, streams, stages, table functions, SYSTEM$ functions.
 * `parsed` is any part of a parsed statement.
 */
export async function resolve(context: StatementContext, parsed: unknown, place: Place): Promise<Resolved> {
  const resolved: Resolved = {
    sources: new Map(),
    stages: new Map(),
    functions: new Map(),
    system: new Map(),
    tables: new Map(),
    userFunctions: new Map(),
    views: new Map(),
  };
  await new Resolver(context, resolved, parsed).walk(parsed, place);
  return resolved;
}

class Resolver {
  readonly #context: StatementContext;
  readonly #resolved: Resolved;
  /** The statement, and the queries of the views that it reads. */
  readonly #queries: unknown[];
  /** How many functions of users are being looked into. */
  #depth = 0;

  constructor(context: StatementContext, resolved: Resolved, parsed: unknown) {
    this.#context = context;
    this.#resolved = resolved;
    this.#queries = [parsed];
  }

  async walk(node: unknown, place: Place): Promise<void> {
    if (Array.isArray(node)) {
      for (const item of node) await this.walk(item, place);
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    if (isTable(node)) await this.#table(node, place);
    if (isStage(node)) await this.#stage(node);
    if (isFunction(node)) await this.#function(node.call);
    if (isCall(node)) await this.#call(node, place);
    for (const value of Object.values(node)) {
      if (typeof value === 'object') await this.walk(value, place);
    }
  }

  async #table(node: Extract<FromSource, { kind: 'table' }>, place: Place): Promise<void> {
    const parts = node.dynamic === undefined ? node.parts : this.#dynamic(node.dynamic);
    if (
      parts.length === 0 ||
      (place.schema === null && parts.length === 1) ||
      (place.database === null && parts.length < 3)
    ) {
      return;
    }
    const name = qualify(
      { ...this.#context.session, ...place },
      parts.map((part) => part.name),
    );
    const key = duckTable(name);
    const { objects, engine, owner } = this.#context;
    if (objects.find('TABLE', name)) {
      engine.transactions.checkRead(owner, key);
      this.#resolved.tables.set(key, name);
      return;
    }
    const view = objects.find('VIEW', name);
    if (view) {
      if (this.#resolved.views.has(key)) return;
      const query = parseWholeQuery(viewProperties(view).query);
      this.#resolved.views.set(key, query);
      this.#queries.push(query);
      await this.walk(query, { database: name.database, schema: name.schema });
      return;
    }
    if (!this.#resolved.sources.has(key)) await this.#source(name, key);
  }

  #dynamic(value: Expression) {
    const { session, binds } = this.#context;
    const text =
      value.kind === 'text'
        ? value.value
        : value.kind === 'variable'
          ? session.variables.get(value.name)
          : value.kind === 'bind'
            ? binds[value.index - 1]?.value
            : undefined;
    return text === undefined || text === null ? [] : nameOf(text);
  }

  async #source(name: QualifiedName, key: string): Promise<void> {
    const core =
      name.schema === 'INFORMATION_SCHEMA'
        ? await informationSchema(this.#context, name, this.#asksForRows(name))
        : undefined;
    if (core) {
      this.#resolved.sources.set(key, { name, source: sourceOfResult(core) });
      return;
    }
    for (const extension of this.#context.engine.extensions) {
      const source = await extension.source?.(this.#context, name);
      if (source) {
        this.#resolved.sources.set(key, { name, source });
        return;
      }
    }
  }

  /** To count the rows of all tables takes longer than all else that INFORMATION_SCHEMA knows. */
  #asksForRows({ name }: QualifiedName): boolean {
    return (
      name === 'TABLES' && this.#queries.some((query) => /"ROW_COUNT"|"star"/.test(JSON.stringify(query)))
    );
  }

  async #stage(node: StageSource): Promise<void> {
    const options: ConstantArgument[] = node.options.map(({ name, value }) => ({ name, value }));
    for (const extension of this.#context.engine.extensions) {
      const source = await extension.stage?.(this.#context, node.location, options);
      if (source) {
        this.#resolved.stages.set(stageKey(node), source);
        return;
      }
    }
  }

  async #function(call: Call): Promise<void> {
    const name = call.name.replace(/^(?:.*\.)?INFORMATION_SCHEMA\./, '');
    const args = constantArguments(this.#context, call.args);
    if (args === undefined) return;
    const core = this.#context.engine.tableFunction(this.#context, name, args);
    if (core) {
      this.#resolved.functions.set(call, sourceOfResult(core));
      return;
    }
    for (const extension of this.#context.engine.extensions) {
      const result = await extension.tableFunction?.(this.#context, name, args);
      if (result) {
        this.#resolved.functions.set(call, sourceOfResult(result));
        return;
      }
    }
  }

  async #call(call: Call, place: Place): Promise<void> {
    if (call.name.startsWith('SYSTEM$')) return this.#system(call);
    if (call.name in FUNCTIONS || this.#resolved.userFunctions.has(call)) return;
    const found = findFunction(this.#context, call, place);
    if (found === undefined) return;
    this.#depth += 1;
    if (this.#depth > DEEPEST_CALLS)
      throw compilationError(`the function ${call.name} calls itself`, '002057');
    this.#resolved.userFunctions.set(call, found);
    await this.walk(found.body, found.place);
    this.#depth -= 1;
  }

  async #system(call: Call): Promise<void> {
    const args = constantArguments(this.#context, call.args) ?? [];
    const core = await coreSystemFunction(this.#context, call.name, args);
    if (core) {
      this.#resolved.system.set(call, core.value);
      return;
    }
    for (const extension of this.#context.engine.extensions) {
      const result = await extension.systemFunction?.(this.#context, call.name, args);
      if (result) {
        this.#resolved.system.set(call, result.value);
        return;
      }
    }
  }
}

function isTable(node: object): node is Extract<FromSource, { kind: 'table' }> {
  return 'kind' in node && node.kind === 'table';
}

function isStage(node: object): node is StageSource {
  return 'kind' in node && node.kind === 'stage';
}

function isFunction(node: object): node is Extract<FromSource, { kind: 'function' }> {
  return 'kind' in node && node.kind === 'function';
}

function isCall(node: object): node is Call {
  return 'kind' in node && node.kind === 'call';
}

/** Arguments that are constants, or undefined when one is not. */
function constantArguments(
  context: StatementContext,
  args: readonly Argument[],
): ConstantArgument[] | undefined {
  const constants: ConstantArgument[] = [];
  for (const { name, value } of args) {
    const constant = constantOf(context, value);
    if (constant === undefined) return undefined;
    constants.push(name === undefined ? { value: constant } : { name, value: constant });
  }
  return constants;
}

/** The text of a constant expression; undefined where it is none. */
export function constantOf(context: StatementContext, value: Expression): string | null | undefined {
  switch (value.kind) {
    case 'text':
    case 'number':
      return value.value;
    case 'boolean':
      return String(value.value);
    case 'null':
      return null;
    case 'bind':
      return context.binds[value.index - 1]?.value;
    case 'variable':
      return context.session.variables.get(value.name);
    case 'cast':
      return constantOf(context, value.value);
    case 'column':
      return value.parts.map((part) => part.name).join('.');
    case 'unary': {
      const inner = constantOf(context, value.value);
      return value.operator === '-' && typeof inner === 'string' ? `-${inner}` : inner;
    }
    case 'call':
      return constantCall(context, value);
    default:
      return undefined;
  }
}

const MOMENTS = new Set([
  'TO_TIMESTAMP',
  'TO_TIMESTAMP_LTZ',
  'TO_TIMESTAMP_NTZ',
  'TO_TIMESTAMP_TZ',
  'TO_DATE',
]);

/** LAST_QUERY_ID() and a moment, or one relative to now, as the arguments of history functions use them. */
function constantCall(context: StatementContext, call: Call): string | undefined {
  if (call.name === 'LAST_QUERY_ID') {
    const ids = context.owner.queryIds;
    const index = Number(call.args[0] ? constantOf(context, call.args[0].value) : -1);
    return ids.at(index < 0 ? index : index - 1);
  }
  if (MOMENTS.has(call.name) && call.args.length === 1 && call.args[0]) {
    return constantOf(context, call.args[0].value) ?? undefined;
  }
  if (call.name === 'CURRENT_TIMESTAMP') return context.now().toISOString();
  if (call.name === 'DATEADD') {
    const [unit, amount, base] = call.args.map((argument) => constantOf(context, argument.value));
    const seconds: Readonly<Record<string, number>> = {
      SECOND: 1,
      SECONDS: 1,
      MINUTE: 60,
      MINUTES: 60,
      HOUR: 3600,
      HOURS: 3600,
      DAY: 86_400,
      DAYS: 86_400,
    };
    const size = seconds[String(unit).toUpperCase()];
    const from = Date.parse(String(base));
    if (size === undefined || Number.isNaN(from)) return undefined;
    return new Date(from + Number(amount) * size * 1000).toISOString();
  }
  return undefined;
}
