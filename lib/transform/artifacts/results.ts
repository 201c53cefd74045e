/** One result as `run_results.json` has it (dbt run-results v6). */
export interface RunResult {
  readonly status: string;
  readonly timing: readonly Timing[];
  readonly thread_id: string;
  readonly execution_time: number;
  readonly adapter_response: Readonly<Record<string, unknown>>;
  readonly message: string | null;
  readonly failures: number | null;
  readonly unique_id: string;
  readonly compiled: boolean | null;
  readonly compiled_code: string | null;
  readonly relation_name: string | null;
  /** Of a microbatch model: the batches that are there, and those that are not, by their bounds. */
  readonly batch_results: BatchResults | null;
}

/** The bounds of a batch, ISO 8601. */
export type BatchBounds = readonly [start: string, end: string];

export interface BatchResults {
  readonly successful: readonly BatchBounds[];
  readonly failed: readonly BatchBounds[];
}

export interface Timing {
  readonly name: 'compile' | 'execute';
  readonly started_at: string;
  readonly completed_at: string;
}

/** One result of `sources.json` (dbt sources v3). */
export type SourceResult =
  | {
      readonly unique_id: string;
      readonly max_loaded_at: string;
      readonly snapshotted_at: string;
      readonly max_loaded_at_time_ago_in_s: number;
      readonly status: string;
      readonly criteria: {
        readonly warn_after: { readonly count: number | null; readonly period: string | null };
        readonly error_after: { readonly count: number | null; readonly period: string | null };
        readonly filter: string | null;
      };
      readonly adapter_response: Readonly<Record<string, unknown>>;
      readonly timing: readonly Timing[];
      readonly thread_id: string;
      readonly execution_time: number;
    }
  | { readonly unique_id: string; readonly error: string; readonly status: 'runtime error' };

export interface Invocation {
  readonly id: string;
  readonly startedAt: Date;
  /** `DBT_ENV_CUSTOM_ENV_*` of the environment, by the rest of the name, as dbt records them. */
  readonly env: Readonly<Record<string, string>>;
}

/** The version of dbt whose behaviour and artifacts are followed. */
export const dbtVersion = '1.10.23';

export function metadata(artifact: string, invocation: Invocation): Record<string, unknown> {
  return {
    dbt_schema_version: `https://schemas.getdbt.com/dbt/${artifact}.json`,
    dbt_version: dbtVersion,
    generated_at: new Date().toISOString(),
    invocation_id: invocation.id,
    invocation_started_at: invocation.startedAt.toISOString(),
    env: invocation.env,
  };
}

export function runResults(
  results: readonly RunResult[],
  invocation: Invocation,
  args: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return {
    metadata: metadata('run-results/v6', invocation),
    results,
    elapsed_time: elapsedSeconds(invocation),
    args,
  };
}

export function sourceResults(
  results: readonly SourceResult[],
  invocation: Invocation,
): Record<string, unknown> {
  return { metadata: metadata('sources/v3', invocation), results, elapsed_time: elapsedSeconds(invocation) };
}

/** What `DBT_ENV_CUSTOM_ENV_<NAME>` variables say, for the metadata of every artifact. */
export function customEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const prefix = 'DBT_ENV_CUSTOM_ENV_';
  return Object.fromEntries(
    Object.entries(env).flatMap(([key, value]) =>
      key.startsWith(prefix) && value !== undefined ? [[key.slice(prefix.length), value]] : [],
    ),
  );
}

function elapsedSeconds(invocation: Invocation): number {
  return (Date.now() - invocation.startedAt.getTime()) / 1000;
}
