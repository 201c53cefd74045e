import type { GraphNode, SqlNode, UnitTestInfo, UnitTestRows } from '../graph/node.ts';
import { materializationOf } from '../graph/node.ts';
import type { ColumnProperties } from '../project/properties.ts';
import { noQuoting, renderRelation } from '../relation.ts';

/** A node as dbt's manifest has it: also what templates see as `model` and in `graph`. */
export function nodeDict(node: GraphNode): Record<string, unknown> {
  if (node.resourceType === 'source') return sourceDict(node);
  return node.unitTest === undefined ? sqlNodeDict(node) : unitTestDict(node, node.unitTest);
}

function common(node: GraphNode): Record<string, unknown> {
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
    tags: [...node.tags],
    description: node.description,
    columns: Object.fromEntries(node.columns.map((column) => [column.name, columnDict(column)])),
    meta: { ...node.meta },
    patch_path: node.patch === null ? null : `${node.packageName}://${node.patch.file}`,
  };
}

function sqlNodeDict(node: SqlNode): Record<string, unknown> {
  const config = configDict(node);
  return {
    ...common(node),
    alias: node.alias,
    checksum: { name: 'sha256', checksum: node.checksum },
    config,
    relation_name: relationNameOf(node),
    raw_code: node.rawCode,
    ...(node.resourceType === 'seed' ? seedPart() : sqlPart(node)),
    ...(node.resourceType === 'test' ? testPart(node) : {}),
    ...(node.resourceType === 'model' ? { access: node.config.access ?? 'protected', version: null } : {}),
  };
}

function unitTestDict(node: SqlNode, unitTest: UnitTestInfo): Record<string, unknown> {
  const { model, given, expected, overrides } = unitTest;
  const rowsDict = (rows: UnitTestRows) => ({
    format: rows.format,
    rows: rows.format === 'dict' ? rows.rows : rows.text,
    fixture: null,
  });
  return {
    name: node.name,
    resource_type: 'unit_test',
    package_name: node.packageName,
    path: node.path,
    original_file_path: node.originalPath,
    unique_id: node.uniqueId,
    fqn: [...node.fqn],
    model,
    given: given.map(({ input, rows }) => ({ input, ...rowsDict(rows) })),
    expect: rowsDict(expected),
    overrides: { macros: overrides.macros, vars: overrides.vars, env_vars: overrides.envVars },
    description: node.description,
    depends_on: { macros: [], nodes: [...node.dependsOn] },
    config: { enabled: node.enabled, tags: [...node.tags], meta: { ...node.meta } },
    checksum: node.checksum,
    schema: node.schema,
    tested_node_unique_id: node.dependsOn[0] ?? null,
  };
}

/** A seed's rows are its file's, and it reads nothing. */
function seedPart(): Record<string, unknown> {
  return { raw_code: '', depends_on: { macros: [] } };
}

function sqlPart(node: SqlNode): Record<string, unknown> {
  return {
    language: node.language,
    refs: node.refs.map((ref) => ({ name: ref.name, package: ref.packageName, version: ref.version })),
    sources: node.sources.map((source) => [...source]),
    depends_on: { macros: [...node.dependsOnMacros], nodes: [...node.dependsOn] },
  };
}

/** The name of what a node makes, as other nodes' SQL has it; null for what makes nothing. */
export function relationNameOf(node: SqlNode): string | null {
  const makes =
    ['seed', 'snapshot'].includes(node.resourceType) ||
    (node.resourceType === 'model' && materializationOf(node) !== 'ephemeral');
  if (!makes) return null;
  return renderRelation({
    database: node.database,
    schema: node.schema,
    identifier: node.alias,
    quoting: noQuoting,
  });
}

function configDict(node: SqlNode): Record<string, unknown> {
  const materialized = node.resourceType === 'test' ? 'test' : materializationOf(node);
  return { ...node.config, materialized, tags: [...node.tags], meta: { ...node.meta } };
}

function testPart(node: SqlNode): Record<string, unknown> {
  if (node.test === undefined) return {};
  return {
    column_name: node.test.columnName,
    file_key_name: node.test.fileKeyName,
    attached_node: node.test.attachedNode,
    test_metadata: {
      name: node.test.name,
      kwargs: { ...node.test.arguments },
      namespace: node.test.namespace,
    },
  };
}

function sourceDict(node: GraphNode & { resourceType: 'source' }): Record<string, unknown> {
  const { freshness } = node;
  return {
    ...common(node),
    source_name: node.sourceName,
    source_description: node.sourceDescription,
    loader: node.loader,
    identifier: node.identifier,
    quoting: { ...node.quoting },
    loaded_at_field: node.loadedAtField,
    loaded_at_query: node.loadedAtQuery,
    freshness:
      freshness === null
        ? null
        : { warn_after: freshness.warnAfter, error_after: freshness.errorAfter, filter: freshness.filter },
    source_meta: { ...node.sourceMeta },
    config: { enabled: node.enabled },
    relation_name: renderRelation({
      database: node.database,
      schema: node.schema,
      identifier: node.identifier,
      quoting: { ...noQuoting, ...node.quoting },
    }),
  };
}

function columnDict(column: ColumnProperties): Record<string, unknown> {
  return {
    name: column.name,
    description: column.description,
    meta: { ...column.meta },
    data_type: column.dataType,
    quote: column.quote,
    tags: [...column.tags],
    constraints: [...column.constraints],
  };
}
