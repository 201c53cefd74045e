/** A dbt-compatible runner: reads a project, builds its models beside what is published, tests them, and publishes. */

export {
  type LineageReport,
  type LineageRequest,
  type LineageTree,
  lineage,
} from './analysis/lineage-report.ts';
export { build, test } from './commands/build.ts';
export { clone } from './commands/clone.ts';
export { compile } from './commands/compile.ts';
export { freshness } from './commands/freshness.ts';
export { list } from './commands/list.ts';
export { type ModifiedSince, modifiedSince } from './commands/modified-since.ts';
export { prune } from './commands/prune.ts';
export { retry } from './commands/retry.ts';
export { type ReviewedNode, type ReviewedRelation, reviewNodes } from './commands/review-nodes.ts';
export { show } from './commands/show.ts';
export { type DocsOptions, type DocsReport, generateDocs } from './docs/generate.ts';
export { type DocsServer, serveDocs } from './docs/serve.ts';
export { ProjectError } from './errors.ts';
export type { RunFlags, TimeWindow, WarnErrorOptions } from './flags.ts';
export type {
  BuildReport,
  CloneReport,
  CompileReport,
  FreshnessReport,
  FreshnessResult,
  ListReport,
  NodeEvent,
  NodeName,
  PruneReport,
  PublishEvent,
  ShowReport,
  TestResult,
  TransformOptions,
} from './options.ts';
export { type DepsOptions, type DepsReport, installPackages, type PackageDone } from './packages/deps.ts';
export { eventTime, sampleWindow } from './run/compile/event-times.ts';
