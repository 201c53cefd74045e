/** The time of day and the offset or zone mark at the end of a timestamp's text. */
const ZONE = String.raw`(\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})$`;
const WITHOUT_ZONE = `regexp_replace(trim(x), '${ZONE}', '\\1')`;
const WITH_ZONE = `regexp_replace(trim(x), '${ZONE}', '\\1\\2')`;

/** Digits only: seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their count as Snowflake does. */
const EPOCH = `CASE
    WHEN length(x) <= 10 THEN make_timestamp(CAST(x AS BIGINT) * 1000000)
    WHEN length(x) <= 13 THEN make_timestamp(CAST(x AS BIGINT) * 1000)
    WHEN length(x) <= 16 THEN make_timestamp(CAST(x AS BIGINT))
    ELSE make_timestamp(CAST(x AS BIGINT) // 1000) END`;

const DIGITS = String.raw`regexp_full_match(x, '-?\d+')`;

/** Snowflake's functions that are more than one DuckDB call, as DuckDB macros: `name(parameters) AS expression`. */
export const MACROS: readonly string[] = [
  // Numbers
  `float_text(x) AS CASE WHEN isnan(x) THEN 'NaN' WHEN x = 'inf'::DOUBLE THEN 'inf' WHEN x = '-inf'::DOUBLE THEN '-inf'
     ELSE regexp_replace(CAST(x AS VARCHAR), '\\.0$', '') END`,
  `unscaled(x, factor) AS CAST(x * CAST(factor AS DECIMAL(38,0)) AS HUGEINT)`,
  `rounded_quotient(n, d) AS ((abs(n) * 2 + abs(d)) // (abs(d) * 2)) * sign(n) * sign(d)`,
  `grouped_text(x, groups) AS CASE WHEN groups
     THEN ltrim(reverse(regexp_replace(reverse(x), '(\\d{3})', '\\1,', 'g')), ',') ELSE x END`,
  `whole_text(x, groups, minimum) AS "_f".grouped_text(
     lpad(ltrim(x, '0'), CAST(greatest(minimum, length(ltrim(x, '0'))) AS INTEGER), '0'), groups)`,
  // Text
  `fit(x, n) AS CASE WHEN length(x) > n
     THEN error('[100078 22000] String ''' || left(x, 200) || ''' is too long and would be truncated') ELSE x END`,
  `offset_text(x) AS left(replace(strftime(x, '%z'), ':', '') || '00', 5)`,
  `zoned_text(x) AS strftime(x, '%Y-%m-%d %H:%M:%S.%g ') || "_f".offset_text(x)`,
  `text_to_boolean(x) AS CASE
     WHEN x IS NULL THEN NULL
     WHEN lower(trim(x)) IN ('true', 't', 'yes', 'y', 'on', '1') THEN true
     WHEN lower(trim(x)) IN ('false', 'f', 'no', 'n', 'off', '0') THEN false
     ELSE CAST(error('[100037 22018] Boolean value ''' || x || ''' is not recognized') AS BOOLEAN) END`,
  `try_text_to_boolean(x) AS CASE
     WHEN lower(trim(x)) IN ('true', 't', 'yes', 'y', 'on', '1') THEN true
     WHEN lower(trim(x)) IN ('false', 'f', 'no', 'n', 'off', '0') THEN false END`,
  // Moments
  `epoch_text(x) AS ${EPOCH}`,
  `try_text_to_ntz(x) AS CASE WHEN ${DIGITS} THEN TRY("_f".epoch_text(x))
     ELSE TRY_CAST(${WITHOUT_ZONE} AS TIMESTAMP) END`,
  `text_to_ntz(x) AS CASE WHEN ${DIGITS} THEN "_f".epoch_text(x)
     ELSE COALESCE(TRY_CAST(${WITHOUT_ZONE} AS TIMESTAMP), CASE WHEN x IS NOT NULL
       THEN CAST(error('[100035 22007] Timestamp ''' || x || ''' is not recognized') AS TIMESTAMP) END) END`,
  `try_text_to_tz(x) AS CASE WHEN ${DIGITS} THEN TRY("_f".epoch_text(x))::TIMESTAMPTZ ELSE TRY_CAST(${WITH_ZONE} AS TIMESTAMPTZ) END`,
  `text_to_tz(x) AS CASE WHEN ${DIGITS} THEN "_f".epoch_text(x)::TIMESTAMPTZ
     ELSE COALESCE(TRY_CAST(${WITH_ZONE} AS TIMESTAMPTZ), CASE WHEN x IS NOT NULL
       THEN CAST(error('[100035 22007] Timestamp ''' || x || ''' is not recognized') AS TIMESTAMPTZ) END) END`,
  `try_text_to_date(x) AS CASE WHEN ${DIGITS} THEN CAST(TRY("_f".epoch_text(x)) AS DATE)
     ELSE COALESCE(TRY_CAST(trim(x) AS DATE), CAST(TRY_CAST(${WITHOUT_ZONE} AS TIMESTAMP) AS DATE)) END`,
  `text_to_date(x) AS COALESCE("_f".try_text_to_date(x), CASE WHEN x IS NOT NULL
     THEN CAST(error('[100040 22007] Date ''' || x || ''' is not recognized') AS DATE) END)`,
  `number_text(x, decimals, groups, minimum, dollar, plus) AS
     CASE WHEN x < 0 THEN '-' WHEN plus THEN '+' ELSE '' END || CASE WHEN dollar THEN '$' ELSE '' END ||
     "_f".whole_text(split_part(CAST(abs(x) AS VARCHAR), '.', 1), groups, minimum) ||
     CASE WHEN decimals > 0 THEN '.' || split_part(CAST(abs(x) AS VARCHAR), '.', 2) ELSE '' END`,
  `months_between(a, b) AS CAST(CASE
     WHEN date_part('day', a) = date_part('day', b)
       OR (CAST(a AS DATE) = last_day(CAST(a AS DATE)) AND CAST(b AS DATE) = last_day(CAST(b AS DATE)))
     THEN (date_part('year', a) - date_part('year', b)) * 12 + date_part('month', a) - date_part('month', b)
     ELSE (date_part('year', a) - date_part('year', b)) * 12 + date_part('month', a) - date_part('month', b)
       + (date_part('day', a) - date_part('day', b)) / 31.0 END AS DECIMAL(38,6))`,
  // Rounding of whole numbers that stand for decimals: n steps of size d
  `round_quotient(n, d) AS "_f".rounded_quotient(n, d)`,
  `trunc_quotient(n, d) AS (abs(n) // d) * sign(n)`,
  `floor_quotient(n, d) AS CASE WHEN n >= 0 THEN n // d ELSE -((-n + d - 1) // d) END`,
  `ceil_quotient(n, d) AS CASE WHEN n >= 0 THEN (n + d - 1) // d ELSE -((-n) // d) END`,
  // Words
  `tokens(x, separators) AS list_filter(string_split_regex(x, '[' || regexp_escape(separators) || ']'), lambda t: t <> '')`,
  `strtok(x, separators, n) AS "_f".tokens(x, separators)[n]`,
  `initcap(x) AS array_to_string(list_transform(regexp_extract_all(lower(x), '[[:alnum:]]+|[^[:alnum:]]+'),
     lambda w: upper(w[1]) || w[2:]), '')`,
  // JSON
  `json_typeof(v) AS CASE json_type(v)
     WHEN 'NULL' THEN 'NULL_VALUE' WHEN 'VARCHAR' THEN 'VARCHAR' WHEN 'BOOLEAN' THEN 'BOOLEAN' WHEN 'ARRAY' THEN 'ARRAY'
     WHEN 'OBJECT' THEN 'OBJECT' WHEN 'DOUBLE' THEN CASE WHEN CAST(v AS VARCHAR) SIMILAR TO '.*[eE].*' THEN 'DOUBLE' ELSE 'DECIMAL' END
     WHEN 'BIGINT' THEN 'INTEGER' WHEN 'UBIGINT' THEN 'INTEGER' WHEN 'HUGEINT' THEN 'INTEGER' ELSE json_type(v) END`,
  `object_without(o, keys) AS (SELECT CAST('{' || COALESCE(string_agg(to_json(k) || ':' || json_extract(o, '$."' || k || '"'), ','), '') || '}' AS JSON)
     FROM (SELECT unnest(json_keys(o)) AS k) WHERE NOT list_contains(keys, k))`,
  `object_with(o, keys) AS (SELECT CAST('{' || COALESCE(string_agg(to_json(k) || ':' || json_extract(o, '$."' || k || '"'), ','), '') || '}' AS JSON)
     FROM (SELECT unnest(json_keys(o)) AS k) WHERE list_contains(keys, k))`,
];
