import type { WarehouseAccess } from './session.ts';

/** Promises that a template which may not wait refuses, before anything is sent anywhere. */
const never = (): Promise<never> =>
  Promise.reject(new Error('The warehouse was asked while a template was tried without it'));

/** Stands for the warehouse while a node is rendered at once: it may know that it runs, and asks nothing. */
export const noWarehouse: WarehouseAccess = {
  execute: never,
  relation: never,
  relations: never,
  schemaExists: never,
  columns: never,
  forget: () => undefined,
  made: () => undefined,
  gone: () => undefined,
};
