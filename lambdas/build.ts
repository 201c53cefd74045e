import { build } from '../lib/transform/index.ts';
import { type Invocation, lambdaHandler } from './support/handler.ts';
import { keepArtifacts, modelOptions } from './support/models.ts';
import type { RunState } from './support/run-state.ts';

export interface BuildOutcome {
  /** Every blocking test held, and readers see what was built. */
  readonly published: boolean;
  readonly problems: readonly string[];
  readonly models: number;
  readonly tests: number;
}

/** A notification has room for this many. */
const mostProblems = 20;

/** Builds the models beside what is published, tests them there, and publishes them when every blocking test holds. */
export async function buildModels({ runId }: RunState, invocation: Invocation): Promise<BuildOutcome> {
  const report = await build(await modelOptions(runId, invocation));
  await keepArtifacts(runId, ['run_results.json', 'manifest.json'], invocation);
  const problems = [
    ...report.models.flatMap(({ name, status, error }) =>
      status === 'error' ? [`Model ${name}: ${error ?? 'failed'}`] : [],
    ),
    ...report.tests.flatMap(({ name, status, failures, error }) => {
      if (status === 'fail') return [`Test ${name}: ${failures} rows`];
      return status === 'error' ? [`Test ${name}: ${error ?? 'failed'}`] : [];
    }),
  ];
  return {
    published: report.published,
    problems: problems.slice(0, mostProblems),
    models: report.models.length,
    tests: report.tests.length,
  };
}

export const handler = lambdaHandler(buildModels);
