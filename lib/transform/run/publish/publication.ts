import { callable, printValue } from '../../../jinja/index.ts';
import { compilerError } from '../../context/exceptions.ts';
import type { NodeContext } from '../../context/node-context.ts';
import type { RelationObject } from '../../context/relation-object.ts';
import type { NodeSession } from '../../context/session.ts';
import { splitStatements } from '../../context/split-statements.ts';
import type { SqlNode } from '../../graph/node.ts';
import { sqlName } from '../../relation.ts';
import { asRecord } from '../../values.ts';
import type { Compiler } from '../compile/compiler.ts';
import { publishedRelation } from '../compile/placement.ts';
import { transience } from '../nodes/transient.ts';
import type { Publication } from './publish.ts';

/** How one candidate becomes what readers see. `compiler` leads refs to published names. */
export async function publicationOf(
  node: SqlNode,
  candidate: RelationObject,
  compiler: Compiler,
  session: NodeSession,
): Promise<Publication> {
  const made = await session.relation(candidate);
  if (made === null) throw compilerError(`${node.name} was built and is not there: ${candidate.print()}`);
  const published = publishedRelation(node);
  if (made.type === 'view') return viewPublication(node, candidate, compiler, session);
  if (made.type === 'dynamic_table') return dynamicTablePublication(node, candidate, compiler, session);
  const relation = published.with({ type: 'table' });
  const finishing = needsGrants(node)
    ? {
        finish: () =>
          finish({ node, candidate, relation, context: contextOf(compiler, node, session), session }),
      }
    : {};
  return {
    kind: 'table',
    node: node.uniqueId,
    candidate,
    published,
    transient: (await transience(candidate, node, session)) !== '',
    recluster: node.config.automatic_clustering === true && Boolean(node.config.cluster_by),
    ...finishing,
  };
}

/** What a relation is finished with after it was published. */
interface Finishing {
  readonly node: SqlNode;
  readonly candidate: RelationObject;
  readonly relation: RelationObject;
  readonly context: Promise<NodeContext> | NodeContext;
  readonly session: NodeSession;
  /** Comments come along with a clone, and have to be made again for anything else. */
  readonly comments?: { readonly ofColumns: boolean };
}

async function finish({ node, candidate, relation, context, session, comments }: Finishing): Promise<void> {
  const macros = await context;
  const call = async (name: string, ...args: unknown[]): Promise<void> => {
    const macro = macros.findMacro(name);
    if (macro === undefined) throw compilerError(`there is no macro ${name}`);
    await macro.callAsync(args);
  };
  if (asRecord(node.config.grants) !== undefined) {
    await call('apply_grants', relation, node.config.grants, true);
  }
  if (grantsInHooks(node)) await copyGrants(candidate, relation, session);
  if (comments !== undefined) {
    await call('persist_docs', relation, macros.resolve('model'), true, comments.ofColumns);
  }
}

function needsGrants(node: SqlNode): boolean {
  return asRecord(node.config.grants) !== undefined || grantsInHooks(node);
}

/** Hooks ran on the candidate; what they granted there is meant for readers. */
function grantsInHooks(node: SqlNode): boolean {
  return /\bgrant\b/i.test(JSON.stringify(node.config['post-hook'] ?? ''));
}

async function copyGrants(
  candidate: RelationObject,
  relation: RelationObject,
  session: NodeSession,
): Promise<void> {
  const kind = relation.type === 'view' ? 'VIEW' : 'TABLE';
  const { table } = await session.execute(`SHOW GRANTS ON ${kind} ${sqlName(candidate)}`);
  for (const row of table.rows) {
    const [privilege, to, grantee] = ['privilege', 'granted_to', 'grantee_name'].map((name) =>
      String(row.getItem(name)),
    );
    if (privilege === 'OWNERSHIP' || to !== 'ROLE') continue;
    await session.execute(`GRANT ${privilege} ON ${kind} ${sqlName(relation)} TO ROLE ${grantee}`);
  }
}

async function contextOf(compiler: Compiler, node: SqlNode, session: NodeSession): Promise<NodeContext> {
  return (await compiler.compile(node, session)).context;
}

/** A view is made again over published names, since its text would go on reading the candidates. */
async function viewPublication(
  node: SqlNode,
  candidate: RelationObject,
  compiler: Compiler,
  session: NodeSession,
): Promise<Publication> {
  const published = publishedRelation(node);
  const relation = published.with({ type: 'view' });
  const keepingGrants: SqlNode = {
    ...node,
    // The contract held when the candidate was built.
    config: { ...node.config, copy_grants: true, contract: { enforced: false } },
  };
  // What the view reads may not be published yet, so its columns are asked of the candidate.
  const columns = async () => (await session.columns(candidate)).map(({ name }) => name);
  const extra = new Map<string, unknown>([
    ['get_columns_in_query', callable('get_columns_in_query', ['select_sql'], columns)],
  ]);
  const { sql, context } = await compiler.compile(keepingGrants, session, { names: extra });
  const create = context.findMacro('get_create_view_as_sql');
  if (create === undefined) throw compilerError('there is no macro get_create_view_as_sql');
  return {
    kind: 'view',
    node: node.uniqueId,
    published,
    create: printValue(await create.callAsync([relation, sql])).trim(),
    finish: () => finish({ node, candidate, relation, context, session, comments: { ofColumns: false } }),
  };
}

async function dynamicTablePublication(
  node: SqlNode,
  candidate: RelationObject,
  compiler: Compiler,
  session: NodeSession,
): Promise<Publication> {
  const published = publishedRelation(node);
  const relation = published.with({ type: 'dynamic_table' });
  const keepingGrants: SqlNode = { ...node, config: { ...node.config, copy_grants: true } };
  const extra = new Map<string, unknown>();
  const { sql, context } = await compiler.compile(keepingGrants, session, { names: extra });
  extra.set('sql', sql);
  extra.set('compiled_code', sql);
  const there = await session.relation(published);
  const build = context.findMacro('dynamic_table_get_build_sql');
  if (build === undefined) throw compilerError('there is no macro dynamic_table_get_build_sql');
  const existing = there?.type === 'dynamic_table' ? there : null;
  const statements = splitStatements(printValue(await build.callAsync([existing, relation])));
  const replaced = statements.some((statement) => /^create\b/i.test(statement));
  return {
    kind: 'dynamic_table',
    node: node.uniqueId,
    published,
    // What it reads was published anew: it shows that now, not only when its target lag has passed.
    statements: replaced ? statements : [...statements, `ALTER DYNAMIC TABLE ${sqlName(published)} REFRESH`],
    finish: () => finish({ node, candidate, relation, context, session, comments: { ofColumns: true } }),
  };
}
