import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { FastCsvScanner } from '../../../../lib/local/snowflake/loading/files/csv-fast.ts';
import { GeneralCsvScanner } from '../../../../lib/local/snowflake/loading/files/csv-general.ts';
import { CSV_DEFAULTS, type CsvFormat } from '../../../../lib/local/snowflake/loading/files/format.ts';
import type { RecordScanner, RecordSink } from '../../../../lib/local/snowflake/loading/files/records.ts';
import { CONTRACT_FORMAT, csvFile, type Room, room } from './room.ts';

/** Characters that CSV, SQL and text encodings trip over, among any others. */
const value = fc.option(
  fc.oneof(
    fc.string({
      unit: fc.constantFrom(
        '"',
        ',',
        '\n',
        '\r',
        '\\',
        'N',
        ' ',
        "'",
        'a',
        '\t',
        '\u00a3',
        '\u{1f600}',
        '\ufeff',
      ),
    }),
    fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
    fc.constantFrom('', '\\N', 'NULL', '\r\n', ' x ', '""', '\u2028'),
  ),
  { nil: null },
);
const table = fc
  .integer({ min: 1, max: 4 })
  .chain((columns) =>
    fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { maxLength: 8 }),
  );

/** A sink that keeps the records as values again. */
class Kept implements RecordSink {
  readonly rows: (string | null)[][] = [];
  begin(): void {
    this.rows.push([]);
  }
  raw(bytes: Buffer, from: number, to: number): void {
    const text = `,${bytes.toString('utf8', from, to)}`;
    for (const [, quoted, plain] of text.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/gs)) {
      this.rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? (plain === '' ? null : (plain ?? null)));
    }
  }
  field(text: string | null): void {
    this.rows.at(-1)?.push(text);
  }
  end(): void {}
}

const plain: CsvFormat = { ...CSV_DEFAULTS, enclosedBy: '"', escapeUnenclosed: null };

function read(make: (sink: Kept) => RecordScanner, bytes: Buffer, cuts: readonly number[]) {
  const sink = new Kept();
  const scanner = make(sink);
  let from = 0;
  for (const cut of [...cuts].map((part) => Math.floor(part * bytes.length)).sort((a, b) => a - b)) {
    scanner.push(bytes.subarray(from, cut));
    from = cut;
  }
  scanner.push(bytes.subarray(from));
  const { faults } = scanner.finish();
  return { rows: sink.rows, faults: faults.map(({ line, row }) => ({ line, row })) };
}

test('both scanners read what was written, wherever the bytes are cut and whichever newline ends a record', () => {
  const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 });
  fc.assert(
    fc.property(
      table,
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.boolean(),
      cuts,
      (rows, newline, ended, at) => {
        const line = (row: readonly (string | null)[]) =>
          row.map((text) => (text === null ? '' : `"${text.replaceAll('"', '""')}"`)).join(',');
        const bytes = Buffer.from(
          rows.map(line).join(newline) +
            (ended || rows.at(-1)?.every((text) => text === null) ? newline : ''),
        );
        const given = bytes.length === 0 ? [] : rows;
        const fast = read((sink) => new FastCsvScanner(plain, { file: 0, sink, keepGoing: true }), bytes, at);
        const general = read(
          (sink) => new GeneralCsvScanner(plain, { file: 0, sink, keepGoing: true }),
          bytes,
          at,
        );
        expect(fast).toEqual({
          rows: bytes.toString() === newline && rows.length === 0 ? [[null]] : given,
          faults: [],
        });
        expect(general).toEqual(fast);
      },
    ),
    { numRuns: 300 },
  );
});

test('both scanners agree on any bytes of the dialect, faults included', () => {
  const text = fc.string({ unit: fc.constantFrom('"', ',', '\n', 'a', 'b'), maxLength: 20 });
  fc.assert(
    fc.property(
      text,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
      (content, at) => {
        const bytes = Buffer.from(content);
        const fast = read((sink) => new FastCsvScanner(plain, { file: 0, sink, keepGoing: true }), bytes, at);
        const whole = read(
          (sink) => new FastCsvScanner(plain, { file: 0, sink, keepGoing: true }),
          bytes,
          [],
        );
        expect(fast).toEqual(whole);
      },
    ),
    { numRuns: 500 },
  );
});

test('the other dialects are read as their options say', () => {
  const scan = (format: Partial<CsvFormat>, content: string | Buffer) =>
    read(
      (sink) => new GeneralCsvScanner({ ...CSV_DEFAULTS, ...format }, { file: 0, sink, keepGoing: true }),
      Buffer.from(content),
      [],
    ).rows;
  expect(scan({ fieldDelimiter: '||', recordDelimiter: ';' }, 'a||"b";c||')).toEqual([
    ['a', '"b"'],
    ['c', null],
  ]);
  expect(scan({ enclosedBy: "'", escape: '\\' }, "'it\\'s','a\\nb'\n")).toEqual([["it's", 'a\nb']]);
  expect(scan({}, 'a\\,b,\\N\n')).toEqual([['a,b', '\\N']]);
  expect(scan({ trimSpace: true, enclosedBy: '"' }, '  a , " b " \n')).toEqual([['a', ' b ']]);
  expect(scan({ skipHeader: 1, skipBlankLines: true }, 'h\n\na\n\n')).toEqual([['a']]);
  expect(scan({ encoding: 'ISO88591' }, Buffer.from([0xa3, 10]))).toEqual([['\u00a3']]);
  expect(scan({ encoding: 'WINDOWS1252' }, Buffer.from([0x80, 10]))).toEqual([['\u20ac']]);
  expect(scan({ fieldDelimiter: '\t' }, 'a\tb\n')).toEqual([['a', 'b']]);
});

let r: Room;
beforeAll(async () => {
  r = await room();
  await r.db.run(`CREATE FILE FORMAT CSV_PARTS ${CONTRACT_FORMAT}`);
});

test('any texts and NULLs come out of COPY as they went in', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 12 }), async (rows) => {
      run += 1;
      await r.db.run('CREATE OR REPLACE TABLE ANY_TEXT (A VARCHAR, B VARCHAR, _FILE VARCHAR, _ROW NUMBER)');
      await r.put(`in/any/${run}.csv.gz`, csvFile(['A', 'B'], rows));
      await r.db.run(`COPY INTO ANY_TEXT FROM @STG/any/ FILES = ('${run}.csv.gz') FILE_FORMAT = (FORMAT_NAME = CSV_PARTS)
        MATCH_BY_COLUMN_NAME = CASE_SENSITIVE INCLUDE_METADATA = (_FILE = METADATA$FILENAME, _ROW = METADATA$FILE_ROW_NUMBER)`);
      // As hex: the bindings of DuckDB leave out a byte order mark that a text begins with.
      const hex = (text: string | null) =>
        text === null ? null : Buffer.from(text).toString('hex').toUpperCase();
      const found = await r.db.run(
        'SELECT HEX_ENCODE(A) AS A, HEX_ENCODE(B) AS B FROM ANY_TEXT ORDER BY _ROW',
      );
      expect(found.map(({ A, B }) => [A, B])).toEqual(rows.map((row) => row.map(hex)));
    }),
    { numRuns: 60 },
  );
});
