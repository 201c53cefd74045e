import { BINARY, compilationError, FLOAT, fixed, OBJECT, TEXT } from '../../../sql/index.ts';
import { textOf } from '../translate/casts.ts';
import { type Emitters, integerOf, textTemplate } from './helpers.ts';

const COUNT = fixed(18, 0);
const NO_FRAME = 'ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW';

/** Digests, encodings, addresses, and counters over windows. */
export const CODES: Emitters = {
  MD5_BINARY: textTemplate('unhex(md5($1))', BINARY),
  SHA1_BINARY: textTemplate('unhex(sha1($1))', BINARY),
  SHA2_BINARY: (site) => {
    const size = site.constant(1) ?? '256';
    if (size !== '256') throw compilationError(`SHA2_BINARY of ${size} bits`, '000939');
    return { sql: `unhex(sha256(${textOf(site.arg(0))}))`, type: BINARY };
  },
  TRY_BASE64_DECODE_STRING: textTemplate('TRY(decode(from_base64($1)))', TEXT),
  TRY_BASE64_DECODE_BINARY: textTemplate('TRY(from_base64($1))', BINARY),
  TRY_HEX_DECODE_STRING: textTemplate('TRY(decode("_f".try_text_to_binary($1)))', TEXT),
  RTRIMMED_LENGTH: textTemplate("length(rtrim($1, ' '))", COUNT),
  SOUNDEX: textTemplate('"_f".soundex($1)', TEXT),
  PARSE_URL: (site) => {
    const permissive = site.constant(1) === '1';
    return { sql: `"_f".${permissive ? 'try_' : ''}parse_url(${textOf(site.arg(0))})`, type: OBJECT };
  },
  GETBIT: (site) => ({
    sql: `((${integerOf(site.arg(0))} >> ${integerOf(site.arg(1))}) & 1)`,
    type: fixed(1, 0),
  }),
  CONDITIONAL_TRUE_EVENT: (site) => ({
    sql: `CAST(${site.aggregate('count_if', site.arg(0).sql, COUNT, { frame: NO_FRAME }).sql} AS BIGINT)`,
    type: COUNT,
  }),
  // DuckDB has no window over a window: the values so far are gathered and their changes counted.
  CONDITIONAL_CHANGE_EVENT: (site) => ({
    sql: `"_f".changes(${site.aggregate('list', site.arg(0).sql, undefined, { frame: NO_FRAME }).sql})`,
    type: COUNT,
  }),
  REGR_COUNT: (site) =>
    site.aggregate(
      'regr_count',
      site
        .args()
        .map(({ sql }) => sql)
        .join(', '),
      COUNT,
    ),
  NORMAL: (site) => ({
    sql: `(${site.arg(0).sql} + ${site.arg(1).sql} * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))`,
    type: FLOAT,
  }),
};
