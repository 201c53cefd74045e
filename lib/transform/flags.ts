import type { IndirectSelection } from './select/spec.ts';

/** A span of time, from `start` up to but without `end`, as ISO 8601 in UTC. */
export interface TimeWindow {
  readonly start: string;
  readonly end: string;
}

/**
 * Which warnings count as errors and which are not told, by dbt's names of them: `LogTestResult` (a test that warns),
 * `JinjaLogWarning` (`exceptions.warn`), `NoNodesForSelectionCriteria`, …
 */
export interface WarnErrorOptions {
  readonly error: 'all' | readonly string[];
  /** Not errors after all, where `error` is all. */
  readonly warn: readonly string[];
  readonly silence: readonly string[];
}

/** What a user chooses for one run, with dbt's meaning. All of it is plain data: run_results.json keeps it for a retry. */
export interface RunFlags {
  /** Which of the project's schemas is built. @default the project's own choice */
  readonly target?: 'dev' | 'prod';
  /** As for dbt's `--select` and `--exclude`; nothing selects everything. */
  readonly select?: readonly string[];
  readonly exclude?: readonly string[];
  /** A selector of selectors.yml, in place of `select` and `exclude`. */
  readonly selector?: string;
  /** Which tests come along with the nodes that are selected. @default 'eager' */
  readonly indirectSelection?: IndirectSelection;
  /** Of what is selected, only these kinds; all of them unless told. */
  readonly resourceTypes?: readonly string[];
  readonly excludeResourceTypes?: readonly string[];
  /** Before the variables of dbt_project.yml. `raw_schema` is set from the config unless it stands here. */
  readonly vars?: Readonly<Record<string, unknown>>;
  /** Nodes at the same time. @default the project's own choice */
  readonly threads?: number;
  readonly fullRefresh?: boolean;
  /** Begins no more nodes once one has failed. */
  readonly failFast?: boolean;
  /** Refs and sources have no rows: the SQL runs, and nothing is computed. */
  readonly empty?: boolean;
  /** Refs and sources that have an `event_time` are limited to this span of it. */
  readonly sample?: TimeWindow;
  /** Batches of microbatch models from here on, and up to there; ISO 8601 in UTC. */
  readonly eventTimeStart?: string;
  readonly eventTimeEnd?: string;
  /** Folder of another run's artifacts: what `state:`, `result:` and `source_status:` compare with, and `defer` reads from. */
  readonly state?: string;
  /** Folder whose manifest.json `defer` and `clone` read from, if that is not `state`. */
  readonly deferState?: string;
  /** A ref to what is neither built here nor there leads to the relation of the other run's manifest. */
  readonly defer?: boolean;
  /** With `defer`: also if it is there, unless it is built in this run. */
  readonly favorState?: boolean;
  /** Tests keep the rows they find, unless their config says otherwise. */
  readonly storeFailures?: boolean;
  readonly warnError?: WarnErrorOptions;
  /** `false` builds straight into the published schemas, as dbt does: nothing is tested before readers see it. */
  readonly audit?: boolean;
  /** `false` sends SQL to the warehouse without having resolved its names first. */
  readonly check?: boolean;
}
