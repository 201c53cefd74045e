import { openStaging } from '../staging/index.ts';
import type { RunContext } from './context.ts';
import type { RunOutcome } from './pipeline.ts';

/** Keeps what a run did in the bucket, at `runs/<run id>/report.json`: the history that anybody can look at later. */
export async function recordRun({ project, connections }: RunContext, outcome: RunOutcome): Promise<void> {
  const { prefix } = project.staging;
  const staging = openStaging(connections.staging, { prefix });
  try {
    const { runId } = outcome.report;
    await staging.put(`${prefix}runs/${runId}/report.json`, `${JSON.stringify(outcome, null, 2)}\n`);
  } finally {
    staging.close();
  }
}
