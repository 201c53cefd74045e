import { ARRAY, BINARY, BOOLEAN, fixed, TEXT, unsupported } from '../../../sql/index.ts';
import { literal } from '../names.ts';
import type { CallSite } from '../translate/call.ts';
import { castTo, textOf } from '../translate/casts.ts';
import { emitStar } from '../translate/query.ts';
import type { Emitted } from '../translate/translation.ts';
import { type Emitter, type Emitters, fill, integerOf, ofText, textTemplate } from './helpers.ts';

const LENGTH = fixed(18, 0);

/** RE2 options for Snowflake's parameters: `i`, `m`, `s`; `c` and `e` change nothing here. */
function options(site: CallSite, index: number, extra = ''): string {
  const text = site.constant(index) ?? '';
  return `${extra}${text.includes('i') ? 'i' : ''}${text.includes('m') ? 'm' : ''}${text.includes('s') ? 's' : ''}`;
}

/** The subject from `position` on. */
function from(text: string, position: Emitted | undefined): string {
  return position === undefined || position.sql === '1' ? text : `substr(${text}, ${integerOf(position)})`;
}

function regexpSubstr(site: CallSite): Emitted {
  const [subject, pattern] = [textOf(site.arg(0)), textOf(site.arg(1))];
  const occurrence = site.optional(3)?.sql ?? '1';
  const extracts = (site.constant(4) ?? '').includes('e') || site.count > 5;
  const group = site.count > 5 ? `CAST(${site.arg(5).sql} AS INTEGER)` : extracts ? '1' : '0';
  const all = `regexp_extract_all(${from(subject, site.optional(2))}, ${pattern}, ${group}, ${literal(options(site, 4))})`;
  return { sql: `${all}[CAST(${occurrence} AS BIGINT)]`, type: TEXT };
}

function regexpReplace(site: CallSite): Emitted {
  const [subject, pattern] = [textOf(site.arg(0)), textOf(site.arg(1))];
  const replacement = site.count > 2 ? textOf(site.arg(2)) : `''`;
  const occurrence = site.constant(4);
  if (occurrence !== undefined && occurrence !== '0' && occurrence !== '1') {
    throw unsupported(`REGEXP_REPLACE of occurrence ${occurrence}`);
  }
  const flags = options(site, 5, occurrence === '1' ? '' : 'g');
  const position = site.optional(3);
  const starts = position !== undefined && position.sql !== '1';
  const head = starts ? `left(${subject}, ${integerOf(position)} - 1) || ` : '';
  const sql = `regexp_replace(${from(subject, position)}, ${pattern}, ${replacement}, ${literal(flags)})`;
  return { sql: starts ? `(${head}${sql})` : sql, type: TEXT };
}

function regexpCount(site: CallSite): Emitted {
  const subject = from(textOf(site.arg(0)), site.optional(2));
  return {
    sql: `len(regexp_extract_all(${subject}, ${textOf(site.arg(1))}, 0, ${literal(options(site, 3))}))`,
    type: LENGTH,
  };
}

function regexpInstr(site: CallSite): Emitted {
  const [subject, pattern] = [textOf(site.arg(0)), textOf(site.arg(1))];
  const [position, occurrence, ends] = [2, 3, 4].map((index) => {
    const value = site.optional(index);
    return value === undefined ? undefined : integerOf(value);
  });
  if (site.count > 6) throw unsupported('REGEXP_INSTR of a group');
  const rest = from(subject, site.optional(2));
  const flags = literal(options(site, 5));
  const matches = `regexp_extract_all(${rest}, ${pattern}, 0, ${flags})`;
  const parts = `regexp_split_to_array(${rest}, ${pattern}, ${flags})`;
  return {
    sql: `CAST("_f".regexp_place(${matches}, ${parts}, ${position ?? 1}, ${occurrence ?? 1}, ${ends ?? 0}) AS BIGINT)`,
    type: LENGTH,
  };
}

