/** What a project is: its schema, defaults and names. Imports no other room. */
export type { Cloud, CloudSource, CloudSourceCredentials } from './cloud.ts';
export { type CloudNames, cloudNames, type SnowflakeFunction, snowflakeFunctions } from './cloud-names.ts';
export type {
  Connections,
  SnowflakeAuthentication,
  SnowflakeConnection,
  SourceConnection,
  StagingConnection,
} from './connections.ts';
export type { Contract, ContractColumn } from './contract.ts';
export { contractFile, readContract, writeContract } from './contract-files.ts';
export {
  type DailyOptions,
  daily,
  defineProject,
  full,
  type IncrementalOptions,
  incremental,
  type ProjectInput,
  type TableInput,
  type TableOptions,
} from './define.ts';
export type { CloudInput, CloudSourceInput, EnvironmentInput } from './define-cloud.ts';
export {
  type BucketSum,
  bucketCharacters,
  type ContentSum,
  doubleText,
  joinedDigests,
  type RowDigests,
} from './digests.ts';
export { connectionsFromEnvironment, type EnvironmentConnections } from './environment.ts';
export { type Environment, parseEnvironments } from './environments.ts';
export { type ErrorKind, exitCodeOf, SluiceError, type SluiceErrorOptions } from './errors.ts';
export { type Check, type Finding, type Found, runChecks } from './findings.ts';
export { loadEnvironments, loadProject } from './load.ts';
export { similarNames, targetName } from './names.ts';
export { parseProject } from './parse.ts';
export { ConfigError, type ConfigProblem } from './problems.ts';
export type {
  LoadedProject,
  MaskMethod,
  OnReject,
  Project,
  Table,
  TableMode,
  ValuePolicy,
} from './project.ts';
export { loadWaitMinutes, runErrorNames } from './run-errors.ts';
