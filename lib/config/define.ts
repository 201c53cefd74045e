import type { CloudInput, EnvironmentInput } from './define-cloud.ts';
import type { MaskMethod, OnReject, ValuePolicy } from './project.ts';

/** What every table may say beside its mode. */
export interface TableOptions {
  /** Where the rows come from. @default schema `public`, a table of the same name */
  source?: { schema?: string; table?: string };
  /** What a window with rejected rows does: wait for a person, or go on without them. @default 'hold' */
  onReject?: OnReject;
  /**
   * Columns that are masked before their values leave the process: `hash` (HMAC-SHA-256 under SLUICE_MASKING_KEY, the same for the
   * same value, so that tables can still be joined), `redact` (the text `REDACTED`), `partial` (`****` and the last 4 characters
   * of 8 or more; of an address its domain), `null`. NULL stays NULL. @default none
   */
  mask?: Record<string, MaskMethod>;
  /**
   * Columns whose values may not fit their type in Snowflake (infinite dates, NaN, more decimals than it has), and what becomes of
   * those: `reject`, `null`, `clamp` to the nearest value, or the whole column as `text`. @default 'reject'
   */
  values?: Record<string, ValuePolicy>;
}

export interface DailyOptions extends TableOptions {
  /** The column that dates a row. */
  column: string;
  /** IANA zone of the business day, e.g. `Europe/London`. @default 'UTC' */
  timezone?: string;
  /** Days before the newest that every run reads again, for rows that arrive late. @default 3 */
  lookbackDays?: number;
}

export interface IncrementalOptions extends TableOptions {
  /** A column that grows with every change, e.g. `updated_at`. */
  cursor: string;
  /** The columns that tell one row from another. */
  key: string | readonly string[];
  /**
   * How far before the last high mark each run reads again, for transactions that commit late: seconds for a cursor that is a
   * time, numbers for one that is a number. @default 600 seconds, 1000 numbers
   */
  overlap?: number;
  /** IANA zone that a cursor of type `timestamp` or `date` is written in. @default 'UTC' */
  timezone?: string;
}

export type TableInput =
  | ({ mode: 'full' } & TableOptions)
  | ({ mode: 'daily' } & DailyOptions)
  | ({ mode: 'incremental' } & IncrementalOptions);

/** What `sluice.config.ts` may say. Everything with a default may be left out. */
export interface ProjectInput {
  /** `[a-z][a-z0-9-]*`, at most 30 characters: part of the names of buckets and roles. */
  name: string;
  /** The tables to move, by the name they get in S3 and Snowflake. */
  tables: Record<string, TableInput>;
  source?: {
    /** Connections an extract may hold open at once, and so the windows read at the same time. @default 4 */
    maxConnections?: number;
    /** Bound on one COPY, in seconds. @default 3600 */
    statementTimeoutSeconds?: number;
  };
  staging?: {
    /** Prefix inside the bucket. @default '' */
    prefix?: string;
  };
  snowflake?: {
    /** @default the project's name, upper-cased */
    database?: string;
    /** @default '<DATABASE>_WH' */
    warehouse?: string;
    /** @default LANDING, RAW, OPS, DEV, PROD */
    schemas?: { landing?: string; raw?: string; ops?: string; dev?: string; prod?: string };
    /** @default '<DATABASE>_DEPLOYER', '_LOADER', '_TRANSFORMER', '_READER' */
    roles?: { deployer?: string; loader?: string; transformer?: string; reader?: string };
    /** @default '<DATABASE>_STAGING' */
    storageIntegration?: string;
    /** The role that Snowflake assumes to read the bucket. @default 'arn:aws:iam::000000000000:role/sluice-<name>-snowflake' */
    storageRoleArn?: string;
    /** @default 'sluice-<name>' */
    storageExternalId?: string;
  };
  models?: {
    /** Folder of the dbt project, from the config's own folder. @default 'models' */
    path?: string;
    /** What a build publishes to unless `--target` says otherwise. @default 'dev' */
    target?: 'dev' | 'prod';
    /** Models built at the same time. @default 4 */
    threads?: number;
  };
  /** How it stands in AWS; `cdk deploy` reads it. @default see define-cloud.ts */
  cloud?: CloudInput;
  /** Several deployments of the same project, e.g. `dev` and `prod`: each has its own stack and database. @default one, without a name */
  environments?: Record<string, EnvironmentInput>;
}

/** Types the config while it is written; `loadProject` checks it and fills in the defaults. */
export function defineProject(input: ProjectInput): ProjectInput {
  return input;
}

/** One snapshot of the whole table; a run replaces what was there. For small tables. */
export function full(options: TableOptions = {}): TableInput {
  return { ...options, mode: 'full' };
}

/** One window a business day; a run of a day again replaces that day's rows. For facts that are dated. */
export function daily(options: DailyOptions): TableInput {
  return { ...options, mode: 'daily' };
}

/** Rows whose cursor grew since the last run, merged on the key, newest cursor wins. For tables with `updated_at`. */
export function incremental(options: IncrementalOptions): TableInput {
  return { ...options, mode: 'incremental' };
}
