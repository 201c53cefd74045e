import fc from 'fast-check';
import { postgresVersion } from '../support/index.ts';

/** Texts that quoting, encodings and CSV readers trip over, and any others; Postgres holds no NUL. */
export const text = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\\N',
    '\\.',
    '\\',
    '"',
    '""',
    ',',
    '\n',
    '\r\n',
    '\r',
    '\t',
    'NULL',
    '£',
    '漢字',
    '🛒',
    '\ufeff',
  ),
  fc.string({ unit: 'binary', maxLength: 30 }).map((value) => value.replaceAll('\u0000', '').toWellFormed()),
  fc.string({ unit: fc.constantFrom('"', ',', '\n', '\\', 'a', ' '), maxLength: 12 }),
);
const instant = fc.oneof(
  fc.constantFrom('infinity', '-infinity', '0044-03-15 12:00:00 BC', '294000-01-01 00:00:00'),
  fc
    .date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31') })
    .map((date) => date.toISOString()),
);
const decimal = fc
  .tuple(fc.bigInt(-(10n ** 20n), 10n ** 20n), fc.nat(999_999))
  .map(([whole, part]) => `${whole}.${part}`);
/** A numeric may be infinite from PostgreSQL 14 on. */
const number = fc.oneof(
  fc.constantFrom(
    'NaN',
    '0',
    '-0.000',
    '1e30',
    ...(postgresVersion() >= 14 ? ['Infinity', '-Infinity'] : []),
  ),
  decimal,
);
const json = fc.json();
const unsigned = fc.nat({ max: 2 ** 31 - 1 }).map((half) => String(2 * half + 1));
const whole = fc.integer().map(String);
const double = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map(String);
const bits = fc.string({ unit: fc.constantFrom('0', '1'), maxLength: 20 });
const hex = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((values) => [...values].map((value) => value.toString(16).padStart(2, '0')).join(':'));
const points = (least: number) =>
  fc
    .array(fc.tuple(double, double), { minLength: least, maxLength: 5 })
    .map((pairs) => pairs.map(String).map((pair) => `(${pair})`));
