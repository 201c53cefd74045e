import { accessOf, deprecationDate, type GraphNode, materializationOf, type SqlNode } from '../graph/node.ts';
import { noQuoting, renderRelation } from '../relation.ts';
import { asRecord } from '../values.ts';
import { columnDict } from './column-dict.ts';
import { configDict, docsDict, unrenderedConfig } from './config-dict.ts';
import { contractDict, modelConstraints } from './constraint-dict.ts';
import { sourceDict } from './source-dict.ts';
import { unitTestDict } from './unit-test-dict.ts';

/** A node as dbt's manifest has it: also what templates see as `model` and in `graph`. */
export function nodeDict(node: GraphNode): Record<string, unknown> {
  if (node.resourceType === 'source') return sourceDict(node);
  return node.unitTest === undefined ? sqlNodeDict(node) : unitTestDict(node, node.unitTest);
}

function sqlNodeDict(node: SqlNode): Record<string, unknown> {
  return {
    database: node.database,
    schema: node.schema,
    name: node.name,
    resource_type: node.resourceType,
    package_name: node.packageName,
    path: node.path,
    original_file_path: node.originalPath,
    unique_id: node.uniqueId,
    fqn: [...node.fqn],
    alias: node.alias,
    // A generic test has no file of its own that could change.
    checksum:
      node.test === undefined ? { name: 'sha256', checksum: node.checksum } : { name: 'none', checksum: '' },
    config: configDict(node),
    tags: [...node.tags],
    description: node.description,
    columns: Object.fromEntries(node.columns.map((column) => [column.name, columnDict(column)])),
    meta: { ...node.meta },
    group: node.group,
    docs: docsDict(node),
    patch_path: patchPath(node),
    build_path: null,
    unrendered_config: unrenderedConfig(node),
    relation_name: relationNameOf(node),
    raw_code: node.rawCode,
    doc_blocks: [...(node.docBlocks ?? [])],
    ...(node.resourceType === 'seed' ? seedPart(node) : sqlPart(node)),
    ...(node.test === undefined ? {} : testPart(node.test)),
    ...(node.resourceType === 'model' ? modelPart(node) : {}),
  };
}

/** A generic test is described by what it tests. */
function patchPath({ patch, test, packageName }: SqlNode): string | null {
  if (patch === null || test !== undefined) return null;
  return `${patch.packageName ?? packageName}://${patch.path ?? patch.file}`;
}

/** A seed's rows are its file's, and it reads nothing. */
function seedPart(node: SqlNode): Record<string, unknown> {
  return { raw_code: '', root_path: node.properties.root_path ?? null, depends_on: { macros: [] } };
}

function sqlPart(node: SqlNode): Record<string, unknown> {
  return {
    language: node.language,
    refs: node.refs.map((ref) => ({ name: ref.name, package: ref.packageName, version: ref.version })),
    sources: node.sources.map((source) => [...source]),
    metrics: [],
    depends_on: { macros: [...node.dependsOnMacros], nodes: [...node.dependsOn] },
    compiled_path: null,
    contract: contractDict(node),
  };
}

function modelPart(node: SqlNode): Record<string, unknown> {
  return {
    access: accessOf(node),
    constraints: modelConstraints(node),
    version: node.modelVersion?.version ?? null,
    latest_version: node.modelVersion?.latest ?? null,
    deprecation_date: deprecationDate(node)?.toISOString().replace('.000Z', '+00:00') ?? null,
    primary_key: [],
    time_spine: timeSpine(node),
  };
}

function timeSpine({ properties }: SqlNode): Record<string, unknown> | null {
  const said = asRecord(properties.time_spine);
  return said === undefined ? null : { custom_granularities: [], ...said };
}

function testPart(test: NonNullable<SqlNode['test']>): Record<string, unknown> {
  return {
    column_name: test.columnName,
    file_key_name: test.fileKeyName,
    attached_node: test.attachedNode?.startsWith('source.') === true ? null : test.attachedNode,
    test_metadata: { name: test.name, kwargs: { ...test.arguments }, namespace: test.namespace },
  };
}

/** The name of what a node makes, as other nodes' SQL has it; null for what makes nothing. */
export function relationNameOf(node: SqlNode): string | null {
  const makes =
    ['seed', 'snapshot'].includes(node.resourceType) ||
    (node.resourceType === 'model' && materializationOf(node) !== 'ephemeral') ||
    (node.resourceType === 'test' && storesFailures(node));
  if (!makes) return null;
  return renderRelation({
    database: node.database,
    schema: node.schema,
    identifier: node.alias,
    quoting: noQuoting,
  });
}

function storesFailures({ config }: SqlNode): boolean {
  const as = config.store_failures_as;
  return as === undefined || as === null ? config.store_failures === true : as !== 'ephemeral';
}
