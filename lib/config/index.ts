/** What a project is: its schema, defaults and names. Imports no other room. */
export type {
  Connections,
  SnowflakeAuthentication,
  SnowflakeConnection,
  SourceConnection,
  StagingConnection,
} from './connections.ts';
export type { Contract, ContractColumn } from './contract.ts';
export { type ErrorKind, exitCodeOf, SluiceError, type SluiceErrorOptions } from './errors.ts';
export type { LoadedProject, OnReject, Project, Table, TableMode } from './project.ts';
