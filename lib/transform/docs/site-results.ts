import { asRecord, asText, type Data, type DataRecord } from '../values.ts';
import type { Health, SiteFreshness, SiteResult, SiteRun } from './data-types.ts';
import { recordsOf } from './records.ts';

/** The results of `run_results.json` by unique id. */
export function resultsByNode(runResults: DataRecord | undefined): Map<string, SiteResult> {
  return new Map(
    recordsOf(runResults?.results).map((result) => {
      const status = asText(result.status) ?? '';
      const timing = recordsOf(result.timing);
      return [
        asText(result.unique_id) ?? '',
        {
          status,
          health: healthOf(status),
          message: asText(result.message) ?? null,
          seconds: numberOf(result.execution_time) ?? 0,
          failures: numberOf(result.failures),
          at: asText(timing.at(-1)?.completed_at) ?? null,
        },
      ];
    }),
  );
}

export function runOf(runResults: DataRecord | undefined): SiteRun | null {
  if (runResults === undefined) return null;
  const args = asRecord(runResults.args) ?? {};
  const metadata = asRecord(runResults.metadata) ?? {};
  return {
    command: asText(args.which) ?? 'build',
    at: asText(metadata.invocation_started_at) ?? asText(metadata.generated_at) ?? null,
    seconds: numberOf(runResults.elapsed_time) ?? 0,
    target: asText(args.target) ?? null,
  };
}

/** The results of `sources.json` by unique id. */
export function freshnessByNode(sources: DataRecord | undefined): Map<string, SiteFreshness> {
  return new Map(
    recordsOf(sources?.results).map((result) => {
      const status = asText(result.status) ?? '';
      const criteria = asRecord(result.criteria) ?? {};
      return [
        asText(result.unique_id) ?? '',
        {
          status,
          health: healthOf(status),
          maxLoadedAt: asText(result.max_loaded_at) ?? null,
          ageSeconds: numberOf(result.max_loaded_at_time_ago_in_s),
          checkedAt: asText(result.snapshotted_at) ?? null,
          error: asText(result.error) ?? null,
          warnAfter: threshold(criteria.warn_after),
          errorAfter: threshold(criteria.error_after),
        },
      ];
    }),
  );
}

/** `12 hours`; null without a limit. */
export function threshold(value: Data | undefined): string | null {
  const { count, period } = asRecord(value) ?? {};
  if (typeof count !== 'number' || typeof period !== 'string') return null;
  return `${count} ${period}${count === 1 ? '' : 's'}`;
}

function healthOf(status: string): Health {
  if (status === 'success' || status === 'pass') return 'good';
  if (status === 'warn' || status === 'partial success') return 'warn';
  if (status === 'skipped' || status === 'no-op' || status === 'reused') return 'skipped';
  return 'bad';
}

function numberOf(value: Data | undefined): number | null {
  return typeof value === 'number' ? value : null;
}
