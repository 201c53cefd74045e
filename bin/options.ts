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

/** Options of commands that work on nodes of the dbt project. */
export interface SelectionOptions {
  readonly select?: readonly string[];
  readonly exclude?: readonly string[];
  readonly vars?: string;
  readonly threads?: number;
  readonly target?: 'dev' | 'prod';
}
