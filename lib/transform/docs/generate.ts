import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { columnLineage } from '../analysis/lineage.ts';
import type { ColumnLineage } from '../analysis/lineage-types.ts';
import { manifest } from '../artifacts/manifest.ts';
import { writeArtifact } from '../artifacts/write.ts';
import { compileSelected } from '../commands/compile.ts';
import type { GraphNode } from '../graph/node.ts';
import type { TransformOptions } from '../options.ts';
import { openWorkspace, type Workspace } from '../run/workspace.ts';
import { asRecord, asText, type DataRecord, toData } from '../values.ts';
import { catalog, placeOf } from './catalog.ts';
import { maskedColumns } from './masked.ts';
import { renderPage } from './page-html.ts';
import { type CatalogAnswer, type CatalogRelation, placeKey, readCatalog } from './read-catalog.ts';
import { artifactIfThere } from './records.ts';
import { secretsOf, withoutSecrets } from './secrets.ts';
import { siteData } from './site-data.ts';

export interface DocsOptions extends TransformOptions {
  /** Where manifest.json, catalog.json and index.html go. @default the folder of the artifacts */
  readonly output?: string;
  /** Compiles the selected nodes. Otherwise the SQL that an earlier manifest holds is shown. @default true */
  readonly compile?: boolean;
  /** Does not ask the warehouse what is there. @default false */
  readonly emptyCatalog?: boolean;
}

export interface DocsReport {
  /** The files that were written. */
  readonly page: string;
  readonly manifest: string;
  readonly catalog: string;
  /** How many relations the project has, and how many of them the warehouse has. */
  readonly relations: { readonly expected: number; readonly found: number };
  /** What does not compile, and which database does not answer, a text for each. The page is written without it. */
  readonly problems: readonly string[];
}

/**
 * Writes `manifest.json`, `catalog.json` and the page of the project, `index.html`. What runs have left in the folder of
 * the artifacts is shown with it.
 *
 * @throws ProjectError, SluiceError SELECTION_INVALID; of kind outside when the warehouse cannot be reached
 */
export async function generateDocs(options: DocsOptions): Promise<DocsReport> {
  const directory = options.artifactsDirectory;
  const before = artifactIfThere(directory, 'manifest.json');
  const workspace = openWorkspace('generate', options);
  const { project, invocation } = workspace;
  try {
    const problems: string[] = [];
    const compiled =
      options.compile === false ? compiledBefore(before) : await compileAll(workspace, problems);
    const wanted = [...project.nodes.values()].filter(
      (node) => workspace.selection.ids.has(node.uniqueId) && placeOf(node) !== undefined,
    );
    const answer = options.emptyCatalog ? undefined : await askCatalog(workspace, wanted);
    const relations = answer === undefined ? undefined : byNode(wanted, answer.relations);
    problems.push(...(answer?.errors ?? []));
    const secrets = secretsOf(options.env ?? process.env);
    const manifestDict = withoutSecrets(
      withCompiled(toData(manifest(project, invocation)), compiled),
      secrets,
    );
    const catalogDict = withoutSecrets(
      catalog(wanted, relations ?? new Map(), invocation, answer?.errors),
      secrets,
    );
    const data = siteData({
      manifest: manifestDict,
      relations,
      compiled,
      runResults: artifactIfThere(directory, 'run_results.json'),
      sources: artifactIfThere(directory, 'sources.json'),
      lineage: await lineageOf(workspace, relations !== undefined),
      masked: maskedColumns(options.project, project.nodes.values()),
      readme: readmeOf(options.directory),
      target: project.scope.target.name,
    });
    const target = options.output ?? directory;
    return {
      manifest: writeArtifact(target, 'manifest.json', `${JSON.stringify(manifestDict)}\n`),
      catalog: writeArtifact(target, 'catalog.json', `${JSON.stringify(catalogDict)}\n`),
      page: writeArtifact(target, 'index.html', renderPage(withoutSecrets(data, secrets))),
      relations: { expected: wanted.length, found: relations?.size ?? 0 },
      problems,
    };
  } finally {
    await workspace.pool.close();
  }
}

async function compileAll(workspace: Workspace, problems: string[]): Promise<Map<string, string>> {
  const nodes = await compileSelected(workspace, (node, error) => {
    problems.push(
      `${node.resourceType} ${node.name}: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  return new Map(nodes.map(({ uniqueId, sql }) => [uniqueId, sql]));
}

/** Which column comes from which. With an empty catalog the warehouse is not asked for what nobody else knows. */
async function lineageOf({ project, options, pool, runId }: Workspace, ask: boolean): Promise<ColumnLineage> {
  const tag = { project: project.loaded.root.name, run: runId, node: 'lineage' };
  return await columnLineage({
    project,
    config: options.project,
    ...(options.configDirectory === undefined ? {} : { configDirectory: options.configDirectory }),
    ...(ask ? { withWarehouse: (use) => pool.use(tag, use) } : {}),
  });
}

function compiledBefore(before: DataRecord | undefined): Map<string, string> {
  return new Map(
    Object.entries(asRecord(before?.nodes) ?? {}).flatMap(([id, node]) => {
      const sql = asText(asRecord(node)?.compiled_code);
      return sql === undefined ? [] : [[id, sql] as const];
    }),
  );
}

async function askCatalog(
  { pool, project, runId, options }: Workspace,
  nodes: readonly GraphNode[],
): Promise<CatalogAnswer> {
  const places = nodes.flatMap((node) => placeOf(node) ?? []);
  if (places.length === 0) return { relations: new Map(), errors: [] };
  return await pool.use({ project: project.loaded.root.name, run: runId, node: 'catalog' }, (warehouse) =>
    readCatalog(warehouse, places, options.signal),
  );
}

/** The relations that were found, by unique id. */
function byNode(
  nodes: readonly GraphNode[],
  relations: ReadonlyMap<string, CatalogRelation>,
): Map<string, CatalogRelation> {
  return new Map(
    nodes.flatMap((node) => {
      const place = placeOf(node);
      const relation = place === undefined ? undefined : relations.get(placeKey(place));
      return relation === undefined ? [] : [[node.uniqueId, relation] as const];
    }),
  );
}

/** The manifest with the SQL of its nodes, under the keys that dbt writes once a node is compiled. */
function withCompiled(value: unknown, compiled: ReadonlyMap<string, string>): DataRecord {
  const dict = asRecord(value) ?? {};
  const nodes = Object.entries(asRecord(dict.nodes) ?? {}).map(([id, node]) => {
    const sql = compiled.get(id);
    const extra = { compiled: true, compiled_code: sql ?? null, extra_ctes_injected: true, extra_ctes: [] };
    return [id, sql === undefined ? node : { ...asRecord(node), ...extra }] as const;
  });
  return { ...dict, nodes: Object.fromEntries(nodes) };
}

function readmeOf(directory: string): string | undefined {
  const path = join(directory, 'README.md');
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
