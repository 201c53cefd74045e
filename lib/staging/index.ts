/** The bucket between Postgres and Snowflake: where things stand in it, what a manifest is, writing and reading. */
export type { StagedObject } from './bucket.ts';
export { StagingError } from './errors.ts';
export {
  dataKey,
  dataPrefix,
  decodeWindow,
  encodeWindow,
  manifestKey,
  manifestPrefix,
  newRunId,
  type RunOfWindow,
} from './layout.ts';
export {
  type Manifest,
  type ManifestColumn,
  type ManifestFile,
  type ManifestWindow,
  parseManifest,
} from './manifest.ts';
export { openStaging, type Staging, type StagingOptions, type WriteOptions } from './staging.ts';
export type { Written } from './write.ts';
