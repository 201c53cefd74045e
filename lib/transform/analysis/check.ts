import { type Contract, type Project, readContract, SluiceError, targetName } from '../../config/index.ts';
import type { Warehouse } from '../../snowflake/index.ts';
import { type Problem, ProjectError, problemLine } from '../errors.ts';
import { isEphemeral, type SourceNode, type SqlNode } from '../graph/node.ts';
import type { ParsedProject } from '../parse/project.ts';
import { describe } from '../parse/resolve.ts';
import { folded, type RelationName } from '../relation.ts';
import type { Workspace } from '../run/workspace.ts';
import { contractColumns } from './known-columns.ts';
import { writtenPlace } from './place.ts';
import { type AnalyzedNode, ProjectAnalysis } from './project-analysis.ts';
import type { QueryProblem, TableColumn } from './query/index.ts';
import { schemaProblems } from './schema-problems.ts';
import { type SchemaPlace, WarehouseColumns } from './warehouse-columns.ts';

export interface CheckOptions {
  readonly project: ParsedProject;
  readonly config: Project;
  /** Folder of the config, where `contracts/` is. */
  readonly configDirectory?: string;
  /** What the run makes and tests. */
  readonly chosen: ReadonlyMap<string, SqlNode>;
  /** Where a node is read that the run does not make. */
  readonly relation?: (node: SqlNode) => RelationName;
  /** Lends a session of the warehouse; without it, what only the warehouse knows stays unknown. */
  readonly withWarehouse?: WithWarehouse;
  /** Asks for tables that nobody here knows. If not, the warehouse is only asked before something is called an error. */
  readonly askFirst?: boolean;
  /** SQL over published names that was compiled before, by id. */
  readonly compiled?: ReadonlyMap<string, string>;
}

type WithWarehouse = (use: (warehouse: Warehouse) => Promise<void>) => Promise<void>;

