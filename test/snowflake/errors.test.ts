import { describe, expect, test } from 'vitest';
import { warehouseError } from '../../lib/snowflake/errors.ts';

/** An error as the driver makes it. */
const said = (code: number | string, message: string, more = {}) =>
  Object.assign(new Error(message), { code, ...more });

describe('errors of Snowflake', () => {
  test.each([
    ['000606', 'No active warehouse selected', 'SNOWFLAKE_NO_WAREHOUSE', false],
    [
      '090073',
      'Warehouse W cannot be resumed because resource monitor M has exceeded its quota.',
      'SNOWFLAKE_QUOTA',
      false,
    ],
    ['003001', 'Insufficient privileges to operate on schema', 'SNOWFLAKE_MISSING_GRANT', false],
    ['002003', 'Object X does not exist or not authorized.', 'SNOWFLAKE_NOT_FOUND', false],
    ['390100', 'Incorrect username or password was specified.', 'SNOWFLAKE_LOGIN_REFUSED', false],
    ['390144', 'JWT token is invalid.', 'SNOWFLAKE_LOGIN_REFUSED', false],
    ['390114', 'Authentication token has expired.', 'SNOWFLAKE_SESSION_LOST', true],
    ['000630', 'Statement reached its statement or warehouse timeout', 'SNOWFLAKE_TIMEOUT', true],
    [401001, 'Network error. Could not reach Snowflake.', 'SNOWFLAKE_UNREACHABLE', true],
    [404007, 'An account must be specified.', 'SNOWFLAKE_CONNECTION_INVALID', false],
    ['100038', "Numeric value 'x' is not recognized", 'SNOWFLAKE_FAILED', false],
  ])('%s is classed', (code, message, expected, retryable) => {
    const error = warehouseError(said(code, message), 'A statement');
    expect(error).toMatchObject({ code: expected, retryable, snowflakeCode: Number(code) });
    expect(error.message).toBe(`A statement failed: ${message}`);
    expect(error.hint).toMatch(/\.$/);
  });

  test('say where they are, from 1', () => {
    const data = { line: 3, pos: 7, queryId: '01b2' };
    const error = warehouseError(said('001003', 'syntax error', { sqlState: '42000', data }), 'A statement');
    expect(error).toMatchObject({
      kind: 'usage',
      line: 3,
      column: 8,
      sqlState: '42000',
      queryId: '01b2',
      details: { snowflakeCode: 1003, sqlState: '42000', queryId: '01b2', line: 3, column: 8 },
    });
  });

  test('that know no place name none', () => {
    const error = warehouseError(said('000606', 'x', { data: { line: -1, pos: -1 } }), 'A statement');
    expect([error.line, error.column]).toEqual([undefined, undefined]);
  });

  test('carry nothing of the request', () => {
    const response = { statusCode: 503, config: { data: 'canary', headers: { authorization: 'canary' } } };
    const error = warehouseError(said(401002, 'Request to Snowflake failed.', { response }), 'A statement');
    expect(error.message).toBe('A statement failed: Request to Snowflake failed. (HTTP 503)');
    expect(JSON.stringify(error) + error.stack).not.toContain('canary');
  });
});
