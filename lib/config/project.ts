/** How a table is cut into windows, and what a run of a window again does (design: "Config"). */
export type TableMode =
  | { readonly kind: 'full' }
  | {
      readonly kind: 'daily';
      /** The column that dates a row: `date`, `timestamp` or `timestamptz`. */
      readonly column: string;
      /** IANA zone of the business day. A `timestamp` column without zone is read as wall-clock time of this zone. */
      readonly timezone: string;
      /** Days before the newest one that every run reads again, for rows that arrive late. */
      readonly lookbackDays: number;
    }
  | {
      readonly kind: 'incremental';
      readonly cursor: string;
      readonly key: readonly string[];
      /** How far before the last high mark a run reads again; undefined for what suits the type of the cursor. */
      readonly overlap: number | undefined;
      /** Zone that a cursor of type `timestamp` or `date` is written in. */
      readonly timezone: string;
    };

/** What happens to a window that has rejected rows: it waits for a person, or goes on without them. */
export type OnReject = 'hold' | 'apply';

/**
 * How a value of a masked column leaves the process, NULL apart, which stays NULL: `hash` as HMAC-SHA-256 in hex, the same for
 * the same value wherever it stands; `redact` as a constant; `partial` as its last characters; `null` not at all.
 */
export type MaskMethod = 'hash' | 'redact' | 'partial' | 'null';

/**
 * What becomes of a value that its type in Snowflake does not hold (a date of infinity, NaN, too many decimals): `reject` keeps it
 * out and holds the window; `null` makes it NULL; `clamp` makes it the nearest value there is; `text` carries the whole column as
 * text. What `null` and `clamp` change is counted in the manifest.
 */
export type ValuePolicy = 'reject' | 'null' | 'clamp' | 'text';

export interface Table {
  /** Name in the config, in S3 keys and (upper-cased) of the Snowflake tables: `[a-z_][a-z0-9_]*`. */
  readonly name: string;
  /** Where the rows come from; defaults to `public` and `name`. */
  readonly source: { readonly schema: string; readonly table: string };
  readonly mode: TableMode;
  readonly onReject: OnReject;
  /** Columns that are masked before they leave the process, by the source's own name. */
  readonly mask: Readonly<Record<string, MaskMethod>>;
  /** By the source's own name; `reject` for columns that are not named. */
  readonly values: Readonly<Record<string, ValuePolicy>>;
}

export interface Project {
  /** `[a-z][a-z0-9-]*`: part of bucket, role and object names. */
  readonly name: string;
  readonly tables: readonly Table[];
  readonly source: {
    /** Connections an extract may hold open at once; also the number of windows read at the same time. */
    readonly maxConnections: number;
    /** Bound on one COPY, in seconds. */
    readonly statementTimeoutSeconds: number;
  };
  readonly staging: {
    /** Prefix inside the bucket, empty or ending in `/`. */
    readonly prefix: string;
  };
  readonly snowflake: {
    readonly database: string;
    readonly warehouse: string;
    readonly schemas: {
      readonly landing: string;
      readonly raw: string;
      readonly ops: string;
      readonly dev: string;
      readonly prod: string;
    };
    readonly roles: {
      readonly deployer: string;
      readonly loader: string;
      readonly transformer: string;
      readonly reader: string;
    };
    readonly storageIntegration: string;
    /** ARN of the role that Snowflake assumes to read the bucket, fixed before the role exists; derived in the cloud. */
    readonly storageRoleArn: string;
    readonly storageExternalId: string;
  };
  readonly models: {
    /** Folder of the dbt project, absolute once loaded. */
    readonly path: string;
    /** Which schema a build publishes to unless `--target` says otherwise. */
    readonly target: 'dev' | 'prod';
    readonly threads: number;
  };
}

/** A loaded config: the project, and where it was read from. */
export interface LoadedProject {
  readonly project: Project;
  /** Folder of `sluice.config.ts`; relative paths of the config are taken from here. */
  readonly directory: string;
}
