import type { NodeConfig } from '../project/config-tree.ts';
import type { ColumnProperties } from '../project/properties.ts';
import type { Data, DataRecord } from '../values.ts';

type ResourceType =
  | 'model'
  | 'test'
  | 'unit_test'
  | 'seed'
  | 'snapshot'
  | 'analysis'
  | 'operation'
  | 'source';

export interface RefCall {
  readonly packageName: string | null;
  readonly name: string;
  readonly version: string | number | null;
}

export type SourceCall = readonly [source: string, table: string];

interface NodeBase {
  /** dbt's key of a node: `model.<package>.<name>`. */
  readonly uniqueId: string;
  readonly name: string;
  readonly packageName: string;
  /** From the path that it was found under, e.g. `staging/stg_films.sql` without `staging/` if that is a model path. */
  readonly path: string;
  /** From the folder of its package. */
  readonly originalPath: string;
  readonly fqn: readonly string[];
  description: string;
  columns: readonly ColumnProperties[];
  config: NodeConfig;
  /** Folded into `config` by dbt as well; kept here because selection and artifacts ask for them. */
  tags: readonly string[];
  meta: DataRecord;
  /** The schema file and line that describes the node, if one does. */
  patch: { readonly file: string; readonly line: number } | null;
}

/** A node with SQL of its own: a model, test, seed, snapshot, … */
export interface SqlNode extends NodeBase {
  readonly resourceType: Exclude<ResourceType, 'source'>;
  readonly language: 'sql';
  readonly rawCode: string;
  readonly checksum: string;
  database: string;
  schema: string;
  alias: string;
  refs: readonly RefCall[];
  sources: readonly SourceCall[];
  /** Unique ids of the nodes and sources it reads, in the order it names them. */
  dependsOn: readonly string[];
  /** Unique ids of the macros that ran while it was rendered. */
  dependsOnMacros: readonly string[];
  /** Whether a run may build it; a disabled node is kept for messages only. */
  enabled: boolean;
  /** Set for generic tests. */
  readonly test?: GenericTestInfo;
  /** Set for unit tests. */
  readonly unitTest?: UnitTestInfo;
  /** Properties that only some resources have: access, group, constraints, version, … */
  readonly properties: DataRecord;
}

interface GenericTestInfo {
  readonly namespace: string | null;
  readonly name: string;
  readonly arguments: Readonly<Record<string, Data>>;
  readonly columnName: string | null;
  /** The node or source whose schema file asks for the test. */
  attachedNode: string | null;
  /** Name of the model or source table under which the test stands in its file. */
  readonly fileKeyName: string;
}

/** Rows of a unit test, in the way they were written. */
export type UnitTestRows =
  | { readonly format: 'dict'; readonly rows: readonly DataRecord[] }
  | { readonly format: 'csv' | 'sql'; readonly text: string };

export interface UnitTestInfo {
  readonly model: string;
  /** What the model reads during the test: `ref('a')`, `source('s', 't')` or `this`, and its rows. */
  readonly given: readonly { readonly input: string; readonly rows: UnitTestRows }[];
  readonly expected: UnitTestRows;
  readonly overrides: {
    readonly macros: DataRecord;
    readonly vars: DataRecord;
    readonly envVars: DataRecord;
  };
}

export interface SourceNode extends NodeBase {
  readonly resourceType: 'source';
  readonly sourceName: string;
  readonly sourceDescription: string;
  readonly identifier: string;
  readonly database: string;
  readonly schema: string;
  readonly loader: string;
  readonly quoting: DataRecord;
  readonly freshness: Freshness | null;
  readonly loadedAtField: string | null;
  readonly loadedAtQuery: string | null;
  readonly sourceMeta: DataRecord;
  readonly enabled: boolean;
}

export type GraphNode = SqlNode | SourceNode;

export type Period = 'minute' | 'hour' | 'day';

export interface Threshold {
  readonly count: number;
  readonly period: Period;
}

export interface Freshness {
  readonly warnAfter: Threshold | null;
  readonly errorAfter: Threshold | null;
  readonly filter: string | null;
}

/** How a node materializes; `view` unless its config says otherwise. */
export function materializationOf(node: SqlNode): string {
  const value = node.config.materialized;
  return typeof value === 'string' ? value : 'view';
}

/** Whether a node checks others instead of making something. */
export function isTest(node: GraphNode): boolean {
  return node.resourceType === 'test' || node.resourceType === 'unit_test';
}

export function isEphemeral(node: GraphNode): boolean {
  return node.resourceType === 'model' && materializationOf(node) === 'ephemeral';
}