const word = fc.stringMatching(/^[a-z]{1,8}$/);
/** A text in double quotes as arrays, composites and hstore take it. */
const quoted = text.map((value) => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`);

/** Of two bounds the lower first, or none. */
function range(bound: fc.Arbitrary<string>, before: (a: string, b: string) => boolean): fc.Arbitrary<string> {
  const sides = fc.tuple(fc.constantFrom('[', '('), fc.constantFrom(']', ')'));
  const bounds = fc.tuple(fc.option(bound), fc.option(bound), sides).map(([a, b, [open, close]]) => {
    const isSorted = a === null || b === null || before(a, b);
    const [low, high] = isSorted ? [a, b] : [b, a];
    return `${open}${low ?? ''},${high ?? ''}${close}`;
  });
  return fc.oneof(fc.constant('empty'), bounds);
}
const byNumber = (a: string, b: string): boolean => Number(a) <= Number(b);
const day = fc
  .date({ noInvalidDate: true, min: new Date('1900-01-01'), max: new Date('2100-01-01') })
  .map((date) => date.toISOString());
const byText = (a: string, b: string): boolean => a <= b;
const several = (one: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(one, { maxLength: 3 }).map((ranges) => `{${ranges.join(',')}}`);
const small = fc.integer({ min: -1e6, max: 1e6 }).map(String);
const ranges = {
  int: range(small, byNumber),
  num: range(
    fc.integer({ min: -1e6, max: 1e6 }).map((cents) => String(cents / 100)),
    byNumber,
  ),
  day: range(
    day.map((value) => value.slice(0, 10)),
    byText,
  ),
  local: range(
    day.map((value) => `"${value.slice(0, 23)}"`),
    byText,
  ),
  instant: range(
    day.map((value) => `"${value}"`),
    byText,
  ),
};
const array = (element: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    fc
      .array(fc.option(element), { maxLength: 4 })
      .map((items) => `{${items.map((item) => item ?? 'NULL').join(',')}}`),
    fc
      .tuple(element, element, element, element)
      .map(([a, b, c, d]) => `[0:1][3:4]={{${a},${b}},{${c},${d}}}`),
  );
const object = fc.array(fc.tuple(quoted, fc.option(quoted)), { maxLength: 4 });
const price = fc.integer({ min: 1, max: 1_000_000 }).map((mills) => String(mills / 1000));
const path = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join('.'));

/** By type, as the type table names it: texts that Postgres takes for a value of it. */
export const generated: Readonly<Record<string, fc.Arbitrary<string>>> = {
  text,
  'character varying(5)': text.map((value) => [...value].slice(0, 5).join('')),
  'character(4)': text.map((value) => [...value].slice(0, 4).join('')),
  name: text.map((value) => [...value].slice(0, 10).join('')),
  '"char"': fc.constantFrom('', 'x', '"', ',', ' '),
  boolean: fc.constantFrom('true', 'false'),
  smallint: fc.integer({ min: -32_768, max: 32_767 }).map(String),
  integer: whole,
  bigint: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String),
  oid: unsigned,
  numeric: number,
  'numeric(10,3)': fc.oneof(
    fc.constant('NaN'),
    fc.integer({ min: -1e9, max: 1e9 }).map((mills) => String(mills / 1000)),
  ),
  'numeric(38,37)': fc.double({ noNaN: true, min: -9, max: 9 }).map((value) => value.toFixed(20)),
  'numeric(39,2)': decimal,
  'numeric(38,38)': fc.nat({ max: 999_999 }).map((part) => `0.${part}`),
  'numeric(3,-2)': fc.integer({ min: -99_900, max: 99_900 }).map(String),
  'numeric(3,5)': fc.nat({ max: 999 }).map((part) => `0.00${String(part).padStart(3, '0')}`),
  real: fc.float({ noDefaultInfinity: true }).map(String),
  'double precision': fc.double().map(String),
  money: fc.integer().map((cents) => String(cents / 100)),
  date: instant,
  'timestamp without time zone': instant,
  'timestamp(3) without time zone': instant,
  'timestamp with time zone': instant,
  'timestamp(0) with time zone': instant,
  'time without time zone': fc.oneof(
    fc.constant('24:00:00'),
    fc.nat({ max: 86_399_999 }).map((ms) => new Date(ms).toISOString().slice(11, 23)),
  ),
  'time with time zone': fc
    .tuple(fc.nat({ max: 86_399_999 }), fc.constantFrom('+00', '-15:59', '+05:30'))
    .map(([ms, zone]) => `${new Date(ms).toISOString().slice(11, 23)}${zone}`),
  interval: fc
    .tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: -1000, max: 1000 }), fc.integer())
    .map(([months, days, ms]) => `${months} months ${days} days ${ms} milliseconds`),
  bytea: fc.uint8Array({ maxLength: 20 }).map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`),
  json,
  jsonb: json.filter((value) => !value.includes('\\u0000')),
  uuid: fc.uuid(),
  xml: fc.oneof(
    fc.constantFrom('<a b="c">,\n</a>', 'plain'),
    word.map((name) => `<${name} n="1"/>`),
  ),
  'bit(8)': fc.nat({ max: 255 }).map((value) => value.toString(2).padStart(8, '0')),
  'bit(1)': fc.constantFrom('0', '1'),
  'bit varying': bits,
  inet: fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.tuple(fc.ipV4(), fc.nat({ max: 32 })).map(([ip, mask]) => `${ip}/${mask}`),
  ),
  cidr: fc.oneof(fc.ipV4(), fc.ipV6()),
  macaddr: hex(6),
  macaddr8: hex(8),
  pg_lsn: fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => `${a.toString(16)}/${b.toString(16)}`),
  tsvector: fc.oneof(
    fc.constant('\'say "hi"\':1'),
    fc.array(word, { maxLength: 5 }).map((words) => words.join(' ')),
  ),
  tsquery: fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' & !')),
  point: fc.tuple(double, double).map(([x, y]) => `(${x},${y})`),
  line: fc.tuple(double, double).map(([a, b]) => `{1,${a},${b}}`),
  lseg: fc.tuple(double, double, double, double).map(([a, b, c, d]) => `[(${a},${b}),(${c},${d})]`),
  box: fc.tuple(double, double, double, double).map(([a, b, c, d]) => `(${a},${b}),(${c},${d})`),
  path: fc.tuple(points(1), fc.boolean()).map(([all, isOpen]) => (isOpen ? `[${all}]` : `(${all})`)),
  polygon: points(1).map((all) => `(${all})`),
  circle: fc.tuple(double, double, fc.nat()).map(([x, y, radius]) => `<(${x},${y}),${radius}>`),
  int4range: ranges.int,
  int8range: ranges.int,
  numrange: ranges.num,
  daterange: ranges.day,
  tsrange: ranges.local,
  tstzrange: ranges.instant,
  int4multirange: several(ranges.int.filter((one) => one !== 'empty')),
  int8multirange: several(ranges.int.filter((one) => one !== 'empty')),
  nummultirange: several(ranges.num.filter((one) => one !== 'empty')),
  datemultirange: several(ranges.day.filter((one) => one !== 'empty')),
  tsmultirange: several(ranges.local.filter((one) => one !== 'empty')),
  tstzmultirange: several(ranges.instant.filter((one) => one !== 'empty')),
  'integer[]': array(whole),
  'text[]': array(quoted),
  'numeric(5,2)[]': array(fc.integer({ min: -99_999, max: 99_999 }).map((cents) => String(cents / 100))),
  'timestamp with time zone[]': array(day.map((value) => `"${value}"`)),
  mood: fc.constantFrom('ok', 'so, so'),
  'mood[]': array(fc.constantFrom('ok', '"so, so"')),
  address: fc.tuple(quoted, fc.option(whole)).map(([street, no]) => `(${street},${no ?? ''})`),
  price,
  sale_price: price,
  'price[]': array(price),
  int2vector: fc.array(fc.nat({ max: 9999 }), { maxLength: 5 }).map((values) => values.join(' ')),
  oidvector: fc.array(fc.nat({ max: 9999 }), { maxLength: 5 }).map((values) => values.join(' ')),
  regclass: fc.constantFrom('pg_class', 'pg_type', 'pg_toast.pg_toast_1255'),
  regcollation: fc.constantFrom('"C"', '"POSIX"', '0'),
  regconfig: fc.constantFrom('english', 'simple', '0'),
  regdictionary: fc.constantFrom('simple', 'english_stem', '0'),
  regnamespace: fc.constantFrom('pg_catalog', 'public', '0'),
  regoper: fc.constantFrom('||/', '0'),
  regoperator: fc.constantFrom('+(integer,integer)', '*(bigint,bigint)', '0'),
  regproc: fc.constantFrom('pg_sleep', '0'),
  regprocedure: fc.constantFrom('pg_sleep(double precision)', 'now()', '0'),
  regrole: fc.constantFrom('pg_monitor', '0'),
  regtype: fc.constantFrom('integer', 'text[]', '"char"', '0'),
  tid: fc.tuple(fc.nat(), fc.nat({ max: 65_535 })).map(([block, row]) => `(${block},${row})`),
  xid: unsigned,
  xid8: fc.bigInt(0n, 2n ** 64n - 1n).map(String),
  cid: unsigned,
  pg_snapshot: fc
    .tuple(fc.nat({ max: 1e6 }), fc.nat({ max: 1e6 }))
    .map(([low, more]) => `${low + 1}:${low + more + 1}:`),
  txid_snapshot: fc
    .tuple(fc.nat({ max: 1e6 }), fc.nat({ max: 1e6 }))
    .map(([low, more]) => `${low + 1}:${low + more + 1}:`),
  refcursor: text,
  jsonpath: fc.oneof(
    fc.constant('$.a[*] ? (@ > 1)'),
    word.map((key) => `$."${key}"`),
  ),
  hstore: object.map((pairs) => pairs.map(([key, value]) => `${key}=>${value ?? 'NULL'}`).join(', ')),
  'hstore[]': array(fc.constantFrom('"a=>1"', '""')),
  citext: text,
  ltree: path,
  lquery: path.map((labels) => `*.${labels}*`),
  ltxtquery: fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' & ')),
  cube: fc.array(double, { minLength: 1, maxLength: 4 }).map((values) => `(${values.join(',')})`),
  earth: fc.constantFrom('(0,0,6378168)', '(6378168,0,0)'),
  seg: fc.tuple(fc.nat({ max: 999 }), fc.nat({ max: 999 })).map(([low, more]) => `${low} .. ${low + more}`),
  query_int: fc.array(fc.nat({ max: 999 }), { minLength: 1, maxLength: 4 }).map((values) => values.join('&')),
  ean13: ean('400'),
  isbn13: ean('978'),
  isbn: ean('978'),
  ismn13: ean('9790'),
  ismn: ean('9790'),
  issn13: ean('977'),
  issn: ean('977', '00'),
  upc: ean('0'),
  lo: unsigned,
};

/** Numbers of 13 digits that begin and end like this, with the digit that checks them (GS1). */
function ean(prefix: string, end = ''): fc.Arbitrary<string> {
  const digits = 12 - prefix.length - end.length;
  return fc.nat({ max: 10 ** digits - 1 }).map((middle) => {
    const code = `${prefix}${String(middle).padStart(digits, '0')}${end}`;
    const sum = [...code].reduce(
      (total, digit, place) => total + Number(digit) * (place % 2 === 0 ? 1 : 3),
      0,
    );
    return `${code}${(10 - (sum % 10)) % 10}`;
  });
}
