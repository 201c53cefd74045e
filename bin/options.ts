/** Options that every command has. */
export interface GlobalOptions {
  readonly config: string;
  readonly localState: string;
  readonly json: boolean;
  readonly verbose: boolean;
}

/** Options of commands that work on windows. */
export interface WindowOptions {
  readonly from?: string;
  readonly to?: string;
  readonly table?: readonly string[];
}

/** Options of commands that work on the dbt project, each of which has some of them. */
export interface SelectionOptions {
  readonly select?: readonly string[];
  readonly models?: readonly string[];
  readonly exclude?: readonly string[];
  readonly selector?: string;
  readonly indirectSelection?: 'eager' | 'cautious' | 'buildable' | 'empty';
  readonly resourceType?: readonly string[];
  readonly excludeResourceType?: readonly string[];
  readonly vars?: string;
  readonly threads?: number;
  readonly target?: 'dev' | 'prod';
  readonly targetPath?: string;
  readonly warnError?: boolean;
  readonly warnErrorOptions?: string;
  readonly state?: string;
  readonly defer?: boolean;
  readonly deferState?: string;
  readonly favorState?: boolean;
  readonly empty?: boolean;
  readonly sample?: string;
  readonly fullRefresh?: boolean;
  readonly failFast?: boolean;
  readonly audit?: boolean;
  readonly check?: boolean;
  readonly storeFailures?: boolean;
  readonly eventTimeStart?: string;
  readonly eventTimeEnd?: string;
}
