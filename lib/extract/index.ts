/** Postgres to gzipped CSV and manifests in the staging bucket. */
export { readContract } from './contract.ts';
export { countWindows } from './count-windows.ts';
export { SourceError } from './errors.ts';
export { type ExtractOptions, extractTables } from './extract.ts';
export { ExtractError, type TableFailure } from './extract-errors.ts';
export { presentColumn } from './select.ts';
export { openSource, type Source, type SourceOptions } from './source.ts';
export {
  countUndatedRows,
  estimateWindows,
  readClock,
  readDayRange,
  type WindowEstimate,
} from './survey.ts';
export type { ExtractProgress, ExtractRetry } from './window-job.ts';
export { type DayRange, defaultRange, planWindows } from './windows.ts';
