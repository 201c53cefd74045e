import { beforeAll, expect, test } from 'vitest';
import { startSnowflake } from '../../../../lib/local/snowflake/index.ts';
import { temporaryFolder } from '../../../support/index.ts';
import { type Login, login, type Room, room } from './room.ts';

let r: Room;
beforeAll(async () => {
  r = await room();
});

const values = async (db: Login, stream: string) =>
  (await db.run(`SELECT A FROM ${stream} ORDER BY A`)).map(({ A }) => A);

test('reading does not consume, committed DML does, a rollback does not', async () => {
  await r.db.run('CREATE TABLE T1 (A NUMBER)');
  await r.db.run('INSERT INTO T1 VALUES (0)');
  await r.db.run('CREATE STREAM S1 ON TABLE T1 APPEND_ONLY = TRUE');
  await r.db.run('CREATE STREAM S2 ON TABLE T1 APPEND_ONLY = TRUE SHOW_INITIAL_ROWS = TRUE');
  await r.db.run('CREATE TABLE COPIED (A NUMBER)');
  await r.db.run('INSERT INTO T1 VALUES (1), (2)');
  expect(await values(r.db, 'S1')).toEqual([1, 2]);
  expect(await values(r.db, 'S1')).toEqual([1, 2]);
  expect(await values(r.db, 'S2')).toEqual([0, 1, 2]);
  await r.db.run('BEGIN TRANSACTION');
  await r.db.run('INSERT INTO COPIED SELECT A FROM S1');
  await r.db.run('ROLLBACK');
  expect(await values(r.db, 'S1')).toEqual([1, 2]);
  await r.db.run('INSERT INTO COPIED SELECT A FROM S1');
  expect(await values(r.db, 'S1')).toEqual([]);
  expect(await values(r.db, 'S2')).toEqual([0, 1, 2]);
  expect(await values(r.db, 'COPIED')).toEqual([1, 2]);
});

test('two readers in one transaction see the same rows, and not what the transaction itself inserts', async () => {
  await r.db.run('CREATE TABLE T2 (A NUMBER)');
  await r.db.run('CREATE STREAM S3 ON TABLE T2 APPEND_ONLY = TRUE');
  await r.db.run('CREATE TABLE X1 (A NUMBER)');
  await r.db.run('CREATE TABLE X2 (A NUMBER)');
  await r.db.run('INSERT INTO T2 VALUES (1)');
  await r.db.run('BEGIN TRANSACTION');
  await r.db.run('INSERT INTO X1 SELECT A FROM S3');
  await r.db.run('INSERT INTO T2 VALUES (2)');
  await r.db.run('INSERT INTO X2 SELECT A FROM S3');
  expect(await values(r.db, 'S3')).toEqual([1]);
  await r.db.run('COMMIT');
  expect(await values(r.db, 'X1')).toEqual([1]);
  expect(await values(r.db, 'X2')).toEqual([1]);
  expect(await values(r.db, 'S3')).toEqual([2]);
});

test('of two sessions that consume a stream at once, each row goes to one', async () => {
  await r.db.run('CREATE TABLE T3 (A NUMBER)');
  await r.db.run('CREATE STREAM S4 ON TABLE T3 APPEND_ONLY = TRUE');
  await r.db.run('CREATE TABLE Y (A NUMBER)');
  await r.db.run('INSERT INTO T3 SELECT SEQ4() FROM TABLE(GENERATOR(ROWCOUNT => 1000))');
  const other = await r.login();
  await other.run('USE SCHEMA T.S');
  await Promise.all([r.db, other].map((db) => db.run('INSERT INTO Y SELECT A FROM S4')));
  expect(await r.db.run('SELECT COUNT(*) AS N, COUNT(DISTINCT A) AS D FROM Y')).toEqual([
    { N: 1000, D: 1000 },
  ]);
  await other.close();
});

test('INSERT, MERGE and COPY feed a stream; UPDATE and DELETE do not', async () => {
  await r.db.run('CREATE TABLE T4 (A NUMBER, B VARCHAR)');
  await r.db.run("INSERT INTO T4 VALUES (1, 'old')");
  await r.db.run('CREATE STREAM S5 ON TABLE T4 APPEND_ONLY = TRUE');
  await r.db.run(`MERGE INTO T4 USING (SELECT 1 AS A UNION ALL SELECT 2) AS N ON T4.A = N.A
    WHEN MATCHED THEN UPDATE SET B = 'new' WHEN NOT MATCHED THEN INSERT (A, B) VALUES (N.A, 'merged')`);
  await r.put('in/t4.csv', '3,copied\n');
  await r.db.run('COPY INTO T4 FROM @STG/t4.csv');
  await r.db.run("UPDATE T4 SET B = 'updated'");
  await r.db.run('DELETE FROM T4 WHERE A = 1');
  expect(await r.db.run('SELECT A, B FROM S5 ORDER BY A')).toEqual([
    { A: 2, B: 'merged' },
    { A: 3, B: 'copied' },
  ]);
});

test('a standard stream refuses what it cannot follow, a replaced table makes a stream stale', async () => {
  await r.db.run('CREATE TABLE T5 (A NUMBER)');
  await r.db.run('CREATE STREAM S6 ON TABLE T5');
  await r.db.run('INSERT INTO T5 VALUES (1)');
  expect(await values(r.db, 'S6')).toEqual([1]);
  await expect(r.db.run('DELETE FROM T5')).rejects.toThrow(/standard stream S6/);
  await r.db.run('CREATE OR REPLACE TABLE T5 (A NUMBER)');
  await expect(r.db.run('SELECT * FROM S6')).rejects.toThrow(/cannot read from stream/);
});

test('what a stream holds and what was loaded survive a restart', async () => {
  const directory = temporaryFolder();
  const { s3 } = {
    s3: { endpoint: r.bucket.endpoint, region: r.bucket.region, credentials: r.bucket.credentials },
  };
  const open = async () => {
    const server = await startSnowflake({ directory, s3 });
    const db = await login({
      account: server.account,
      username: server.username,
      authentication: { kind: 'password', password: server.password },
      accessUrl: server.url,
    });
    return { server, db };
  };
  const first = await open();
  await first.db.run('CREATE DATABASE T');
  await first.db.run('CREATE SCHEMA T.S');
  await first.db.run('USE SCHEMA T.S');
  await first.db.run(`CREATE STAGE STG URL = 's3://${r.bucket.bucket}/in/'`);
  await first.db.run('CREATE TABLE T6 (A NUMBER)');
  await first.db.run('CREATE STREAM S7 ON TABLE T6 APPEND_ONLY = TRUE');
  await r.put('in/t6.csv', '5\n');
  await first.db.run('COPY INTO T6 FROM @STG/t6.csv');
  await first.db.close();
  await first.server.stop();
  const second = await open();
  await second.db.run('USE SCHEMA T.S');
  expect(await values(second.db, 'S7')).toEqual([5]);
  expect(await second.db.run('COPY INTO T6 FROM @STG/t6.csv')).toEqual([
    { status: 'Copy executed with 0 files processed.' },
  ]);
  await second.db.close();
  await second.server.stop();
});
