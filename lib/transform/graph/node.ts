import type { NodeConfig } from '../project/config-tree.ts';
import type { ColumnProperties } from '../project/properties.ts';
import { asText, type Data, type DataRecord } from '../values.ts';

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
  readonly version: Version | null;
}

export type SourceCall = readonly [source: string, table: string];

export type Version = string | number;

/** The version that a model is, of the several that go by its name. */
export interface ModelVersion {
  readonly version: Version;
  /** The one that a `ref` without a version means. */
  readonly latest: Version;
}

/** The place of a description in a schema file. */
export interface Patch {
  readonly file: string;
  readonly line: number;
  /** Of the file from the folder of its package, where that is not the project itself. */
  readonly path?: string;
  /** The package of the file, where that is not the node's own. */
  readonly packageName?: string;
}

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
  patch: Patch | null;
  /** Unique ids of the docs blocks that its description includes. */
  docBlocks?: readonly string[];
}

/** A node with SQL of its own: a model, test, seed, snapshot, …; a model may be written in Python instead. */
export interface SqlNode extends NodeBase {
  readonly resourceType: Exclude<ResourceType, 'source'>;
  readonly language: 'sql' | 'python';
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
  /** Set for a model that has versions. */
  readonly modelVersion?: ModelVersion;
  /** The group that owns it; a generic test belongs to the group of what it tests. */
  group: string | null;
  /** Set for generic tests. */
  readonly test?: GenericTestInfo;
  /** Set for unit tests. */
  readonly unitTest?: UnitTestInfo;
  /** What was said of its config, as it was written: templates are not rendered. */
  writtenConfig?: DataRecord;
  /** Everything that its schema file says, as it was written: constraints, deprecation_date, … */
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
export type UnitTestRows = (
  | { readonly format: 'dict'; readonly rows: readonly DataRecord[] }
  | { readonly format: 'csv' | 'sql'; readonly text: string }
) & {
  /** Name of the file that they are in, if it is one of their own. */
  readonly fixture?: string;
};

export interface UnitTestInfo {
  readonly model: string;
  /** Which versions of the model it is for, as it was written. */
  readonly versions?: {
    readonly include: readonly Version[] | null;
    readonly exclude: readonly Version[] | null;
  };
  /** The version that this test is for, if its model has versions. */
  readonly version?: Version;
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
  sourceDescription: string;
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
  /** Whether its file says `freshness: null`, which is more than to say nothing. */
  readonly freshnessOff?: boolean;
  /** `external:` of the table: where its files are. */
  readonly external?: DataRecord;
  /** The schema file of another package that overrides it. */
  readonly patchedIn?: string;
  /** Database and schema as the file has them. */
  readonly writtenDatabase?: string | null;
  readonly writtenSchema?: string | null;
}

export type GraphNode = SqlNode | SourceNode;

/** Everything that a selection can choose. */
export type Selectable = GraphNode | Definition;

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

export type DefinitionKind = 'exposure' | 'metric' | 'semantic_model' | 'saved_query';

/** What a schema file defines over the nodes and nothing builds: an exposure, a metric, a semantic model, a saved query. */
export interface Definition extends NodeBase {
  readonly resourceType: DefinitionKind;
  readonly group: string | null;
  readonly refs: readonly RefCall[];
  readonly sources: readonly SourceCall[];
  /** Names of metrics that it is made of. */
  readonly metrics: readonly string[];
  /** Names of the measures that a metric is over. */
  readonly measures: readonly string[];
  /** Unique ids of what it reads. */
  dependsOn: readonly string[];
  readonly enabled: boolean;
  /** What only its kind has, as dbt's manifest has it. */
  own: Readonly<Record<string, unknown>>;
}

/** A team that owns models. */
export interface Group {
  readonly uniqueId: string;
  readonly name: string;
  readonly packageName: string;
  readonly path: string;
  readonly originalPath: string;
  description: string;
  readonly owner: DataRecord;
  readonly config: DataRecord;
}

export type Access = 'private' | 'protected' | 'public';

/** Who may read a model; `protected` unless its config says otherwise. */
export function accessOf(node: SqlNode): Access {
  const { access } = node.config;
  return access === 'private' || access === 'public' ? access : 'protected';
}

/** How a node materializes; `view` unless its config says otherwise. */
export function materializationOf(node: SqlNode): string {
  const value = node.config.materialized;
  return typeof value === 'string' ? value : 'view';
}

/** Whether a node checks others instead of making something. */
export function isTest(node: Selectable): boolean {
  return node.resourceType === 'test' || node.resourceType === 'unit_test';
}

export function isEphemeral(node: GraphNode): boolean {
  return node.resourceType === 'model' && materializationOf(node) === 'ephemeral';
}

/** When a model stops being kept up, if its schema file says so. A time without a zone is one of UTC. */
export function deprecationDate({ resourceType, properties }: SqlNode): Date | undefined {
  const text = resourceType === 'model' ? asText(properties.deprecation_date) : undefined;
  if (text === undefined) return undefined;
  const date = new Date(
    /[zZ]|[+-]\d\d:?\d\d$/.test(text) || text.length <= 10 ? text : `${text.replace(' ', 'T')}Z`,
  );
  return Number.isNaN(date.getTime()) ? undefined : date;
}
