import { createServer } from 'node:net';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SnowflakeConnection } from '../../lib/config/index.ts';
import { connectWarehouse, type Warehouse } from '../../lib/snowflake/index.ts';
import { freshSnowflake, type HttpProxy, startHttpProxy } from '../support/index.ts';

const canary = 'canary-5ca1ab1e';

let direct: SnowflakeConnection;
let connection: SnowflakeConnection;
let proxy: HttpProxy;
let warehouse: Warehouse;

beforeAll(async () => {
  ({ connection: direct } = await freshSnowflake());
  proxy = await startHttpProxy(direct.accessUrl ?? '');
  connection = { ...direct, accessUrl: proxy.url };
  warehouse = await connectWarehouse(connection, { queryTag: { project: 'shop', run: 'r1' } });
  await warehouse.execute('CREATE DATABASE IF NOT EXISTS D');
  await warehouse.execute('CREATE OR REPLACE TABLE D.PUBLIC.T (A NUMBER)');
  return async () => {
    await warehouse.close();
    await proxy.close();
  };
}, 60_000);

beforeEach(() => {
  proxy.onRequest = () => undefined;
});

const isQuery = (path: string) => path.startsWith('/queries/v1/query-request');

describe('a statement', () => {
  test('gives values that are exact', async () => {
    const { rows, columns } = await warehouse.execute(
      `SELECT 9007199254740993 AS BIG, 12345678901234567890.123456789::NUMBER(38, 9) AS MONEY, 1.5::NUMBER(10, 3) AS PRICE,
         42 AS WHOLE, 0.1::FLOAT AS RATIO, TRUE AS YES, '2000-02-29'::DATE AS DAY, '0001-01-01'::DATE AS FIRST_DAY,
         '2011-12-09 12:50:00.123456'::TIMESTAMP_NTZ(6) AS AT, '1969-12-31 23:59:59.999999'::TIMESTAMP_NTZ(6) AS BEFORE_1970,
         PARSE_JSON('{"a": [1, null]}') AS DOCUMENT, PARSE_JSON('null') AS JSON_NULL, NULL AS NOTHING, 'x' AS "quoted name"`,
    );
    expect(rows).toEqual([
      {
        BIG: '9007199254740993',
        MONEY: '12345678901234567890.123456789',
        PRICE: 1.5,
        WHOLE: 42,
        RATIO: 0.1,
        YES: true,
        DAY: '2000-02-29',
        FIRST_DAY: '0001-01-01',
        AT: '2011-12-09T12:50:00.123456',
        BEFORE_1970: '1969-12-31T23:59:59.999999',
        DOCUMENT: { a: [1, null] },
        JSON_NULL: null,
        NOTHING: null,
        'quoted name': 'x',
      },
    ]);
    expect(columns.map(({ name, type }) => [name, type]).slice(0, 9)).toEqual([
      ['BIG', 'FIXED'],
      ['MONEY', 'FIXED'],
      ['PRICE', 'FIXED'],
      ['WHOLE', 'FIXED'],
      ['RATIO', 'REAL'],
      ['YES', 'BOOLEAN'],
      ['DAY', 'DATE'],
      ['FIRST_DAY', 'DATE'],
      ['AT', 'TIMESTAMP_NTZ'],
    ]);
  });

  test('takes binds of every type', async () => {
    const binds = ['it\'s; \\ -- "x"', 1.5, true, null];
    const { rows } = await warehouse.execute('SELECT ? AS A, ?::FLOAT AS B, ?::BOOLEAN AS C, ? AS D', {
      binds,
    });
    expect(rows).toEqual([{ A: binds[0], B: 1.5, C: true, D: null }]);
  });

  test('says how many rows it changed', async () => {
    expect((await warehouse.execute('INSERT INTO D.PUBLIC.T VALUES (1), (2), (3)')).rowsAffected).toBe(3);
    expect((await warehouse.execute('UPDATE D.PUBLIC.T SET A = A + 1 WHERE A > 1')).rowsAffected).toBe(2);
    expect((await warehouse.execute('DELETE FROM D.PUBLIC.T')).rowsAffected).toBe(3);
  });

  test('runs after those that were given before it', async () => {
    const results = await Promise.all([
      warehouse.execute('BEGIN TRANSACTION'),
      warehouse.execute('INSERT INTO D.PUBLIC.T VALUES (7)'),
      warehouse.execute('SELECT COUNT(*) AS N FROM D.PUBLIC.T'),
      warehouse.execute('ROLLBACK'),
      warehouse.execute('SELECT COUNT(*) AS N FROM D.PUBLIC.T'),
    ]);
    expect([results[2]?.rows, results[4]?.rows]).toEqual([[{ N: 1 }], [{ N: 0 }]]);
  });

  test('that Snowflake refuses is told with code, state, query and place', async () => {
    await expect(warehouse.execute('SELECT * FROM D.PUBLIC.NOPE')).rejects.toMatchObject({
      code: 'SNOWFLAKE_NOT_FOUND',
      snowflakeCode: 2003,
      sqlState: '42S02',
      queryId: expect.any(String),
      retryable: false,
    });
    await expect(warehouse.execute('SELECT 1 +')).rejects.toMatchObject({
      code: 'SNOWFLAKE_SYNTAX',
      kind: 'usage',
      snowflakeCode: 1003,
      line: 1,
    });
    expect((await warehouse.execute('SELECT 1 AS A')).rows).toEqual([{ A: 1 }]);
  });

  test('that is aborted ends at once, and the session goes on', async () => {
    const abort = new AbortController();
    const slow = warehouse.execute(
      'SELECT COUNT(*) AS N FROM TABLE(GENERATOR(ROWCOUNT => 2000000000)) AS G',
      { signal: abort.signal },
    );
    abort.abort(new Error('enough'));
    await expect(slow).rejects.toThrow('enough');
    expect((await warehouse.execute('SELECT 1 AS A')).rows).toEqual([{ A: 1 }]);
  });

  test('of a closed session is refused', async () => {
    const other = await connectWarehouse(connection);
    await other.close();
    await other.close();
    await expect(other.execute('SELECT 1')).rejects.toMatchObject({ code: 'SNOWFLAKE_CLOSED' });
  });
});

