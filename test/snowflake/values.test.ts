import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { convertValue } from '../../lib/snowflake/values.ts';

const column = (type: string) => ({ name: 'A', type, nullable: true });

/** As the driver gives an instant: a Date with its exact parts. */
function instant(epochSeconds: number, nanoSeconds: number, scale: number, timezone?: number): object {
  return Object.assign(new Date(0), {
    getEpochSeconds: () => epochSeconds,
    getNanoSeconds: () => nanoSeconds,
    getScale: () => scale,
    getTimezone: () => timezone,
  });
}

describe('values', () => {
  test('numbers are the same number, or text', () => {
    expect(convertValue('9007199254740991', column('FIXED'))).toBe(9007199254740991);
    expect(convertValue('9007199254740993', column('FIXED'))).toBe('9007199254740993');
    expect(convertValue('-0.000000001', column('FIXED'))).toBe(-0.000000001);
    expect(convertValue('123456789012.345', column('FIXED'))).toBe(123456789012.345);
    expect(convertValue('1234567890123.456', column('FIXED'))).toBe('1234567890123.456');
  });

  test('no number is changed by being converted', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,18})?$/);
    fc.assert(
      fc.property(digits, (text) => {
        const value = convertValue(text, column('FIXED'));
        if (typeof value === 'string') expect(value).toBe(text);
        else expect(exact(String(value))).toEqual(exact(text));
      }),
    );
  });

  test('timestamps keep their microseconds, before 1970 too', () => {
    expect(convertValue(instant(1323435000, 123456000, 6), column('TIMESTAMP_NTZ'))).toBe(
      '2011-12-09T12:50:00.123456',
    );
    expect(convertValue(instant(-1, 999999000, 6), column('TIMESTAMP_NTZ'))).toBe(
      '1969-12-31T23:59:59.999999',
    );
    expect(convertValue(instant(0, 0, 0), column('TIMESTAMP_LTZ'))).toBe('1970-01-01T00:00:00Z');
    expect(convertValue(instant(1323435000, 0, 3, -330), column('TIMESTAMP_TZ'))).toBe(
      '2011-12-09T07:20:00.000-05:30',
    );
    expect(convertValue(instant(951782400, 0, 0), column('DATE'))).toBe('2000-02-29');
  });

  test('an instant is the one it was', () => {
    const seconds = fc.integer({ min: -62_135_596_800, max: 253_402_300_799 });
    fc.assert(
      fc.property(seconds, fc.nat(999_999), fc.integer({ min: -720, max: 840 }), (epoch, micros, offset) => {
        const text = String(convertValue(instant(epoch, micros * 1000, 6, offset), column('TIMESTAMP_TZ')));
        fc.pre(/^\d{4}-/.test(text) && Number.isFinite(Date.parse(text)));
        expect(Date.parse(text)).toBe(epoch * 1000 + Math.floor(micros / 1000));
        expect(text).toContain(`.${String(micros).padStart(6, '0')}`);
      }),
    );
  });

  test('VARIANT is parsed, and stays text where it is no JSON', () => {
    expect(convertValue('{"a":[1,null]}', column('VARIANT'))).toEqual({ a: [1, null] });
    expect(convertValue('null', column('VARIANT'))).toBeNull();
    expect(convertValue('undefined', column('ARRAY'))).toBe('undefined');
  });

  test('FLOAT has infinities', () => {
    expect(
      ['inf', '-inf', 'Infinity', 'NaN', '1.5e10'].map((text) => convertValue(text, column('REAL'))),
    ).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      Number.NaN,
      1.5e10,
    ]);
  });
});

/** Digits and scale of a decimal, for comparing without a double. */
function exact(text: string): [bigint, number] {
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)\.?(\d*)(?:e([+-]?\d+))?$/.exec(text) ?? [];
  let digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`);
  let scale = fraction.length - Number(exponent);
  while (scale > 0 && digits % 10n === 0n) {
    digits /= 10n;
    scale--;
  }
  return [digits, scale];
}
