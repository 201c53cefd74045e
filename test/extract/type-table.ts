/**
 * SQL of a value; its field in the file to the byte; what is read back from Snowflake as text, or why it is rejected, the text of
 * the field unless told; the first version of Postgres that has the value, 13 unless told.
 */
type TypeValue = readonly [
  sql: string,
  csv: string,
  back?: string | { readonly rejected: string } | undefined,
  since?: number,
];

/** How a type of Postgres travels: values as SQL, and what stands in the CSV for each. */
export interface TypeRow {
  readonly type: string;
  /** As the contract records it; `type` unless told. */
  readonly sourceType?: string;
  readonly target: string;
  /** The first version of Postgres that has the type; 13 unless told. */
  readonly since?: number;
  readonly values: readonly TypeValue[];
}

export const typeTable: readonly TypeRow[] = [
  {
    type: 'text',
    target: 'VARCHAR',
    values: [
      ['NULL', ''],
      ["''", '""'],
      ["' '", '" "'],
      [String.raw`'\N'`, String.raw`"\N"`],
      ["'NULL'", '"NULL"'],
      [String.raw`'ends in \'`, String.raw`"ends in \"`],
      [`'say "hi", twice'`, '"say ""hi"", twice"'],
      [`'"'`, '""""'],
      [String.raw`E'one\ntwo\r\nthree\rfour\tfive'`, '"one\ntwo\r\nthree\rfour\tfive"'],
      ["'  padded '", '"  padded "'],
      ["'£ é 漢字 🛒'", '"£ é 漢字 🛒"'],
      [String.raw`E'\u0001\u200b\ufeff'`, '"\u0001\u200b\ufeff"'],
      [String.raw`'\.'`, String.raw`"\."`],
    ],
  },
  { type: 'character varying(5)', target: 'VARCHAR', values: [["'ab '", '"ab "']] },
  { type: 'character(4)', target: 'VARCHAR', values: [["'ab'", '"ab  "']] },
  { type: 'name', target: 'VARCHAR', values: [["'pg_class'", '"pg_class"']] },
  { type: '"char"', target: 'VARCHAR', values: [["'x'", '"x"']] },
  {
    type: 'boolean',
    target: 'BOOLEAN',
    values: [
      ['true', '"true"'],
      ['false', '"false"'],
      ['NULL', ''],
    ],
  },
  { type: 'smallint', target: 'NUMBER(5,0)', values: [['-32768', '"-32768"']] },
  { type: 'integer', target: 'NUMBER(10,0)', values: [['2147483647', '"2147483647"']] },
  {
    type: 'bigint',
    target: 'NUMBER(19,0)',
    values: [
      ['9007199254740993', '"9007199254740993"'],
      ['-9223372036854775808', '"-9223372036854775808"'],
    ],
  },
  { type: 'oid', target: 'NUMBER(10,0)', values: [['4294967295', '"4294967295"']] },
  {
    type: 'numeric(10,3)',
    target: 'NUMBER(10,3)',
    values: [
      ['-11062.06', '"-11062.060"'],
      ['0', '"0.000"'],
      ["'NaN'", '"NaN"', { rejected: 'is not a decimal number' }],
    ],
  },
  { type: 'numeric(38,37)', target: 'NUMBER(38,37)', values: [['0.1', `"0.1${'0'.repeat(36)}"`]] },
  { type: 'numeric(39,2)', target: 'VARCHAR', values: [['1.5', '"1.50"']] },
  { type: 'numeric(38,38)', target: 'VARCHAR', values: [['0', `"0.${'0'.repeat(38)}"`]] },
  { type: 'numeric(3,-2)', target: 'NUMBER(5,0)', since: 15, values: [['12345', '"12300"']] },
  { type: 'numeric(3,5)', target: 'NUMBER(5,5)', since: 15, values: [['0.00123', '"0.00123"']] },
  {
    type: 'numeric',
    target: 'NUMBER(38,9)',
    values: [
      [
        '12345678901234567890.123456789012',
        '"12345678901234567890.123456789012"',
        { rejected: 'has more than 9 decimals' },
      ],
      ["'Infinity'", '"Infinity"', { rejected: 'is not a decimal number' }, 14],
      ["'NaN'", '"NaN"', { rejected: 'is not a decimal number' }],
    ],
  },
  { type: 'real', target: 'FLOAT', values: [['0.1', '"0.1"']] },
  {
    type: 'double precision',
    target: 'FLOAT',
    values: [
      ['0.1', '"0.1"'],
      ['1e308', '"1e+308"'],
      ['5e-324', '"5e-324"'],
      ['-0.0', '"0"'],
      ["'-0'", '"-0"'],
      ["'-Infinity'", '"-Infinity"', '-inf'],
      ["'NaN'", '"NaN"'],
    ],
  },
  { type: 'money', target: 'NUMBER(22,3)', values: [["'-1234.5'", '"-1234.50"', '-1234.500']] },
  {
    type: 'date',
    target: 'DATE',
    values: [
      ["'2012-02-29'", '"2012-02-29"'],
      ["'0044-03-15 BC'", '"0044-03-15 BC"', { rejected: 'is not a date of the years 0001 to 9999' }],
      ["'infinity'", '"infinity"', { rejected: 'is not a date of the years 0001 to 9999' }],
      ["'10000-01-01'", '"10000-01-01"', { rejected: 'is not a date of the years 0001 to 9999' }],
    ],
  },
  {
    type: 'timestamp without time zone',
    target: 'TIMESTAMP_NTZ(6)',
    values: [
      ["'2011-12-09 12:50'", '"2011-12-09 12:50:00"', '2011-12-09 12:50:00.000000'],
      ["'2011-03-27 01:30:00.123456'", '"2011-03-27 01:30:00.123456"'],
      [
        "'-infinity'",
        '"-infinity"',
        { rejected: 'is not a timestamp of the years 0001 to 9999 with at most 6 decimals' },
      ],
      [
        "'294276-12-31 23:59:59.999999'",
        '"294276-12-31 23:59:59.999999"',
        { rejected: 'is not a timestamp of the years 0001 to 9999 with at most 6 decimals' },
      ],
    ],
  },
  {
    type: 'timestamp(3) without time zone',
    target: 'TIMESTAMP_NTZ(3)',
    values: [["'2011-12-09 12:50:00.1239'", '"2011-12-09 12:50:00.124"', '2011-12-09 12:50:00.124000']],
  },
  {
    type: 'timestamp with time zone',
    target: 'TIMESTAMP_TZ(6)',
    values: [
      ["'2011-06-09 12:50:00.5+05:30'", '"2011-06-09 07:20:00.5+00"', '2011-06-09 07:20:00.500000 +0000'],
      [
        "'infinity'",
        '"infinity"',
        { rejected: 'is not a timestamp in UTC of the years 0001 to 9999 with at most 6 decimals' },
      ],
    ],
  },
  {
    type: 'timestamp(0) with time zone',
    target: 'TIMESTAMP_TZ(0)',
    values: [["'2011-06-09 12:50+01'", '"2011-06-09 11:50:00+00"', '2011-06-09 11:50:00.000000 +0000']],
  },
  {
    type: 'time without time zone',
    target: 'TIME(6)',
    values: [
      ["'12:50:00.000001'", '"12:50:00.000001"'],
      ["'24:00:00'", '"24:00:00"', { rejected: 'is not a time of day with at most 6 decimals' }],
    ],
  },
  { type: 'time with time zone', target: 'VARCHAR', values: [["'12:50+05:30'", '"12:50:00+05:30"']] },
  {
    type: 'interval',
    target: 'VARCHAR',
    values: [
      ["'1 year 2 months 3 days 04:05:06.789'", '"P1Y2M3DT4H5M6.789S"'],
      ["'-1 day'", '"P-1D"'],
    ],
  },
  {
    type: 'bytea',
    target: 'BINARY',
    values: [
      [String.raw`'\x00ff41'`, '"00ff41"', '00FF41'],
      ["''", '""'],
      ['NULL', ''],
    ],
  },
  {
    type: 'json',
    target: 'VARIANT',
    values: [
      [`'{"a": 1, "a": 2}'`, '"{""a"": 1, ""a"": 2}"'],
      ["'null'", '"null"'],
      ['NULL', ''],
      [String.raw`'"\u0000"'`, String.raw`"""\u0000"""`],
    ],
  },
  {
    type: 'jsonb',
    target: 'VARIANT',
    values: [
      [`'{"b": 1e400, "a": [true, null]}'`, `"{""a"": [true, null], ""b"": 1${'0'.repeat(400)}}"`],
      ["'null'", '"null"'],
    ],
  },
  {
    type: 'uuid',
    target: 'VARCHAR',
    values: [["'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"']],
  },
  { type: 'xml', target: 'VARCHAR', values: [['\'<a b="c"/>\'', '"<a b=""c""/>"']] },
  { type: 'bit(8)', target: 'VARCHAR', values: [["B'00000001'", '"00000001"']] },
  { type: 'bit(1)', target: 'VARCHAR', values: [["B'1'", '"1"']] },
  { type: 'bit varying', target: 'VARCHAR', values: [["B'101'", '"101"']] },
  { type: 'inet', target: 'VARCHAR', values: [["'10.0.0.1/8'", '"10.0.0.1/8"']] },
  { type: 'cidr', target: 'VARCHAR', values: [["'10.0.0.0/8'", '"10.0.0.0/8"']] },
  { type: 'macaddr', target: 'VARCHAR', values: [["'08-00-2b-01-02-03'", '"08:00:2b:01:02:03"']] },
  { type: 'pg_lsn', target: 'VARCHAR', values: [["'16/B374D848'", '"16/B374D848"']] },
  { type: 'tsvector', target: 'VARCHAR', values: [["'fat cat'", "\"'cat' 'fat'\""]] },
  { type: 'point', target: 'VARCHAR', values: [["'(1.5,2)'", '"(1.5,2)"']] },
  { type: 'int4range', target: 'VARCHAR', values: [["'[1,5]'", '"[1,6)"']] },
  {
    type: 'tstzrange',
    target: 'VARCHAR',
    values: [["'[2011-12-09 12:00+01,)'", '"[""2011-12-09 11:00:00+00"",)"']],
  },
  { type: 'int4multirange', target: 'VARCHAR', since: 14, values: [["'{[1,2),[5,7)}'", '"{[1,2),[5,7)}"']] },
  {
    type: 'integer[]',
    target: 'VARIANT',
    values: [
      ["'{1,NULL,3}'", '"[1,null,3]"'],
      ["'{{1,2},{3,4}}'", '"[[1,2],[3,4]]"'],
      ["'[0:1]={5,6}'", '"[5,6]"'],
      ["'{}'", '"[]"'],
      ['NULL', ''],
    ],
  },
  { type: 'text[]', target: 'VARIANT', values: [[`ARRAY['a"b', '', NULL]`, '"[""a\\""b"","""",null]"']] },
  { type: 'numeric(5,2)[]', target: 'VARIANT', values: [["'{1.50,NaN}'", '"[1.50,""NaN""]"']] },
  { type: 'mood', sourceType: 'public.mood', target: 'VARCHAR', values: [["'so, so'", '"so, so"']] },
  { type: 'mood[]', sourceType: 'public.mood[]', target: 'VARIANT', values: [["'{ok}'", '"[""ok""]"']] },
  {
    type: 'address',
    sourceType: 'public.address',
    target: 'VARIANT',
    values: [["ROW('x', NULL)", '"{""street"":""x"",""no"":null}"']],
  },
  { type: 'price', sourceType: 'numeric(10,3)', target: 'NUMBER(10,3)', values: [['2.5', '"2.500"']] },
  { type: 'sale_price', sourceType: 'numeric(10,3)', target: 'NUMBER(10,3)', values: [['2.5', '"2.500"']] },
  { type: 'price[]', sourceType: 'public.price[]', target: 'VARIANT', values: [["'{2.5}'", '"[2.500]"']] },
  { type: 'int2vector', target: 'VARCHAR', values: [["'1 2'", '"1 2"']] },
  { type: 'oidvector', target: 'VARCHAR', values: [["'1 2'", '"1 2"']] },
  { type: 'regclass', target: 'VARCHAR', values: [["'pg_class'", '"pg_class"']] },
  { type: 'regcollation', target: 'VARCHAR', values: [[`'"C"'`, '"""C"""']] },
  { type: 'regconfig', target: 'VARCHAR', values: [["'english'", '"english"']] },
  { type: 'regdictionary', target: 'VARCHAR', values: [["'simple'", '"simple"']] },
  { type: 'regnamespace', target: 'VARCHAR', values: [["'pg_catalog'", '"pg_catalog"']] },
  { type: 'regoper', target: 'VARCHAR', values: [["'||/'", '"||/"']] },
  { type: 'regoperator', target: 'VARCHAR', values: [["'+(integer,integer)'", '"+(integer,integer)"']] },
  { type: 'regproc', target: 'VARCHAR', values: [["'pg_sleep'", '"pg_sleep"']] },
  {
    type: 'regprocedure',
    target: 'VARCHAR',
    values: [["'pg_sleep(double precision)'", '"pg_sleep(double precision)"']],
  },
  { type: 'regrole', target: 'VARCHAR', values: [["'pg_monitor'", '"pg_monitor"']] },
  { type: 'regtype', target: 'VARCHAR', values: [["'integer'", '"integer"']] },
  { type: 'tid', target: 'VARCHAR', values: [["'(7,3)'", '"(7,3)"']] },
  { type: 'xid', target: 'VARCHAR', values: [["'4294967295'", '"4294967295"']] },
  { type: 'xid8', target: 'VARCHAR', values: [["'18446744073709551615'", '"18446744073709551615"']] },
  { type: 'cid', target: 'VARCHAR', values: [["'7'", '"7"']] },
  { type: 'pg_snapshot', target: 'VARCHAR', values: [["'10:20:10,14'", '"10:20:10,14"']] },
  { type: 'txid_snapshot', target: 'VARCHAR', values: [["'10:20:10,14'", '"10:20:10,14"']] },
  { type: 'refcursor', target: 'VARCHAR', values: [["'c'", '"c"']] },
  { type: 'jsonpath', target: 'VARCHAR', values: [["'$.a[*]'", '"$.""a""[*]"']] },
  { type: 'tsquery', target: 'VARCHAR', values: [["'fat & !cat'", "\"'fat' & !'cat'\""]] },
  {
    type: 'macaddr8',
    target: 'VARCHAR',
    values: [["'08:00:2b:01:02:03:04:05'", '"08:00:2b:01:02:03:04:05"']],
  },
  { type: 'line', target: 'VARCHAR', values: [["'{1,2,3}'", '"{1,2,3}"']] },
  { type: 'lseg', target: 'VARCHAR', values: [["'[(0,0),(1,1.5)]'", '"[(0,0),(1,1.5)]"']] },
  { type: 'box', target: 'VARCHAR', values: [["'((1,1),(0,0))'", '"(1,1),(0,0)"']] },
  { type: 'path', target: 'VARCHAR', values: [["'[(0,0),(1,1)]'", '"[(0,0),(1,1)]"']] },
  { type: 'polygon', target: 'VARCHAR', values: [["'((0,0),(1,1),(1,0))'", '"((0,0),(1,1),(1,0))"']] },
  { type: 'circle', target: 'VARCHAR', values: [["'<(0,0),2>'", '"<(0,0),2>"']] },
  { type: 'int8range', target: 'VARCHAR', values: [["'empty'", '"empty"']] },
  { type: 'numrange', target: 'VARCHAR', values: [["'[1.5,)'", '"[1.5,)"']] },
  {
    type: 'daterange',
    target: 'VARCHAR',
    values: [["'[2011-12-09,2011-12-10]'", '"[2011-12-09,2011-12-11)"']],
  },
  { type: 'tsrange', target: 'VARCHAR', values: [["'(,2011-12-09 12:00]'", '"(,""2011-12-09 12:00:00""]"']] },
  { type: 'int8multirange', target: 'VARCHAR', since: 14, values: [["'{}'", '"{}"']] },
  { type: 'nummultirange', target: 'VARCHAR', since: 14, values: [["'{[1.5,2]}'", '"{[1.5,2]}"']] },
  {
    type: 'datemultirange',
    target: 'VARCHAR',
    since: 14,
    values: [["'{[2011-12-09,2011-12-10)}'", '"{[2011-12-09,2011-12-10)}"']],
  },
  {
    type: 'tsmultirange',
    target: 'VARCHAR',
    since: 14,
    values: [["'{[2011-12-09,)}'", '"{[""2011-12-09 00:00:00"",)}"']],
  },
  {
    type: 'tstzmultirange',
    target: 'VARCHAR',
    since: 14,
    values: [["'{[2011-12-09 12:00+01,)}'", '"{[""2011-12-09 11:00:00+00"",)}"']],
  },
  {
    type: 'timestamp with time zone[]',
    target: 'VARIANT',
    values: [["'{2011-12-09 12:00+01}'", '"[""2011-12-09T11:00:00+00:00""]"']],
  },
  // Types of the extensions that come with Postgres: their text, as of every type that is not Postgres' own.
  {
    type: 'hstore',
    sourceType: 'public.hstore',
    target: 'VARCHAR',
    values: [
      [
        String.raw`'"say \"hi\""=>"a, b", none=>NULL'`,
        String.raw`"""none""=>NULL, ""say \""hi\""""=>""a, b"""`,
      ],
      ["''", '""'],
    ],
  },
  {
    type: 'hstore[]',
    sourceType: 'public.hstore[]',
    target: 'VARIANT',
    values: [["ARRAY[''::hstore]", '"[{}]"']],
  },
  { type: 'citext', sourceType: 'public.citext', target: 'VARCHAR', values: [["'MiXed '", '"MiXed "']] },
  {
    type: 'ltree',
    sourceType: 'public.ltree',
    target: 'VARCHAR',
    values: [["'Top.Science'", '"Top.Science"']],
  },
  {
    type: 'lquery',
    sourceType: 'public.lquery',
    target: 'VARCHAR',
    values: [["'Top.*{0,2}.sci*'", '"Top.*{,2}.sci*"']],
  },
  {
    type: 'ltxtquery',
    sourceType: 'public.ltxtquery',
    target: 'VARCHAR',
    values: [["'Europe & !Asia'", '"Europe & !Asia"']],
  },
  {
    type: 'cube',
    sourceType: 'public.cube',
    target: 'VARCHAR',
    values: [["'(1,2),(3,4.5)'", '"(1, 2),(3, 4.5)"']],
  },
  {
    type: 'earth',
    sourceType: 'public.cube',
    target: 'VARCHAR',
    values: [["'(0,0,6378168)'", '"(0, 0, 6378168)"']],
  },
  { type: 'seg', sourceType: 'public.seg', target: 'VARCHAR', values: [["'1.50 .. 2.0'", '"1.50 .. 2.0"']] },
  {
    type: 'query_int',
    sourceType: 'public.query_int',
    target: 'VARCHAR',
    values: [["'1&(2|3)'", '"1 & ( 2 | 3 )"']],
  },
  {
    type: 'ean13',
    sourceType: 'public.ean13',
    target: 'VARCHAR',
    values: [["'9780393040029'", '"978-0-393-04002-9"']],
  },
  {
    type: 'isbn13',
    sourceType: 'public.isbn13',
    target: 'VARCHAR',
    values: [["'978-0-393-04002-9'", '"978-0-393-04002-9"']],
  },
  {
    type: 'isbn',
    sourceType: 'public.isbn',
    target: 'VARCHAR',
    values: [["'039304002X'", '"0-393-04002-X"']],
  },
  {
    type: 'ismn13',
    sourceType: 'public.ismn13',
    target: 'VARCHAR',
    values: [["'979-0-060-11561-5'", '"979-0-060-11561-5"']],
  },
  {
    type: 'ismn',
    sourceType: 'public.ismn',
    target: 'VARCHAR',
    values: [["'9790060115615'", '"M-060-11561-5"']],
  },
  {
    type: 'issn13',
    sourceType: 'public.issn13',
    target: 'VARCHAR',
    values: [["'977-1436-452-00-8'", '"977-1436-452-00-8"']],
  },
  { type: 'issn', sourceType: 'public.issn', target: 'VARCHAR', values: [["'1436-4522'", '"1436-4522"']] },
  {
    type: 'upc',
    sourceType: 'public.upc',
    target: 'VARCHAR',
    values: [["'220356483481'", '"220356483481"']],
  },
  { type: 'lo', sourceType: 'oid', target: 'NUMBER(10,0)', values: [["'17'", '"17"']] },
];

/** Types of Postgres' own that a column of a table cannot have, or that only its catalog and extensions use. */
export const typesOfTheCatalog: readonly string[] = [
  'aclitem',
  'gtsvector',
  'pg_brin_bloom_summary',
  'pg_brin_minmax_multi_summary',
  'pg_ddl_command',
  'pg_dependencies',
  'pg_mcv_list',
  'pg_ndistinct',
  'pg_node_tree',
];

/** What the table needs besides: run once in an empty database. */
export const typeDefinitions = `
  CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE EXTENSION ltree; CREATE EXTENSION cube;
  CREATE EXTENSION earthdistance; CREATE EXTENSION seg; CREATE EXTENSION intarray; CREATE EXTENSION isn; CREATE EXTENSION lo;
  CREATE TYPE mood AS ENUM ('ok', 'so, so');
  CREATE TYPE address AS (street text, no integer);
  CREATE DOMAIN price AS numeric(10,3);
  CREATE DOMAIN sale_price AS price CHECK (VALUE > 0)`;

/** The rows and values that a server of a version has. */
export function typeTableOf(version: number): readonly TypeRow[] {
  return typeTable
    .filter(({ since = 13 }) => since <= version)
    .map((row) => ({ ...row, values: row.values.filter(([, , , since = 13]) => since <= version) }));
}
