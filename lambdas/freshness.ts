import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { freshness } from '../lib/transform/index.ts';
import { type Invocation, lambdaHandler } from './support/handler.ts';
import { keepArtifacts, modelOptions } from './support/models.ts';
import type { RunState } from './support/run-state.ts';

export interface FreshnessOutcome {
  /** No source is older than its `error_after`. */
  readonly ok: boolean;
  readonly problems: readonly string[];
}

/** Checks how old the sources of the models are, by the limits in their schema files. */
export async function checkFreshness({ runId }: RunState, invocation: Invocation): Promise<FreshnessOutcome> {
  const report = await freshness(await modelOptions(runId, invocation));
  await keepArtifacts(runId, ['sources.json'], invocation);
  const stale = report.freshness.filter(({ status }) => status !== 'pass' && status !== 'warn');
  invocation.metrics.addMetric('SourcesStale', MetricUnit.Count, stale.length);
  const problems = stale.map(
    ({ source, table, status, ageSeconds, error }) =>
      `Source ${source}.${table}: ${error ?? `${status}, ${Math.round(ageSeconds ?? 0)} seconds old`}`,
  );
  return { ok: problems.length === 0, problems };
}

export const handler = lambdaHandler(checkFreshness);
