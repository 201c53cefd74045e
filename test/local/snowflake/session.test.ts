import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type snowflake from 'snowflake-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SnowflakeServer, startSnowflake } from '../../../lib/local/snowflake/index.ts';
import { type Client, login } from './driver.ts';

let server: SnowflakeServer;
let client: Client;

beforeAll(async () => {
  server = await startSnowflake({ memory: true });
  client = await login(server);
});

afterAll(async () => {
  await client.close();
  await server.stop();
});

test('a wrong password and an unknown user are refused alike', async () => {
  await expect(login(server, { password: 'wrong' })).rejects.toMatchObject({ code: '390100' });
  await expect(login(server, { username: 'nobody' })).rejects.toMatchObject({ code: '390100' });
});

test('a user logs in with a key pair', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  const der = pem.replace(/-----[^-]+-----|\s/g, '');
  await client.rows(`create user loader type = service rsa_public_key = '${der}'`);
  const key = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const session = await login(server, { username: 'LOADER', privateKey: key });
  expect(await session.value('select current_user()')).toBe('LOADER');
  await session.close();
  const { privateKey: other } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const wrong = other.export({ format: 'pem', type: 'pkcs8' }).toString();
  await expect(login(server, { username: 'LOADER', privateKey: wrong })).rejects.toMatchObject({
    code: '390144',
  });
});

test('the session starts where the connection says, and says where it is', async () => {
  await client.rows('create database if not exists place');
  const session = await login(server, { database: 'place', schema: 'public' });
  expect(
    await session.rows('select current_database() as d, current_schema() as s, current_role() as r'),
  ).toEqual([{ D: 'PLACE', S: 'PUBLIC', R: 'ACCOUNTADMIN' }]);
  await session.close();
  const nowhere = await login(server, { database: 'missing' });
  expect(await nowhere.value('select current_database()')).toBeNull();
  await nowhere.close();
});

test('bound values arrive with their types', async () => {
  expect(
    await client.rows('select ? as a, ? as b, ? as c, ? as d', [7, 'it\'s "x" \\ y', null, true]),
  ).toEqual([{ A: 7, B: 'it\'s "x" \\ y', C: null, D: true }]);
});

test('the same request id runs once and answers twice', async () => {
  await client.rows('create or replace table place.public.once (n int)');
  const requestId = randomUUID();
  const send = () =>
    new Promise<number | undefined>((resolve, reject) => {
      client.connection.execute({
        sqlText: 'insert into place.public.once values (1)',
        requestId,
        complete: (error, statement) => (error ? reject(error) : resolve(statement.getNumUpdatedRows())),
      });
    });
  expect([await send(), await send()]).toEqual([1, 1]);
  expect(await client.value('select count(*) from place.public.once')).toBe(1);
});

test('a running statement is cancelled', async () => {
  const session = await login(server);
  const error = await new Promise<snowflake.SnowflakeError | undefined>((resolve) => {
    const statement = session.connection.execute({
      sqlText:
        'select count(*) from table(generator(rowcount => 3000000000)) a, table(generator(rowcount => 1000)) b',
      complete: (failure) => resolve(failure),
    });
    const stop = () =>
      statement.cancel((failure) => {
        if (failure) setTimeout(stop, 20);
      });
    stop();
  });
  expect(error).toMatchObject({ code: '000604' });
  expect(await session.value('select 1')).toBe(1);
  await session.close();
});

test('a session that is gone has to log in again', async () => {
  const session = await login(server);
  await session.close();
  await expect(session.rows('select 1')).rejects.toMatchObject({ isFatal: true });
});

test('what is not supported is refused by name', async () => {
  expect(await client.error('explain delete from t')).toMatchObject({
    code: '000002',
    message: expect.stringContaining('Unsupported by the embedded Snowflake: EXPLAIN of DELETE'),
  });
  expect((await client.error('select * from t at(offset => -60)')).message).toContain('time travel');
});

test("errors have Snowflake's codes and words", async () => {
  await client.rows('use schema place.public');
  expect(await client.error('select * from nope')).toMatchObject({
    code: '002003',
    sqlState: '42S02',
    message: "SQL compilation error:\nObject 'PLACE.PUBLIC.NOPE' does not exist or not authorized.",
  });
  expect(await client.error('select foo from once')).toMatchObject({ code: '000904', sqlState: '42000' });
  expect(await client.error('select 1 +')).toMatchObject({ code: '001003' });
  expect(await client.error("select 'x'::int")).toMatchObject({ code: '100038', sqlState: '22018' });
  expect(await client.error('select 1/0')).toMatchObject({ code: '100051', sqlState: '22012' });
});
