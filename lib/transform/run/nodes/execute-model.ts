import { callable, printValue } from '../../../jinja/index.ts';
import type { Warehouse } from '../../../snowflake/index.ts';
import { nodeDict } from '../../artifacts/node-dict.ts';
import { compilerError } from '../../context/exceptions.ts';
import { TemplateFile } from '../../context/macros.ts';
import type { NodeContext } from '../../context/node-context.ts';
import { RelationObject } from '../../context/relation-object.ts';
import type { NodeSession } from '../../context/session.ts';
import { materializationOf, type SqlNode } from '../../graph/node.ts';
import type { ParsedProject } from '../../parse/project.ts';
import { describe } from '../../parse/resolve.ts';
import { sqlName } from '../../relation.ts';
import { asList, asRecord, type Data } from '../../values.ts';
import type { Batch } from '../compile/batches.ts';
import type { Compiler } from '../compile/compiler.ts';
import type { Placement } from '../compile/placement.ts';
import { loadSeed } from './load-seed.ts';

export interface BuiltModel {
  readonly sql: string;
  readonly path: string;
  /** Rows of the table; null for anything else. */
  readonly rows: number | null;
  readonly response: Readonly<Record<string, unknown>>;
}

export interface ModelParts {
  readonly project: ParsedProject;
  readonly compiler: Compiler;
  readonly placement: Placement;
  readonly warehouse: Warehouse;
  readonly session: NodeSession;
  /** Told the compiled SQL's file as soon as it is there, so that an error can name it. */
  onCompiled(path: string, sql: string): void;
}

/** One batch of a microbatch model, and its place among the others. */
export interface BatchPart {
  readonly batch: Batch;
  /** As files are named for it. */
  readonly name: string;
  /** What templates see of it, under their own names. */
  readonly names: ReadonlyMap<string, unknown>;
  /** `model` of the templates. */
  readonly model: Readonly<Record<string, unknown>>;
  /** Whether the hooks before and after the model run around this batch. */
  readonly first: boolean;
  readonly last: boolean;
}

/** Compiles a model, or one batch of it, and makes its relation, by the materialization that its config names. */
export async function buildModel(node: SqlNode, parts: ModelParts, part?: BatchPart): Promise<BuiltModel> {
  const { project, compiler, placement, session } = parts;
  const extra = new Map<string, unknown>(part?.names);
  if (part !== undefined) extra.set('model', part.model);
  const { sql, context } = await compiler.compile(node, session, {
    names: extra,
    ...(part === undefined ? {} : { batch: part.batch }),
  });
  const path = compiler.write(node, sql, part?.name);
  parts.onCompiled(path, sql);
  extra.set('model', { ...(part?.model ?? nodeDict(node)), compiled_code: sql, compiled_sql: sql });
  extra.set('sql', sql);
  extra.set('compiled_code', sql);
  const ends = { first: part?.first !== false, last: part?.last !== false };
  const made = await materialize(node, context, extra, project, ends);
  if (made.length === 0) session.forget(placement.relation(node));
  for (const relation of made) session.made(relation);
  const stored = asRecord(context.result('main'));
  const rows = part === undefined ? await rowsOf(node, parts) : null;
  return { sql, path, rows, response: asRecord(stored?.response) ?? {} };
}

/** Makes a table of a seed's rows, with the hooks, grants and comments of its config. @returns how many rows there are */
export async function buildSeed(
  node: SqlNode,
  { project, compiler, placement, session, warehouse }: Omit<ModelParts, 'onCompiled'>,
): Promise<number> {
  const relation = placement.relation(node);
  let rows = 0;
  const load = async (): Promise<number> => {
    rows = await loadSeed(node, relation, warehouse);
    session.made(relation.with({ type: 'table' }));
    return rows;
  };
  const extra = new Map<string, unknown>([['load_seed_rows', callable('load_seed_rows', [], load)]]);
  const context = compiler.contextOf(node, session, { names: extra });
  await materialize(node, context, extra, project, { first: true, last: true });
  return rows;
}

/**
 * Runs the materialization that a node's config names.
 *
 * @param names those that its context sees before all others
 * @returns the relations that it says it made
 */
async function materialize(
  node: SqlNode,
  context: NodeContext,
  names: Map<string, unknown>,
  project: ParsedProject,
  { first, last }: Pick<BatchPart, 'first' | 'last'>,
): Promise<RelationObject[]> {
  names.set('pre_hooks', first ? hooksOf(node.config['pre-hook']) : []);
  names.set('post_hooks', last ? hooksOf(node.config['post-hook']) : []);
  names.set('render', renderFunction(node, context));
  const name = materializationOf(node);
  const definition = project.registry.materialization(name);
  if (definition === undefined) throw compilerError(`nothing knows how to materialize a ${name}`);
  const returned = await context.macros.bind(definition).callAsync([]);
  const relations = returned instanceof Map ? returned.get('relations') : asRecord(returned)?.relations;
  return Array.isArray(relations) ? relations.filter((one) => one instanceof RelationObject) : [];
}

/** Rows of the table that was made; Snowflake answers from its metadata, without reading the table. */
export async function rowsOf(
  node: SqlNode,
  { placement, session, warehouse }: ModelParts,
): Promise<number | null> {
  const relation = await session.relation(placement.relation(node));
  if (relation?.type !== 'table' && relation?.type !== 'dynamic_table') return null;
  // A dynamic table that waits for its first refresh cannot be read.
  const waits = relation.type === 'dynamic_table' && /^on_schedule$/i.test(String(node.config.initialize));
  if (waits) return null;
  const { rows } = await warehouse.execute(`SELECT COUNT(*) AS N FROM ${sqlName(relation)}`);
  return Number(rows[0]?.N ?? 0);
}

/** Hooks as materializations take them: records of the SQL and whether it belongs into the model's transaction. */
function hooksOf(value: Data | undefined): Map<string, unknown>[] {
  return asList(value).map((hook, index) => {
    const record = asRecord(hook) ?? asRecord(parsed(hook));
    const sql = record === undefined ? String(hook) : String(record.sql ?? '');
    return new Map<string, unknown>([
      ['sql', sql],
      ['transaction', record?.transaction ?? true],
      ['index', index],
    ]);
  });
}

/** A hook may be a record written as JSON: that is what `before_begin(…)` of a config comes to. */
function parsed(hook: Data): Data {
  if (typeof hook !== 'string' || !hook.trimStart().startsWith('{"')) return null;
  try {
    return JSON.parse(hook) as Data;
  } catch {
    return null;
  }
}

/** `render` of the templates: a hook's text is a template of its own, with all names of the node. */
function renderFunction(node: SqlNode, context: NodeContext) {
  return (text: unknown): Promise<string> =>
    new TemplateFile(printValue(text), `hook of ${describe(node)}`)
      .in(context.macros.environment)
      .render(context.resolve);
}
