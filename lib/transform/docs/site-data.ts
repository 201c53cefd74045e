import type { ColumnLineage } from '../analysis/lineage-types.ts';
import { asRecord, asText, asTexts, type Data, type DataRecord } from '../values.ts';
import type { SiteData, SiteGroup, SiteMacro, SiteNode } from './data-types.ts';
import type { MaskedColumns } from './masked.ts';
import type { CatalogRelation } from './read-catalog.ts';
import { recordsIn, recordsOf } from './records.ts';
import { lineageEdges } from './site-columns.ts';
import { siteNode } from './site-node.ts';
import { freshnessByNode, resultsByNode, runOf } from './site-results.ts';

/** What the page is made from. */
export interface SiteSources {
  /** As `manifest.json` has it. */
  readonly manifest: DataRecord;
  /** What the warehouse knows, by unique id; undefined when it was not asked. */
  readonly relations: ReadonlyMap<string, CatalogRelation> | undefined;
  /** Compiled SQL by unique id. */
  readonly compiled: ReadonlyMap<string, string>;
  /** `run_results.json` and `sources.json` of the last run, if there are any. */
  readonly runResults: DataRecord | undefined;
  readonly sources: DataRecord | undefined;
  readonly lineage: ColumnLineage | undefined;
  readonly masked: MaskedColumns;
  /** Markdown for the first page, if the project has no `__overview__` docs block. */
  readonly readme: string | undefined;
  readonly target: string | null;
}

const nodeParts = [
  'nodes',
  'sources',
  'exposures',
  'metrics',
  'semantic_models',
  'saved_queries',
  'unit_tests',
] as const;

/** Puts together what the page shows, from a project's artifacts. */
export function siteData(from: SiteSources): SiteData {
  const { manifest } = from;
  const metadata = asRecord(manifest.metadata) ?? {};
  const name = asText(metadata.project_name) ?? '';
  const macros = shownMacros(manifest);
  const dicts = nodeParts
    .flatMap((part) => recordsIn(manifest[part]))
    .filter((dict) => dict.resource_type !== 'operation' && !isHidden(dict));
  const context = {
    relations: from.relations,
    compiled: from.compiled,
    results: resultsByNode(from.runResults),
    freshness: freshnessByNode(from.sources),
    columnTests: testsByColumn(dicts),
    lineage: from.lineage,
    masked: from.masked,
    macros: new Set(macros.map(({ id }) => id)),
  };
  const nodes: readonly SiteNode[] = dicts.map((dict) => siteNode(dict, context));
  return {
    project: {
      name,
      generatedAt: asText(metadata.generated_at) ?? '',
      target: from.target,
      overview: overviewOf(manifest, name) ?? from.readme ?? null,
      hasCatalog: from.relations !== undefined,
    },
    nodes,
    macros,
    ...lineageEdges(nodes, from.lineage),
    run: runOf(from.runResults),
    groups: recordsIn(manifest.groups).map(groupOf),
  };
}

/** `docs: { show: false }`, as a property or a setting. */
function isHidden(dict: DataRecord): boolean {
  return [dict.docs, asRecord(dict.config)?.docs].some((docs) => asRecord(docs)?.show === false);
}

/** dbt's convention: a docs block of this name is the first page; the project's own goes before a package's. */
function overviewOf(manifest: DataRecord, project: string): string | undefined {
  const blocks = recordsIn(manifest.docs);
  const named = blocks.filter((block) => block.name === '__overview__' && block.package_name !== 'dbt');
  const found = named.find((block) => block.package_name === project) ?? named[0];
  return asText(found?.block_contents);
}

/** Ids of the tests of each column, by node and column in lower case. */
function testsByColumn(dicts: readonly DataRecord[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const dict of dicts) {
    const column = asText(dict.column_name);
    const node = asText(dict.attached_node);
    const id = asText(dict.unique_id);
    if (column === undefined || node === undefined || id === undefined) continue;
    const key = `${node}\n${column.replaceAll('"', '').toLowerCase()}`;
    found.set(key, [...(found.get(key) ?? []), id]);
  }
  return found;
}

/** dbt's own macros are the language, not the project: nobody looks for them in its docs. */
function shownMacros(manifest: DataRecord): SiteMacro[] {
  const own = (packageName: Data | undefined) =>
    packageName !== 'dbt' && packageName !== 'dbt_snowflake' && packageName !== 'dbt_postgres';
  const dicts = recordsIn(manifest.macros).filter((macro) => own(macro.package_name) && !isHidden(macro));
  const known = new Set(dicts.map((dict) => asText(dict.unique_id) ?? ''));
  return dicts.map((dict) => ({
    id: asText(dict.unique_id) ?? '',
    name: asText(dict.name) ?? '',
    package: asText(dict.package_name) ?? '',
    file: asText(dict.original_file_path) ?? '',
    description: asText(dict.description) ?? '',
    arguments: recordsOf(dict.arguments).map((argument) => ({
      name: asText(argument.name) ?? '',
      type: asText(argument.type) ?? '',
      description: asText(argument.description) ?? '',
    })),
    code: asText(dict.macro_sql) ?? '',
    macros: asTexts(asRecord(dict.depends_on)?.macros).filter((id) => known.has(id)),
  }));
}

function groupOf(group: DataRecord): SiteGroup {
  const owner = asRecord(group.owner) ?? {};
  return {
    name: asText(group.name) ?? '',
    owner: asText(owner.name) ?? asText(owner.email) ?? '',
    email: asText(owner.email) ?? null,
    description: asText(group.description) ?? '',
  };
}
