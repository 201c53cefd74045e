import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { conversionOf } from '../../lib/snowflake/conversions.ts';
import { connectWarehouse, type Warehouse } from '../../lib/snowflake/index.ts';
import { freshSnowflake } from '../support/index.ts';

let warehouse: Warehouse;

beforeAll(async () => {
  const { connection } = await freshSnowflake();
  warehouse = await connectWarehouse(connection);
  return () => warehouse.close();
}, 60_000);

/** The typed value of a text, and why it does not fit. */
async function convert(text: string | null, type: string): Promise<{ value: unknown; reason: unknown }> {
  const { value, reason = 'NULL' } = conversionOf('landed."X"', type);
  const { rows } = await warehouse.execute(
    `SELECT IFF(${reason} IS NULL, (${value})::${type}, NULL) AS V, ${reason} AS R
     FROM (SELECT ?::VARCHAR AS X) AS landed`,
    { binds: [text] },
  );
  return { value: rows[0]?.V, reason: rows[0]?.R };
}

describe('a text that fits', () => {
  test.each([
    ['12345678901234567890123456789012345678', 'NUMBER(38,0)', '12345678901234567890123456789012345678'],
    ['-0.000000001', 'NUMBER(38,9)', -0.000000001],
    ['1.500', 'NUMBER(10,3)', 1.5],
    ['0001.5000000', 'NUMBER(4,3)', 1.5],
    ['0.125', 'NUMBER(3,3)', 0.125],
    ['7.000', 'NUMBER(5,0)', 7],
    ['0.1', 'FLOAT', 0.1],
    ['1e22', 'FLOAT', 1e22],
    ['-0', 'FLOAT', -0],
    ['5e-324', 'FLOAT', 5e-324],
    ['1.7976931348623157e+308', 'FLOAT', 1.7976931348623157e308],
    ['NaN', 'FLOAT', Number.NaN],
    ['Infinity', 'FLOAT', Number.POSITIVE_INFINITY],
    ['-Infinity', 'FLOAT', Number.NEGATIVE_INFINITY],
    ['t', 'BOOLEAN', true],
    ['f', 'BOOLEAN', false],
    ['2000-02-29', 'DATE', '2000-02-29'],
    ['0001-01-01', 'DATE', '0001-01-01'],
    ['9999-12-31', 'DATE', '9999-12-31'],
    ['23:59:59.999999', 'TIME(6)', '23:59:59.999999'],
    ['2011-12-09 12:50:00', 'TIMESTAMP_NTZ(6)', '2011-12-09T12:50:00.000000'],
    ['2011-12-09 12:50:00.000001', 'TIMESTAMP_NTZ(6)', '2011-12-09T12:50:00.000001'],
    ['1960-02-29 23:59:59.9', 'TIMESTAMP_NTZ(6)', '1960-02-29T23:59:59.900000'],
    ['2011-12-09 12:50:00+00', 'TIMESTAMP_TZ(6)', '2011-12-09T12:50:00.000000+00:00'],
    ['2011-12-09 12:50:00.000001+00', 'TIMESTAMP_TZ(6)', '2011-12-09T12:50:00.000001+00:00'],
    ['00ffAB', 'BINARY', '00ffab'],
    ['', 'BINARY', ''],
    ['{"a": [1, null, "ü"]}', 'VARIANT', { a: [1, null, 'ü'] }],
    ['"text"', 'VARIANT', 'text'],
    [' \\N ', 'VARCHAR', ' \\N '],
    ['', 'VARCHAR(5)', ''],
    ['äöü€x', 'VARCHAR(5)', 'äöü€x'],
  ])('%j becomes %s exactly', async (text, type, value) => {
    const converted = await convert(text, type);
    expect(converted.reason).toBeNull();
    expect(converted.value).toEqual(typed(value, type));
  });

  test.each([
    'NUMBER(10,3)',
    'FLOAT',
    'BOOLEAN',
    'DATE',
    'TIME(6)',
    'TIMESTAMP_TZ(6)',
    'BINARY',
    'VARIANT',
    'VARCHAR(5)',
  ])('NULL stays NULL in %s', async (type) => {
    expect(await convert(null, type)).toEqual({ value: null, reason: null });
  });
});