function rlike(site: CallSite): Emitted {
  const flags = options(site, 2);
  return {
    sql: `regexp_full_match(${textOf(site.arg(0))}, ${textOf(site.arg(1))}, ${literal(flags === '' ? 's' : flags)})`,
    type: BOOLEAN,
  };
}

function trim(name: string): Emitter {
  return (site) => ({
    sql:
      site.count > 1
        ? `${name}(${textOf(site.arg(0))}, ${textOf(site.arg(1))})`
        : `${name}(${textOf(site.arg(0))}, ' ')`,
    type: TEXT,
  });
}

function substring(site: CallSite): Emitted {
  const value = site.arg(0);
  const start = integerOf(site.arg(1));
  // Position 0 counts as 1 in Snowflake.
  const position = `CASE WHEN ${start} = 0 THEN 1 ELSE ${start} END`;
  const length = site.count > 2 ? `, greatest(0, ${integerOf(site.arg(2))})` : '';
  const constant = /^CAST\([1-9]\d* AS BIGINT\)$/.test(start) ? start : position;
  return { sql: `substr(${textOf(value)}, ${constant}${length})`, type: TEXT };
}

function pad(name: string): Emitter {
  return (site) => ({
    sql: `${name}(${textOf(site.arg(0))}, CAST(${site.arg(1).sql} AS INTEGER), ${site.count > 2 ? textOf(site.arg(2)) : `' '`})`,
    type: TEXT,
  });
}

/** An empty separator leaves the text whole in Snowflake. */
function split(site: CallSite): Emitted {
  const [text, separator] = [textOf(site.arg(0)), textOf(site.arg(1))];
  return {
    sql: `to_json(CASE WHEN ${separator} = '' THEN [${text}] ELSE string_split(${text}, ${separator}) END)`,
    type: ARRAY,
  };
}

/** Part 0 counts as 1; a part that is not there is an empty text. */
function splitPart(site: CallSite): Emitted {
  const index = integerOf(site.arg(2));
  return {
    sql: `split_part(${textOf(site.arg(0))}, ${textOf(site.arg(1))}, CASE WHEN ${index} = 0 THEN 1 ELSE ${index} END)`,
    type: TEXT,
  };
}

function concat(site: CallSite): Emitted {
  return { sql: `(${site.args().map(textOf).join(' || ')})`, type: TEXT };
}

function concatWs(site: CallSite): Emitted {
  const [separator = `''`, ...parts] = site.args().map(textOf);
  const someNull = [separator, ...parts].map((part) => `${part} IS NULL`).join(' OR ');
  return {
    sql: `CASE WHEN ${someNull} THEN NULL ELSE concat_ws(${separator}, ${parts.join(', ')}) END`,
    type: TEXT,
  };
}

function position(site: CallSite): Emitted {
  const [needle, text] = [textOf(site.arg(0)), textOf(site.arg(1))];
  if (site.count < 3) return { sql: `instr(${text}, ${needle})`, type: LENGTH };
  const start = integerOf(site.arg(2));
  const inside = `instr(substr(${text}, ${start}), ${needle})`;
  return { sql: `CASE WHEN ${inside} = 0 THEN 0 ELSE ${inside} + ${start} - 1 END`, type: LENGTH };
}

/** A 64-bit number that is the same for the same values; not the number that Snowflake gives. */
function hash(site: CallSite): Emitted {
  const values = site.call.args.flatMap(({ value }) =>
    value.kind === 'star'
      ? emitStar(value, site.scope, site.translation).map(({ sql }) => sql)
      : [site.emit(value).sql],
  );
  return {
    sql: `CAST(CAST(hash(${values.join(', ')}) AS HUGEINT) - 9223372036854775808 AS BIGINT)`,
    type: fixed(19, 0),
  };
}

function sha2(site: CallSite): Emitted {
  const bits = site.constant(1) ?? '256';
  if (bits !== '256' && bits !== '0') throw unsupported(`SHA2 with ${bits} bits`);
  return { sql: `sha256(${bytesOrText(site.arg(0))})`, type: TEXT };
}

