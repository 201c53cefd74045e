/** Snowflake's functions that are more than one DuckDB call, as DuckDB macros: `name(parameters) AS expression`. */
export const MACROS: readonly string[] = [];