/** What is wrong with the SQL of nodes. */
export interface CheckReport {
  /** Certain to fail in the warehouse. */
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * Compiles the SQL of nodes and resolves it against the columns of what it reads, before any of it runs. The warehouse is asked
 * only for what is known to nobody here, and before something is called an error that it may see otherwise.
 */
export async function checkNodes(options: CheckOptions): Promise<CheckReport> {
  const { project, chosen, withWarehouse, askFirst } = options;
  const analysis = new ProjectAnalysis({
    project,
    sourceColumns: sourceColumns(options),
    made: new Set(chosen.keys()),
    ...(options.relation === undefined ? {} : { relation: options.relation }),
    ...(options.compiled === undefined ? {} : { compiled: options.compiled }),
  });
  const ids = new Set(chosen.keys());
  const warehouse = new WarehouseColumns();
  const ask = async (schemas: readonly SchemaPlace[]): Promise<boolean> => {
    if (schemas.length === 0 || withWarehouse === undefined) return false;
    await withWarehouse((session) => warehouse.ask(session, schemas));
    return true;
  };
  if (askFirst === true) await ask(analysis.unknownSources(ids));
  let nodes = analysis.run(ids, warehouse);
  if (askFirst === true && (await ask(analysis.unknownSchemas))) nodes = analysis.run(ids, warehouse);
  let found = report(project, nodes, chosen);
  if (found.errors.length > 0 && (await ask(analysis.doubtfulSchemas))) {
    found = report(project, analysis.run(ids, warehouse), chosen);
  }
  return found;
}

/**
 * Checks what a run is about to make, unless it was told not to.
 *
 * @param relation where a node is read that the run does not make
 * @throws ProjectError with everything that is certain to fail
 */
export async function checkBeforeRun(
  workspace: Workspace,
  chosen: ReadonlyMap<string, SqlNode>,
  relation: (node: SqlNode) => RelationName,
): Promise<void> {
  await checkWorkspace(workspace, { chosen, relation, askFirst: true, withWarehouse: lender(workspace) });
}

/**
 * Checks SQL that was compiled and is not run. A warehouse that cannot be reached is no error: it only knows better.
 *
 * @throws ProjectError with everything that is certain to fail
 */
export async function checkCompiled(
  workspace: Workspace,
  chosen: ReadonlyMap<string, SqlNode>,
  compiled: ReadonlyMap<string, string>,
): Promise<void> {
  const lend = lender(workspace);
  const { kept } = workspace.project;
  const { project, configDirectory } = workspace.options;
  // What a check of the same texts against the same contracts has found once, it would find again.
  const checked = [[...compiled], [...chosen.keys()], recordedContracts(project, configDirectory)];
  if (kept?.isClean(checked) === true) return;
  const isClean = await checkWorkspace(workspace, {
    chosen,
    compiled,
    withWarehouse: (use) =>
      lend(use).catch((error: unknown) => {
        if (!(error instanceof SluiceError && error.kind === 'outside')) throw error;
      }),
  });
  if (isClean) kept?.setClean(checked);
}

function recordedContracts(project: Project, configDirectory: string | undefined): unknown {
  if (configDirectory === undefined) return [];
  return project.tables.map(({ name }) => readContract(configDirectory, name));
}

function lender({ pool, project, runId }: Workspace): WithWarehouse {
  return (use) => pool.use({ project: project.loaded.root.name, run: runId, node: 'check' }, use);
}

/** @returns whether nothing was found; false also where nothing was looked for */
async function checkWorkspace(
  { project, options, warnings: told }: Workspace,
  check: Pick<CheckOptions, 'chosen' | 'relation' | 'withWarehouse' | 'askFirst' | 'compiled'>,
): Promise<boolean> {
  if (options.check === false) return false;
  const { errors, warnings } = await checkNodes({
    ...check,
    project,
    config: options.project,
    ...(options.configDirectory === undefined ? {} : { configDirectory: options.configDirectory }),
  });
  for (const warning of warnings) told.warn('CheckedQuery', problemLine(warning));
  if (errors.length > 0) throw new ProjectError(errors);
  return warnings.length === 0;
}

/** The columns of the tables that Sluice loads, from the contracts that were recorded. */
export function sourceColumns({
  config,
  configDirectory,
}: Pick<CheckOptions, 'config' | 'configDirectory'>): (
  source: SourceNode,
) => readonly TableColumn[] | undefined {
  const { database, schemas } = config.snowflake;
  const tables = new Map(config.tables.map(({ name }) => [targetName(name), name]));
  return (source) => {
    const place = [source.database, source.schema].map((part) => folded(part, false));
    if (place[0] !== folded(database, false) || place[1] !== folded(schemas.raw, false)) return undefined;
    const table = tables.get(folded(source.identifier, false));
    if (table === undefined || configDirectory === undefined) return undefined;
    const contract: Contract | undefined = readContract(configDirectory, table);
    return contract === undefined ? undefined : contractColumns(contract);
  };
}

/** The nodes, and the ephemeral models whose SQL becomes a part of theirs. */
function withEphemeral(
  { graph, nodes }: ParsedProject,
  chosen: ReadonlyMap<string, SqlNode>,
): ReadonlyMap<string, SqlNode> {
  const found = new Map(chosen);
  const ids = [...chosen.keys()];
  for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
    for (const parent of graph.parents(id)) {
      const node = nodes.get(parent);
      if (node === undefined || node.resourceType === 'source' || found.has(parent) || !isEphemeral(node))
        continue;
      found.set(parent, node);
      ids.push(parent);
    }
  }
  return found;
}

function report(
  project: ParsedProject,
  nodes: ReadonlyMap<string, AnalyzedNode>,
  chosen: ReadonlyMap<string, SqlNode>,
): CheckReport {
  const errors: Problem[] = [];
  const warnings: Problem[] = [];
  for (const [id, node] of withEphemeral(project, chosen)) {
    const seen = new Set<string>();
    for (const { sql, analysis } of nodes.get(id)?.queries ?? []) {
      for (const found of analysis.problems) {
        const problem = placed(project, node, sql, found);
        // The branches of an incremental model share most of their text.
        const key = `${problem.line} ${problem.column} ${found.message}`;
        if (seen.has(key)) continue;
        seen.add(key);
        (found.severity === 'error' ? errors : warnings).push(problem);
      }
    }
  }
  errors.push(...schemaProblems(project, nodes, chosen.values()));
  return { errors, warnings };
}

function placed(project: ParsedProject, node: SqlNode, sql: string, found: QueryProblem): Problem {
  const { file, location } = writtenPlace(project, node, sql, found.at);
  const where = file === undefined ? ` (in the compiled SQL of ${describe(node)})` : '';
  return {
    file: location.file,
    ...(file === undefined ? {} : { line: location.line, column: location.column }),
    message: `${found.message}${where}\n${location.excerpt}`,
    ...(found.hint === '' ? {} : { hint: `\n    ${found.hint}` }),
  };
}
