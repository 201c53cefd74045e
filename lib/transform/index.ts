/** A dbt-compatible runner: reads a project, builds its models beside what is published, tests them, and publishes. */

export {
  type LineageReport,
  type LineageRequest,
  type LineageTree,
  lineage,
} from './analysis/lineage-report.ts';
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
export { build, test } from './run/build.ts';
export { freshness } from './run/check-freshness.ts';
export { clone } from './run/clone.ts';
export { compile } from './run/compile.ts';
export { eventTime, sampleWindow } from './run/event-times.ts';
export { list } from './run/list.ts';
export { type ModifiedSince, modifiedSince } from './run/modified-since.ts';
export { prune } from './run/prune.ts';
export { retry } from './run/retry.ts';
export { type ReviewedNode, type ReviewedRelation, reviewNodes } from './run/review-nodes.ts';
export { show } from './run/show.ts';
