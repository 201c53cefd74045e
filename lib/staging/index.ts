/** The bucket between Postgres and Snowflake: where things stand in it, what a manifest is, writing and reading. */
export { StagingError } from './errors.ts';
export {
  dataKey,
  dataPrefix,
  decodeWindow,
  encodeWindow,
  manifestKey,
  manifestPrefix,
  newRunId,
} from './layout.ts';
export {
  type Manifest,
  type ManifestFile,
  type ManifestWindow,
  parseManifest,
} from './manifest.ts';
export { notificationCheck, probeStaging, type StagingProbe } from './probe.ts';
export { openStaging, type Staging } from './staging.ts';
