import type { Project, SluiceError } from '../config/index.ts';
import type { Warehouse, WarehouseValue } from '../snowflake/index.ts';
import type { RunFlags } from './flags.ts';
import type { QueryTag } from './run/sessions.ts';

export interface TransformOptions extends RunFlags {
  /** Folder of the dbt project, where dbt_project.yml is. */
  readonly directory: string;
  readonly project: Project;
  /** Folder of the config, where `contracts/` is. Without it, the tables that Sluice loads are known to the warehouse only. */
  readonly configDirectory?: string;
  /** Opens one session; called once a thread at most. The tag is what the session does first. */
  readonly connect: (tag?: Partial<QueryTag>) => Promise<Warehouse>;
  /** Where run_results.json, sources.json, manifest.json and the compiled SQL go. */
  readonly artifactsDirectory: string;
  /** Called once with all nodes that are going to run or be skipped, and then for each one as it begins. */
  readonly onChosen?: (nodes: readonly NodeName[]) => void;
  readonly onBegin?: (node: NodeName) => void;
  /** Called once for every node, as it ends. */
  readonly onNode?: (event: NodeEvent) => void;
  /** Called around the publishing of what was built, and once for every relation that readers see anew. */
  readonly onPublish?: (event: PublishEvent) => void;
  /** What templates say with `log(…, info=true)`, `print` and `exceptions.warn`. */
  readonly onMessage?: (message: string) => void;
  readonly signal?: AbortSignal;
  /** What `env_var` reads. @default the process' environment */
  readonly env?: NodeJS.ProcessEnv;
  /** Names the candidate schemas and tags the queries. @default made from the time */
  readonly runId?: string;
  /**
   * Builds into schemas of this name and leaves them there, and publishes nothing: a pull request's own. What is published
   * under the target's own schema stands in this one, other schemas' models in `<review>__<SCHEMA>`.
   */
  readonly review?: string;
}

/** How the publishing of what was built goes on. `done` comes after the candidates are dropped. */
export type PublishEvent =
  | { readonly state: 'started' }
  | { readonly state: 'published'; readonly relation: string }
  | { readonly state: 'done'; readonly ms: number };

export interface NodeName {
  /** `model`, `test`, `source` (of a freshness check), … */
  readonly kind: string;
  readonly name: string;
}

/** A node of a run that is over. */
export interface NodeEvent extends NodeName {
  readonly status: 'success' | 'error' | 'skipped' | 'pass' | 'warn' | 'fail' | 'runtime error';
  readonly ms: number;
  /** Rows of a table that was built; null for everything else. */
  readonly rows: number | null;
  /** Why it failed, was skipped, or is only a warning. */
  readonly message: string | null;
}

export interface ModelResult {
  readonly name: string;
  /** The published name, also while only a candidate was built. */
  readonly relation: string;
  /** Rows of a table; null for a view and for what was not built. */
  readonly rows: number | null;
  readonly status: 'success' | 'error' | 'skipped';
  readonly ms: number;
  readonly error?: string;
}

export interface TestResult {
  readonly name: string;
  readonly status: 'pass' | 'warn' | 'fail' | 'error' | 'skipped';
  /** Rows that are wrong, by the test's own count; null when it did not run. */
  readonly failures: number | null;
  readonly severity: 'error' | 'warn';
  readonly ms: number;
  /** File of the schema file or of the test's SQL. */
  readonly file: string;
  readonly compiledPath?: string;
  /** Up to 5 of the rows that are wrong, values of masked columns hidden. */
  readonly examples?: readonly Readonly<Record<string, unknown>>[];
  readonly error?: string;
}

export interface FreshnessResult {
  readonly source: string;
  readonly table: string;
  readonly status: 'pass' | 'warn' | 'error' | 'runtime error';
  readonly ageSeconds: number | null;
  readonly maxLoadedAt: string | null;
  readonly error?: string;
}

export interface BuildReport {
  readonly models: readonly ModelResult[];
  readonly tests: readonly TestResult[];
  readonly freshness: readonly FreshnessResult[];
  /** Whether what was built is what readers see now. */
  readonly published: boolean;
  /** The schemas that hold what was built and not published. */
  readonly candidates: readonly string[];
  /** What kept it from being published, a text for each node; empty when it was published. */
  readonly problems: readonly string[];
  /** Why the work failed: a model or a test of severity error. To be thrown by who has nothing better to do with it. */
  readonly failure?: SluiceError;
  /** Criteria of the selection that chose nothing. */
  readonly unmatched: readonly string[];
  /** What templates warned of. */
  readonly warnings: readonly string[];
}

export interface FreshnessReport {
  readonly freshness: readonly FreshnessResult[];
  readonly failure?: SluiceError;
}

export interface CompiledNode {
  readonly uniqueId: string;
  readonly name: string;
  /** File of the compiled SQL. */
  readonly path: string;
  readonly sql: string;
}

export interface CompileReport {
  readonly nodes: readonly CompiledNode[];
}

/** A node as `ls` names it. */
export interface ListedNode {
  readonly uniqueId: string;
  readonly name: string;
  readonly resourceType: string;
  readonly packageName: string;
  /** What selects this node and no other: `shop.staging.stg_orders`, `source:shop.raw.orders`. */
  readonly selector: string;
  readonly file: string;
  readonly materialized: string | null;
  readonly tags: readonly string[];
  readonly dependsOn: readonly string[];
}

export interface ListReport {
  readonly nodes: readonly ListedNode[];
  /** Criteria of the selection that chose nothing. */
  readonly unmatched: readonly string[];
}

/** A relation that no node makes any more, or a schema of candidates that no run works on. */
export interface PrunedRelation {
  readonly relation: string;
  readonly kind: 'table' | 'view' | 'dynamic_table' | 'schema';
  readonly dropped: boolean;
}

export interface PruneReport {
  readonly relations: readonly PrunedRelation[];
}

/** The first rows of what a node selects. */
export interface ShowReport {
  readonly node: string;
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, WarehouseValue>>[];
  readonly sql: string;
}

/** What became of one relation that was to be cloned. */
export interface ClonedRelation {
  readonly name: string;
  readonly relation: string;
  /** Where the other environment has it. */
  readonly from: string | null;
  /** What it is here now; null when nothing was made. */
  readonly made: 'table' | 'view' | null;
  /** Why nothing was made. */
  readonly message: string | null;
}

export interface CloneReport {
  readonly relations: readonly ClonedRelation[];
  /** Criteria of the selection that chose nothing. */
  readonly unmatched: readonly string[];
}
