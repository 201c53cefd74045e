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
  `regexp_place(matches, parts, start_at, nth, ends) AS CASE
     WHEN matches IS NULL THEN NULL WHEN len(matches) < nth THEN 0
     ELSE start_at + COALESCE(list_sum(list_transform(parts[1:nth], lambda x: length(x))), 0)
       + COALESCE(list_sum(list_transform(matches[1:nth - 1], lambda x: length(x))), 0)
       + CASE WHEN ends = 1 THEN length(matches[nth]) ELSE 0 END END`,
  // Moments
  `epoch_text(x) AS ${EPOCH}`,
  // Words that DuckDB takes for moments and Snowflake does not.
  `names_moment(x) AS lower(trim(x)) IN ('infinity', '-infinity', 'epoch')`,
  `try_text_to_ntz(x) AS CASE WHEN "_f".names_moment(x) THEN NULL WHEN ${DIGITS} THEN TRY("_f".epoch_text(x))
     ELSE TRY_CAST(${WITHOUT_ZONE} AS TIMESTAMP) END`,
  `text_to_ntz(x) AS CASE WHEN ${DIGITS} THEN "_f".epoch_text(x)
     ELSE COALESCE("_f".try_text_to_ntz(x), CASE WHEN x IS NOT NULL
       THEN CAST(error('[100035 22007] Timestamp ''' || x || ''' is not recognized') AS TIMESTAMP) END) END`,
  `try_text_to_tz(x) AS CASE WHEN "_f".names_moment(x) THEN NULL WHEN ${DIGITS} THEN TRY("_f".epoch_text(x))::TIMESTAMPTZ ELSE TRY_CAST(${WITH_ZONE} AS TIMESTAMPTZ) END`,
  `text_to_tz(x) AS CASE WHEN ${DIGITS} THEN "_f".epoch_text(x)::TIMESTAMPTZ
     ELSE COALESCE("_f".try_text_to_tz(x), CASE WHEN x IS NOT NULL
       THEN CAST(error('[100035 22007] Timestamp ''' || x || ''' is not recognized') AS TIMESTAMPTZ) END) END`,
  `try_text_to_date(x) AS CASE WHEN "_f".names_moment(x) THEN NULL WHEN ${DIGITS} THEN CAST(TRY("_f".epoch_text(x)) AS DATE)
     ELSE COALESCE(TRY_CAST(trim(x) AS DATE), CAST(TRY_CAST(${WITHOUT_ZONE} AS TIMESTAMP) AS DATE)) END`,
  `text_to_date(x) AS COALESCE("_f".try_text_to_date(x), CASE WHEN x IS NOT NULL
     THEN CAST(error('[100040 22007] Date ''' || x || ''' is not recognized') AS DATE) END)`,
  `try_text_to_time(x) AS CASE WHEN TRY_CAST(x AS TIME) < TIME '24:00:00' THEN TRY_CAST(x AS TIME) END`,
  `text_to_time(x) AS COALESCE("_f".try_text_to_time(x), CASE WHEN x IS NOT NULL
     THEN CAST(error('[100108 22007] Time ''' || x || ''' is not recognized') AS TIME) END)`,
  `try_text_to_binary(x) AS CASE WHEN length(x) % 2 = 0 THEN TRY(unhex(x)) END`,
  `text_to_binary(x) AS COALESCE("_f".try_text_to_binary(x), CASE WHEN x IS NOT NULL
     THEN CAST(error('[100115 22000] The following string is not a legal hex-encoded value: ''' || x || '''') AS BLOB) END)`,
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
  `object_of(keys, items) AS (SELECT CAST('{' || COALESCE(string_agg(to_json(k) || ':' || COALESCE(CAST(v AS VARCHAR), 'null'), ','), '') || '}' AS JSON)
     FROM (SELECT unnest(keys) AS k, unnest(items) AS v) WHERE k IS NOT NULL)`,
  `field_of_any_case(o, field) AS (SELECT json_extract(o, '$."' || k || '"') FROM (SELECT unnest(json_keys(o)) AS k)
     WHERE lower(k) = lower(field) LIMIT 1)`,
  // Counters and codes
  `changes(seen) AS CAST(len(list_filter(range(2, len(seen) + 1), lambda i: seen[i] IS DISTINCT FROM seen[i - 1])) AS BIGINT)`,
  `soundex_digit(c) AS CASE WHEN c IN ('B','F','P','V') THEN '1' WHEN c IN ('C','G','J','K','Q','S','X','Z') THEN '2'
     WHEN c IN ('D','T') THEN '3' WHEN c = 'L' THEN '4' WHEN c IN ('M','N') THEN '5' WHEN c = 'R' THEN '6'
     WHEN c IN ('H','W') THEN '-' ELSE '0' END`,
  // H and W between two letters of one code do not part them; a vowel does.
  `soundex_codes(x) AS regexp_replace(array_to_string(list_transform(string_split(x, ''), lambda c: "_f".soundex_digit(c)), ''), '-', '', 'g')`,
  `soundex_folded(codes) AS array_to_string(list_transform(range(1, length(codes) + 1),
     lambda i: CASE WHEN i > 1 AND codes[i] = codes[i - 1] THEN '' ELSE codes[i] END), '')`,
  `soundex(x) AS CASE WHEN regexp_replace(upper(x), '[^A-Z]', '', 'g') = '' THEN '' ELSE
     rpad(upper(regexp_extract(x, '[A-Za-z]')) || replace("_f".soundex_folded("_f".soundex_codes(regexp_replace(upper(x), '[^A-Z]', '', 'g')))[2:], '0', ''), 4, '0')[1:4] END`,
  `query_parameters(q) AS (SELECT CAST('{' || COALESCE(string_agg(to_json(split_part(p, '=', 1)) || ':' || to_json(url_decode(substr(p, length(split_part(p, '=', 1)) + 2))), ','), '') || '}' AS JSON)
     FROM (SELECT unnest(string_split(q, '&')) AS p) WHERE p <> '')`,
  `url_record(x, q) AS json_object(
     'fragment', NULLIF(regexp_extract(x, '#(.*)$', 1), ''),
     'host', NULLIF(regexp_extract(x, '^[a-zA-Z][a-zA-Z0-9+.-]*://(?:[^/?#@]*@)?([^:/?#]*)', 1), ''),
     'parameters', CASE WHEN q = '' THEN NULL ELSE "_f".query_parameters(q) END,
     'path', NULLIF(regexp_extract(x, '^[a-zA-Z][a-zA-Z0-9+.-]*:(?://[^/?#]*/?)?([^?#]*)', 1), ''),
     'port', NULLIF(regexp_extract(x, '^[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#:]*:(\\d+)', 1), ''),
     'query', NULLIF(q, ''),
     'scheme', regexp_extract(x, '^([a-zA-Z][a-zA-Z0-9+.-]*):', 1))`,
  `try_parse_url(x) AS CASE WHEN x IS NULL THEN NULL
     WHEN NOT regexp_matches(x, '^[a-zA-Z][a-zA-Z0-9+.-]*:') THEN json_object('error', 'scheme not specified')
     ELSE "_f".url_record(x, regexp_extract(x, '^[^?#]*\\?([^#]*)', 1)) END`,
  `parse_url(x) AS CASE WHEN x IS NOT NULL AND NOT regexp_matches(x, '^[a-zA-Z][a-zA-Z0-9+.-]*:')
     THEN CAST(error('[100139 22000] Error parsing URL: scheme not specified') AS JSON) ELSE "_f".try_parse_url(x) END`,
];