describe('a session', () => {
  test('that has expired is renewed', async () => {
    const expired = { success: false, code: '390112', message: 'Your session has expired.', data: null };
    let times = 1;
    proxy.onRequest = ({ path }) =>
      isQuery(path) && times-- > 0 ? { answer: 200, body: expired } : undefined;
    expect((await warehouse.execute('SELECT 1 AS A')).rows).toEqual([{ A: 1 }]);
  });

  test('that cannot be renewed logs in again and is set up again', async () => {
    await warehouse.execute('USE SCHEMA D.PUBLIC');
    const expired = { success: false, code: '390112', message: 'Your session has expired.', data: null };
    const gone = { success: false, code: '390114', message: 'Authentication token has expired.', data: null };
    let expiredOnce = false;
    proxy.onRequest = ({ path }) => {
      if (path.startsWith('/session/token-request')) return { answer: 200, body: gone };
      if (!isQuery(path) || expiredOnce) return undefined;
      expiredOnce = true;
      return { answer: 200, body: expired };
    };
    expect((await warehouse.execute('SELECT COUNT(*) AS N FROM T')).rows).toEqual([{ N: 0 }]);
  });

  test('that is lost in a transaction says so, and nothing of it stays', async () => {
    const gone = { success: false, code: '390114', message: 'Authentication token has expired.', data: null };
    const expired = { success: false, code: '390112', message: 'Your session has expired.', data: null };
    // A table of its own: to the server the lost session lives on, with its lock.
    await warehouse.execute('CREATE OR REPLACE TABLE D.PUBLIC.LOST (A NUMBER)');
    await warehouse.execute('BEGIN TRANSACTION');
    await warehouse.execute('INSERT INTO D.PUBLIC.LOST VALUES (1)');
    let expiredOnce = false;
    proxy.onRequest = ({ path }) => {
      if (path.startsWith('/session/token-request')) return { answer: 200, body: gone };
      if (!isQuery(path) || expiredOnce) return undefined;
      expiredOnce = true;
      return { answer: 200, body: expired };
    };
    await expect(warehouse.execute('INSERT INTO D.PUBLIC.LOST VALUES (2)')).rejects.toMatchObject({
      code: 'SNOWFLAKE_SESSION_LOST',
      retryable: true,
    });
    proxy.onRequest = () => undefined;
    expect((await warehouse.execute('SELECT COUNT(*) AS N FROM D.PUBLIC.LOST')).rows).toEqual([{ N: 0 }]);
  });

  test('whose reply is lost asks again and does not do it twice', async () => {
    let times = 1;
    proxy.onRequest = ({ path, body }) =>
      isQuery(path) && body.includes('VALUES (77)') && times-- > 0 ? 'lose the reply' : undefined;
    await warehouse.execute('INSERT INTO D.PUBLIC.T VALUES (77)');
    expect((await warehouse.execute('SELECT COUNT(*) AS N FROM D.PUBLIC.T WHERE A = 77')).rows).toEqual([
      { N: 1 },
    ]);
    const sent = proxy.requests.filter(({ body }) => body.includes('VALUES (77)'));
    const requestIds = sent.map(({ path }) => new URL(path, 'http://x').searchParams.get('requestId'));
    expect(requestIds).toHaveLength(2);
    expect(new Set(requestIds).size).toBe(1);
    await warehouse.execute('DELETE FROM D.PUBLIC.T');
  });

  test('survives answers of 503', async () => {
    let times = 2;
    proxy.onRequest = ({ path }) => (isQuery(path) && times-- > 0 ? { answer: 503, body: {} } : undefined);
    expect((await warehouse.execute('SELECT 1 AS A')).rows).toEqual([{ A: 1 }]);
  }, 30_000);
});

