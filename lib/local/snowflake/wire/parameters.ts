/** Session parameters that drivers read, with Snowflake's defaults. */
const DEFAULTS: Readonly<Record<string, string | number | boolean>> = {
  CLIENT_PREFETCH_THREADS: 4,
  CLIENT_SESSION_KEEP_ALIVE: false,
  CLIENT_STAGE_ARRAY_BINDING_THRESHOLD: 1_000_000_000,
  CLIENT_TELEMETRY_ENABLED: false,
  CLIENT_RESULT_CHUNK_SIZE: 160,
  QUERY_CONTEXT_CACHE_SIZE: 5,
  SERVICE_NAME: '',
  TIMEZONE: 'UTC',
  AUTOCOMMIT: true,
  BINARY_OUTPUT_FORMAT: 'HEX',
  DATE_OUTPUT_FORMAT: 'YYYY-MM-DD',
  TIME_OUTPUT_FORMAT: 'HH24:MI:SS',
  TIMESTAMP_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM',
  TIMESTAMP_NTZ_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3',
  TIMESTAMP_LTZ_OUTPUT_FORMAT: '',
  TIMESTAMP_TZ_OUTPUT_FORMAT: '',
};

/** Session parameters that only SHOW PARAMETERS tells of. */
const SHOWN: typeof DEFAULTS = {
  LOCK_TIMEOUT: 43_200,
  MULTI_STATEMENT_COUNT: 1,
  QUERY_TAG: '',
  QUOTED_IDENTIFIERS_IGNORE_CASE: false,
  STATEMENT_TIMEOUT_IN_SECONDS: 172_800,
  TIMESTAMP_TYPE_MAPPING: 'TIMESTAMP_NTZ',
  WEEK_OF_YEAR_POLICY: 0,
  WEEK_START: 0,
};

/** What a session's parameters are now, in the form of the login and query answers. */
export function sessionParameters(
  set: ReadonlyMap<string, string>,
): { name: string; value: string | number | boolean }[] {
  const values = new Map<string, string | number | boolean>(Object.entries(DEFAULTS));
  for (const [name, value] of set) {
    const known = values.get(name);
    if (typeof known === 'number') values.set(name, Number(value));
    else if (typeof known === 'boolean') values.set(name, value.toLowerCase() === 'true');
    else values.set(name, value);
  }
  return [...values].map(([name, value]) => ({ name, value }));
}

/** The default of a session parameter, as SHOW PARAMETERS prints it. */
export function parameterDefaults(): Readonly<Record<string, string | number | boolean>> {
  return { ...DEFAULTS, ...SHOWN };
}
