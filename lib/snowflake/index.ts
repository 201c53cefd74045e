/** The one way to the warehouse: connection, what Sluice owns in it, and the ledger of loads. */

export { type AwaitOptions, awaitLoads, triggerLoad } from './await-loads.ts';
export { type BootstrapOptions, renderBootstrap } from './bootstrap.ts';
export { type ConnectOptions, connectWarehouse } from './connection.ts';
export { type RawShape, rawContent, rawSums } from './content.ts';
export { readCursors } from './cursors.ts';
export { checkWarehouse, type StagedProbe } from './doctor.ts';
export { WarehouseError } from './errors.ts';
export { type LoadStatusReport, loadStatus, type TableLoadStatus } from './load-status.ts';
export {
  type Load,
  type LoadFilter,
  type LoadStatus,
  readLoadFiles,
  readLoads,
  retryLoads,
} from './loads.ts';
export { notificationChannel } from './pipe.ts';
export { type ProvisionOptions, type ProvisionResult, provision } from './provision.ts';
export { quoteIdentifier, quoteLiteral, quoteName } from './quoting.ts';
export { reconcileTable, type WindowCounts } from './reconcile.ts';
export { ensureStorageIntegration, type StorageIdentity } from './storage-integration.ts';
export { deleteKeys, digestsAtOnce, newestRun, readKeys } from './vanished.ts';
export type {
  Bind,
  ExecuteOptions,
  QueryResult,
  ResultColumn,
  Warehouse,
  WarehouseValue,
} from './warehouse.ts';
