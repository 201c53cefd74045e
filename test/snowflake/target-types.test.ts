import { describe, expect, test } from 'vitest';
import { parseTargetType, widens } from '../../lib/snowflake/target-types.ts';

describe('target types', () => {
  test.each([
    ['NUMBER(10,3)', { kind: 'NUMBER', precision: 10, scale: 3 }],
    ['number(5)', { kind: 'NUMBER', precision: 5, scale: 0 }],
    ['BIGINT', { kind: 'NUMBER', precision: 38, scale: 0 }],
    ['VARCHAR', { kind: 'VARCHAR', length: undefined }],
    ['TEXT(20)', { kind: 'VARCHAR', length: 20 }],
    ['TIMESTAMP_NTZ(6)', { kind: 'TIMESTAMP_NTZ', precision: 6 }],
    ['DOUBLE PRECISION', { kind: 'FLOAT' }],
    ['VARIANT', { kind: 'VARIANT' }],
  ])('%s is understood', (text, type) => {
    expect(parseTargetType(text)).toEqual(type);
  });

  test.each(['GEOGRAPHY', 'NUMBER(', 'VARCHAR; DROP TABLE x', ''])('%j is refused', (text) => {
    expect(() => parseTargetType(text)).toThrow(expect.objectContaining({ code: 'CONTRACT_TYPE_UNKNOWN' }));
  });

  test.each([
    ['NUMBER(10,3)', 'NUMBER(12,3)', true],
    ['NUMBER(12,3)', 'NUMBER(10,3)', false],
    ['NUMBER(10,3)', 'NUMBER(12,4)', false],
    ['VARCHAR(5)', 'VARCHAR(6)', true],
    ['VARCHAR(5)', 'VARCHAR', true],
    ['VARCHAR', 'VARCHAR(5)', false],
    ['NUMBER(10,0)', 'VARCHAR', false],
    ['DATE', 'DATE', true],
  ])('from %s to %s widens: %s', (from, to, expected) => {
    expect(widens(parseTargetType(from), parseTargetType(to))).toBe(expected);
  });
});
