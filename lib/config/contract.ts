/**
 * The recorded shape of a table: `contracts/<table>.json`, beside the config. It is written from the source's catalog,
 * committed, and read by everything that has to know columns without asking the source (DDL, checks of models).
 */
export interface Contract {
  readonly version: 1;
  readonly table: string;
  readonly columns: readonly ContractColumn[];
}

export interface ContractColumn {
  /** The source's own name, any characters. */
  readonly name: string;
  /** Name in Snowflake, already folded (`INVOICENO`), to be quoted where it is used. */
  readonly target: string;
  /** As `format_type` prints it, domains resolved: `numeric(10,3)`, `timestamp without time zone`. */
  readonly sourceType: string;
  /** Snowflake's type in full: `NUMBER(10,3)`, `TIMESTAMP_NTZ(6)`, `VARCHAR`, `VARIANT`, `BINARY`. */
  readonly targetType: string;
  readonly nullable: boolean;
}
