/** Postgres to gzipped CSV and manifests in the staging bucket. */
export { type SourceContent, sourceContent } from './content.ts';
export {
  type ContentShape,
  contentScope,
  keyShape,
  readContentShape,
  type ScopeChoice,
} from './content-shape.ts';
export { readContract } from './contract.ts';
export { countWindows } from './count-windows.ts';
export { planCursorWindow } from './cursor-window.ts';
export { discoverTables, type Proposal } from './discover.ts';
export { checkSource, type SourceProbe } from './doctor.ts';
export { type ColumnChange, compareContract, describeChange } from './drift.ts';
export { SourceError } from './errors.ts';
export { type ExtractOptions, extractTables } from './extract.ts';
export { ExtractError } from './extract-errors.ts';
export { configText, tablesText } from './proposal-text.ts';
export { openSource, type Source } from './source.ts';
export {
  countUndatedRows,
  estimateWindows,
  readClock,
  readDayRange,
} from './survey.ts';
export type { ExtractProgress, ExtractRetry } from './window-job.ts';
export { type DayRange, defaultRange, planWindows } from './windows.ts';
