/** The steps of a run, in order: what the state machine and the command line both follow. */

export {
  type BackfillChoice,
  type BackfillOutcome,
  type BackfillPlan,
  backfill,
  planBackfill,
} from './backfill.ts';
export { commentMarker, renderComment } from './ci/comment.ts';
export { gitHubFromEnvironment, type PostedComment, postComment, pullRequestEvent } from './ci/github.ts';
export { buildBase, closePullRequest, type ReviewReport, reviewPullRequest } from './ci/review.ts';
export type { ModelsContext, RunContext, RunEvent } from './context.ts';
export { recordedContracts, selectTables } from './contracts.ts';
export { doctor } from './doctor.ts';
export { extractStep, type WindowChoice } from './extract-step.ts';
export { loadPending, type PendingOutcome } from './load-pending.ts';
export {
  buildStep,
  cloneStep,
  compileStep,
  docsStep,
  freshnessStep,
  lineageStep,
  loadProblems,
  loadStep,
  pruneStep,
  type RunOptions,
  type RunOutcome,
  retryStep,
  runPipeline,
  showStep,
  testStep,
} from './pipeline.ts';
export { planStep, sourceRange, type TablePlan } from './plan.ts';
export { provisionProject } from './provision.ts';
export { type ReconcileChoice, type ReconciledWindow, reconcile } from './reconcile/counts.ts';
export { type DeletesChoice, reconcileDeletes, type VanishedKeys } from './reconcile/deletes.ts';
export type { Explanation } from './reconcile/explain.ts';
export { type RunReport, type TableReport, tableReports } from './report.ts';
export { type RunStep, runSteps } from './steps.ts';
export type { TransformChoice } from './transform-options.ts';