describe('a login', () => {
  const wrong: SnowflakeConnection['authentication'] = { kind: 'password', password: canary };

  test('with a wrong password is refused once, with a hint and without the password', async () => {
    const before = proxy.requests.length;
    const error: unknown = await connectWarehouse({ ...connection, authentication: wrong }).catch(
      (thrown) => thrown,
    );
    expect(error).toMatchObject({ code: 'SNOWFLAKE_LOGIN_REFUSED', kind: 'outside', retryable: false });
    expect(
      proxy.requests.slice(before).filter(({ path }) => path.startsWith('/session/v1/login')),
    ).toHaveLength(1);
    expect(JSON.stringify(error) + String(error) + (error instanceof Error ? error.stack : '')).not.toContain(
      canary,
    );
  });

  test('to nobody is told within the retries, without the password', async () => {
    const port = await freePort();
    const nobody = { ...connection, accessUrl: `http://127.0.0.1:${port}`, authentication: wrong };
    const error: unknown = await connectWarehouse(nobody, { loginRetries: 1 }).catch((thrown) => thrown);
    expect(error).toMatchObject({
      code: 'SNOWFLAKE_UNREACHABLE',
      retryable: true,
      message: expect.stringContaining(connection.username),
    });
    expect(JSON.stringify(error)).not.toContain(canary);
  }, 20_000);

  test('that has no answer ends after its time', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const error: unknown = await connectWarehouse(
      { ...connection, accessUrl: `http://127.0.0.1:${port}` },
      { loginTimeoutSeconds: 0.2, loginRetries: 0 },
    ).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'SNOWFLAKE_UNREACHABLE' });
    silent.close();
  });

  test('sends the tag of the session', () => {
    const tags = proxy.requests.filter(({ body }) => body.includes('QUERY_TAG'));
    expect(tags[0]?.body).toContain('\\"project\\":\\"shop\\"');
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}
