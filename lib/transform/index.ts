/** A dbt-compatible runner: reads a project, builds its models beside what is published, tests them, and publishes. */
export { ProjectError } from './errors.ts';
export type {
  BuildReport,
  FreshnessReport,
  FreshnessResult,
  NodeEvent,
  TransformOptions,
} from './options.ts';
export { build, test } from './run/build.ts';
export { freshness } from './run/check-freshness.ts';
export { compile } from './run/compile.ts';