/** Half of an MD5, from a hexadecimal digit on, as an unsigned number. */
function md5Half(site: CallSite, from: number): Emitted {
  const digits = `substr(md5(${bytesOrText(site.arg(0))}), ${from}, 16)`;
  return { sql: `CAST(CAST('0x' || ${digits} AS UBIGINT) AS DECIMAL(20,0))`, type: fixed(20, 0) };
}

function bytesOrText(value: Emitted): string {
  return value.type?.type === 'BINARY' ? value.sql : textOf(value);
}

function toBinary(safe: boolean): Emitter {
  return (site) => {
    const format = (site.constant(1) ?? 'HEX').toUpperCase().replace('UTF8', 'UTF-8');
    const text = textOf(site.arg(0));
    if (format === 'HEX') return { sql: `"_f".${safe ? 'try_' : ''}text_to_binary(${text})`, type: BINARY };
    const sql = format === 'BASE64' ? `from_base64(${text})` : `encode(${text})`;
    return { sql: safe ? `TRY(${sql})` : sql, type: BINARY };
  };
}

export const TEXTS: Emitters = {
  UPPER: ofText('upper', TEXT),
  LOWER: ofText('lower', TEXT),
  INITCAP: (site) => ({ sql: `"_f".initcap(${textOf(site.arg(0))})`, type: TEXT }),
  LENGTH: (site) => {
    const value = site.arg(0);
    return {
      sql: value.type?.type === 'BINARY' ? `octet_length(${value.sql})` : `length(${textOf(value)})`,
      type: LENGTH,
    };
  },
  LEN: (site) => TEXTS.LENGTH?.(site) ?? site.arg(0),
  OCTET_LENGTH: (site) => ({ sql: `strlen(${textOf(site.arg(0))})`, type: LENGTH }),
  BIT_LENGTH: (site) => ({ sql: `strlen(${textOf(site.arg(0))}) * 8`, type: LENGTH }),
  TRIM: trim('trim'),
  LTRIM: trim('ltrim'),
  RTRIM: trim('rtrim'),
  SUBSTR: substring,
  SUBSTRING: substring,
  LEFT: (site) => ({
    sql: `left(${textOf(site.arg(0))}, greatest(0, ${integerOf(site.arg(1))}))`,
    type: TEXT,
  }),
  RIGHT: (site) => ({
    sql: `right(${textOf(site.arg(0))}, greatest(0, ${integerOf(site.arg(1))}))`,
    type: TEXT,
  }),
  REPLACE: (site) => ({
    sql: `replace(${textOf(site.arg(0))}, ${textOf(site.arg(1))}, ${site.count > 2 ? textOf(site.arg(2)) : `''`})`,
    type: TEXT,
  }),
  TRANSLATE: ofText('translate', TEXT),
  REVERSE: ofText('reverse', TEXT),
  REPEAT: (site) => ({ sql: `repeat(${textOf(site.arg(0))}, ${integerOf(site.arg(1))})`, type: TEXT }),
  SPACE: (site) => ({ sql: `repeat(' ', ${integerOf(site.arg(0))})`, type: TEXT }),
  LPAD: pad('lpad'),
  RPAD: pad('rpad'),
  SPLIT: split,
  SPLIT_PART: splitPart,
  STRTOK: (site) => {
    const separators = site.count > 1 ? textOf(site.arg(1)) : `' '`;
    const index = site.count > 2 ? integerOf(site.arg(2)) : '1';
    return { sql: fill('"_f".strtok($1, $2, $3)', [textOf(site.arg(0)), separators, index]), type: TEXT };
  },
  STRTOK_TO_ARRAY: (site) => ({
    sql: `to_json("_f".tokens(${textOf(site.arg(0))}, ${site.count > 1 ? textOf(site.arg(1)) : `' '`}))`,
    type: ARRAY,
  }),
  CONCAT: concat,
  CONCAT_WS: concatWs,
  CONTAINS: textTemplate('contains($1, $2)', BOOLEAN),
  STARTSWITH: textTemplate('starts_with($1, $2)', BOOLEAN),
  ENDSWITH: textTemplate('ends_with($1, $2)', BOOLEAN),
  CHARINDEX: position,
  POSITION: position,
  INSERT: (site) => ({
    sql: fill('(left($1, $2 - 1) || $4 || substr($1, $2 + $3))', [
      textOf(site.arg(0)),
      integerOf(site.arg(1)),
      integerOf(site.arg(2)),
      textOf(site.arg(3)),
    ]),
    type: TEXT,
  }),
  ASCII: textTemplate('ascii($1)', LENGTH),
  UNICODE: textTemplate("CASE WHEN $1 = '' THEN 0 ELSE unicode($1) END", LENGTH),
  CHR: (site) => ({ sql: `chr(CAST(${site.arg(0).sql} AS INTEGER))`, type: TEXT }),
  CHAR: (site) => ({ sql: `chr(CAST(${site.arg(0).sql} AS INTEGER))`, type: TEXT }),
  RLIKE: rlike,
  REGEXP_LIKE: rlike,
  REGEXP_SUBSTR: regexpSubstr,
  REGEXP_REPLACE: regexpReplace,
  REGEXP_COUNT: regexpCount,
  REGEXP_INSTR: regexpInstr,
  REGEXP_SUBSTR_ALL: (site) => ({
    sql: `to_json(regexp_extract_all(${textOf(site.arg(0))}, ${textOf(site.arg(1))}))`,
    type: ARRAY,
  }),
  LIKE: textTemplate('($1 LIKE $2)', BOOLEAN),
  ILIKE: textTemplate('($1 ILIKE $2)', BOOLEAN),
  EDITDISTANCE: textTemplate('levenshtein($1, $2)', LENGTH),
  JAROWINKLER_SIMILARITY: textTemplate(
    'CAST(floor(jaro_winkler_similarity(upper($1), upper($2)) * 100) AS BIGINT)',
    LENGTH,
  ),
  MD5: (site) => ({ sql: `md5(${bytesOrText(site.arg(0))})`, type: TEXT }),
  MD5_HEX: (site) => ({ sql: `md5(${bytesOrText(site.arg(0))})`, type: TEXT }),
  MD5_NUMBER_LOWER64: (site) => md5Half(site, 17),
  MD5_NUMBER_UPPER64: (site) => md5Half(site, 1),
  SHA1: (site) => ({ sql: `sha1(${bytesOrText(site.arg(0))})`, type: TEXT }),
  SHA1_HEX: (site) => ({ sql: `sha1(${bytesOrText(site.arg(0))})`, type: TEXT }),
  SHA2: sha2,
  SHA2_HEX: sha2,
  HASH: hash,
  HEX_ENCODE: (site) => ({ sql: `hex(${bytesOrText(site.arg(0))})`, type: TEXT }),
  HEX_DECODE_STRING: textTemplate('decode("_f".text_to_binary($1))'),
  HEX_DECODE_BINARY: textTemplate('"_f".text_to_binary($1)', BINARY),
  BASE64_ENCODE: (site) => ({
    sql: `base64(${site.arg(0).type?.type === 'BINARY' ? site.arg(0).sql : `encode(${textOf(site.arg(0))})`})`,
    type: TEXT,
  }),
  BASE64_DECODE_STRING: textTemplate('decode(from_base64($1))'),
  BASE64_DECODE_BINARY: textTemplate('from_base64($1)', BINARY),
  TO_BINARY: toBinary(false),
  TRY_TO_BINARY: toBinary(true),
  COLLATE: (site) => castTo(site.arg(0), TEXT),
  RANDSTR: (site) => ({
    sql: `left(replace(CAST(uuid() AS VARCHAR) || CAST(uuid() AS VARCHAR), '-', ''), ${integerOf(site.arg(0))})`,
    type: TEXT,
  }),
};