describe('a text that does not fit', () => {
  test.each([
    ['NaN', 'NUMBER(38,0)', 'is not a decimal number'],
    ['1e3', 'NUMBER(38,0)', 'is not a decimal number'],
    ['1e400', 'NUMBER(38,0)', 'is not a decimal number'],
    ['', 'NUMBER(38,0)', 'is not a decimal number'],
    ['1\n', 'NUMBER(38,0)', 'is not a decimal number'],
    ['1.2345', 'NUMBER(10,3)', 'has more than 3 decimals'],
    ['1.5', 'NUMBER(38,0)', 'has more than 0 decimals'],
    ['12345678', 'NUMBER(10,3)', 'has more than 7 digits before the point'],
    ['1.2', 'NUMBER(3,3)', 'has more than 0 digits before the point'],
    ['123456789012345678901234567890123456789', 'NUMBER(38,0)', 'has more than 38 digits before the point'],
    ['1e400', 'FLOAT', 'is too large for FLOAT'],
    ['-1e400', 'FLOAT', 'is too large for FLOAT'],
    ['1e-400', 'FLOAT', 'is too small for FLOAT'],
    ['many', 'FLOAT', 'is not a number'],
    ['yes', 'BOOLEAN', 'is not true or false'],
    ['10000000', 'BOOLEAN', 'is not true or false'],
    ['0044-03-15 BC', 'DATE', 'is not a date of the years 0001 to 9999'],
    ['2001-02-29', 'DATE', 'is not a date of the years 0001 to 9999'],
    ['infinity', 'DATE', 'is not a date of the years 0001 to 9999'],
    ['24:00:00', 'TIME(6)', 'is not a time of day with at most 6 decimals'],
    [
      '294276-01-01 00:00:00',
      'TIMESTAMP_NTZ(6)',
      'is not a timestamp of the years 0001 to 9999 with at most 6 decimals',
    ],
    ['-infinity', 'TIMESTAMP_NTZ(6)', 'is not a timestamp of the years 0001 to 9999 with at most 6 decimals'],
    [
      '2011-12-09 12:50:00.1234567',
      'TIMESTAMP_NTZ(6)',
      'is not a timestamp of the years 0001 to 9999 with at most 6 decimals',
    ],
    [
      '2011-12-09 12:50:00',
      'TIMESTAMP_TZ(6)',
      'is not a timestamp in UTC of the years 0001 to 9999 with at most 6 decimals',
    ],
    [
      '2011-12-09 12:50:00+01',
      'TIMESTAMP_TZ(6)',
      'is not a timestamp in UTC of the years 0001 to 9999 with at most 6 decimals',
    ],
    ['0', 'BINARY', 'is not hexadecimal'],
    ['zz', 'BINARY', 'is not hexadecimal'],
    ['ffff', 'BINARY(1)', 'is longer than 1 bytes'],
    ['{"a":', 'VARIANT', 'is not JSON that VARIANT takes'],
    ['', 'VARIANT', 'is not JSON that VARIANT takes'],
    ['äöü€xy', 'VARCHAR(5)', 'is longer than 5 characters'],
  ])('%j is refused by %s', async (text, type, reason) => {
    expect((await convert(text, type)).reason).toBe(reason);
  });

  test('by NUMBER is refused exactly when its digits do not fit', async () => {
    const number = fc.tuple(fc.boolean(), fc.stringMatching(/^\d{1,9}$/), fc.stringMatching(/^\d{0,6}$/));
    await fc.assert(
      fc.asyncProperty(number, async ([negative, whole, decimals]) => {
        const text = `${negative ? '-' : ''}${whole}${decimals === '' ? '' : `.${decimals}`}`;
        const fits = whole.replace(/^0+/, '').length <= 7 && decimals.replace(/0+$/, '').length <= 3;
        const { value, reason } = await convert(text, 'NUMBER(10,3)');
        expect(reason === null).toBe(fits);
        if (fits) expect(Number(value)).toBe(Number(text) + 0);
      }),
      { numRuns: 50 },
    );
  });
});

/** JavaScript has one zero too many. */
function typed(value: unknown, type: string): unknown {
  return type === 'FLOAT' && Object.is(value, -0) ? expect.closeTo(0) : value;
}
