import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TokenCursor } from '../../../../lib/local/snowflake/loading/cursor.ts';
import { fileFormat } from '../../../../lib/local/snowflake/loading/files/format.ts';
import {
  OptionReader,
  type OptionValue,
  readOptions,
} from '../../../../lib/local/snowflake/loading/options.ts';
import { nextRun, parseSchedule } from '../../../../lib/local/snowflake/loading/tasks/schedule.ts';
import { tokenize } from '../../../../lib/sql/index.ts';

const parse = (text: string) => readOptions(new TokenCursor({ text, tokens: tokenize(text) }));

const name = fc.stringMatching(/^[A-Z][A-Z_]{0,8}$/);
const scalar: fc.Arbitrary<OptionValue> = fc.oneof(
  fc.string().map((text): OptionValue => ({ kind: 'string', text })),
  fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/).map((text): OptionValue => ({ kind: 'word', text })),
  fc.integer().map((number): OptionValue => ({ kind: 'number', text: String(number) })),
);
const list = fc.array(scalar, { maxLength: 4 }).map((items): OptionValue => ({ kind: 'list', items }));
const options = (value: fc.Arbitrary<OptionValue>) =>
  fc
    .uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, minLength: 1, maxLength: 5 })
    .map((pairs) => new Map(pairs));
const nested = options(fc.oneof(scalar, list)).map(
  (inner): OptionValue => ({ kind: 'options', options: inner }),
);

function print(value: OptionValue): string {
  if (value.kind === 'list') return `(${value.items.map(print).join(', ')})`;
  if (value.kind === 'options')
    return `(${[...value.options].map(([key, one]) => `${key} = ${print(one)}`).join(' ')})`;
  return value.kind === 'string'
    ? `'${value.text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
    : value.text;
}

test('options come back as they were printed, with or without commas', () => {
  fc.assert(
    fc.property(
      options(fc.oneof(scalar, list, nested)),
      fc.constantFrom(' ', ', ', '\n -- comment\n'),
      (given, between) => {
        const text = [...given].map(([key, value]) => `${key} = ${print(value)}`).join(between);
        expect(parse(text)).toEqual(given);
      },
    ),
  );
});

test('an option that nobody reads is refused by name, and so is one given twice', () => {
  const reader = new OptionReader(parse('A = 1 B = 2'), 'THING');
  expect(reader.whole('A')).toBe(1);
  expect(() => reader.finish()).toThrow("invalid option 'B' of THING");
  expect(() => parse('A = 1 A = 2')).toThrow("duplicate option 'A'");
});

test('a file format has the options it was given and the defaults of Snowflake', () => {
  expect(fileFormat(parse('TYPE = CSV'))).toMatchObject({
    nullIf: ['\\N'],
    escapeUnenclosed: '\\',
    enclosedBy: null,
    emptyFieldAsNull: true,
  });
  expect(
    fileFormat(
      parse(
        `TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '"' ESCAPE_UNENCLOSED_FIELD = NONE NULL_IF = () FIELD_DELIMITER = '\\t'`,
      ),
    ),
  ).toMatchObject({
    enclosedBy: '"',
    escapeUnenclosed: null,
    nullIf: [],
    fieldDelimiter: '\t',
  });
  expect(() => fileFormat(parse('TYPE = PARQUET'))).toThrow('files of TYPE PARQUET');
  expect(() => fileFormat(parse('TYPE = CSV STRIP_OUTER_ARRAY = TRUE'))).toThrow(
    "invalid option 'STRIP_OUTER_ARRAY'",
  );
  expect(() => fileFormat(parse('TYPE = CSV SKIP_HEADER = many'))).toThrow('a whole number');
});

test.each([
  ['5 MINUTES', '2026-03-01T10:00:30Z', '2026-03-01T10:05:30.000Z'],
  ['10 SECONDS', '2026-03-01T10:00:00Z', '2026-03-01T10:00:10.000Z'],
  ['USING CRON 0 5 * * * UTC', '2026-03-01T05:00:00Z', '2026-03-02T05:00:00.000Z'],
  ['USING CRON */15 9-17 * * MON-FRI UTC', '2026-03-06T17:45:00Z', '2026-03-09T09:00:00.000Z'],
  ['USING CRON 0 0 L * * UTC', '2026-02-10T00:00:00Z', '2026-02-28T00:00:00.000Z'],
  ['USING CRON 0 0 29 2 * UTC', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ['USING CRON 0 3 * * * Europe/London', '2026-06-01T03:00:00Z', '2026-06-02T02:00:00.000Z'],
  // The hour that London skips in spring does not run; the one it repeats in autumn runs once.
  ['USING CRON 30 1 * * * Europe/London', '2026-03-28T12:00:00Z', '2026-03-30T00:30:00.000Z'],
  ['USING CRON 30 1 * * * Europe/London', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00.000Z'],
  ['USING CRON 0 0 1 * SUN UTC', '2026-03-02T00:00:00Z', '2026-03-08T00:00:00.000Z'],
])('%s after %s runs at %s', (text, after, next) => {
  expect(nextRun(parseSchedule(text), new Date(after))?.toISOString()).toBe(next);
});

test.each([
  'sometimes',
  '0 MINUTES',
  '20000 MINUTES',
  'USING CRON 61 * * * * UTC',
  'USING CRON 0 0 * * * Nowhere/Land',
  'USING CRON 0 0 * * UTC',
])('%s is refused as a schedule', (text) => {
  expect(() => parseSchedule(text)).toThrow(/invalid SCHEDULE/);
});
