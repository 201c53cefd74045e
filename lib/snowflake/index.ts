/** The one way to the warehouse: connection, what Sluice owns in it, and the ledger of loads. */
export { type ConnectOptions, connectWarehouse } from './connection.ts';
export { WarehouseError } from './errors.ts';
export { type ProvisionOptions, type ProvisionResult, provision } from './provision.ts';
export { quoteIdentifier, quoteLiteral, quoteName } from './quoting.ts';
export type {
  Bind,
  ExecuteOptions,
  QueryResult,
  ResultColumn,
  Warehouse,
  WarehouseValue,
} from './warehouse.ts';
