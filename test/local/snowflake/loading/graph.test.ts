import { beforeAll, expect, test } from 'vitest';
import { eventually, type Room, room } from './room.ts';

let r: Room;
let channel: string;

beforeAll(async () => {
  r = await room();
  await r.db.run('CREATE TABLE ARRIVED (DOC VARIANT, _FILE VARCHAR)');
  await r.db.run(`CREATE PIPE P AUTO_INGEST = TRUE AS
    COPY INTO ARRIVED (DOC, _FILE) FROM (SELECT $1, METADATA$FILENAME FROM @STG/docs/) FILE_FORMAT = (TYPE = JSON)`);
  channel = String((await r.db.run('DESC PIPE P'))[0]?.notification_channel);
});

const count = async (table: string) => Number((await r.db.run(`SELECT COUNT(*) AS N FROM ${table}`))[0]?.N);
const states = async (task: string) =>
  (
    await r.db.run(
      `SELECT STATE, ERROR_MESSAGE FROM TABLE(T.INFORMATION_SCHEMA.TASK_HISTORY(TASK_NAME => '${task}')) ORDER BY COMPLETED_TIME`,
    )
  ).map(({ STATE }) => STATE);

async function deliver(key: string, content: string): Promise<void> {
  await r.put(key, content);
  await r.server.notify(channel, r.event(key));
}

test('a file that S3 tells of goes through pipe, stream and task graph', async () => {
  await r.db.run('CREATE STREAM ARRIVED_STREAM ON TABLE ARRIVED APPEND_ONLY = TRUE');
  await r.db.run('CREATE TABLE DONE (ID NUMBER)');
  await r.db.run('CREATE TABLE STEPS (NAME VARCHAR)');
  await r.db.run(`CREATE TASK ROOT_TASK WAREHOUSE = COMPUTE_WH WHEN SYSTEM$STREAM_HAS_DATA('ARRIVED_STREAM') AS
    BEGIN
      BEGIN TRANSACTION;
      INSERT INTO DONE SELECT DOC:id::NUMBER FROM ARRIVED_STREAM;
      INSERT INTO STEPS SELECT 'saw ' || COUNT(*) FROM ARRIVED_STREAM;
      COMMIT;
    EXCEPTION
      WHEN OTHER THEN
        ROLLBACK;
        RAISE;
    END;`);
  await r.db.run(
    "CREATE TASK CHILD_A WAREHOUSE = COMPUTE_WH AFTER ROOT_TASK AS INSERT INTO STEPS VALUES ('a')",
  );
  await r.db.run(
    "CREATE TASK CHILD_B WAREHOUSE = COMPUTE_WH AFTER ROOT_TASK AS INSERT INTO STEPS VALUES ('b')",
  );
  await r.db.run(
    "CREATE TASK LAST_TASK WAREHOUSE = COMPUTE_WH AFTER CHILD_A, CHILD_B AS INSERT INTO STEPS VALUES ('last')",
  );
  for (const name of ['CHILD_A', 'CHILD_B', 'LAST_TASK', 'ROOT_TASK'])
    await r.db.run(`ALTER TASK ${name} RESUME`);
  await deliver('in/docs/1.json', '{"id": 1}');
  await eventually(async () => ((await states('LAST_TASK')).length > 0 ? true : undefined), 'the graph ran');
  expect(await r.db.run('SELECT ID FROM DONE')).toEqual([{ ID: 1 }]);
  const steps = (await r.db.run('SELECT NAME FROM STEPS')).map(({ NAME }) => NAME);
  expect(steps[0]).toBe('saw 1');
  expect(new Set(steps.slice(1, 3))).toEqual(new Set(['a', 'b']));
  expect(steps.slice(3)).toEqual(['last']);
  expect(await states('ROOT_TASK')).toEqual(['SUCCEEDED']);
  expect((await r.db.run("SELECT SYSTEM$STREAM_HAS_DATA('ARRIVED_STREAM')::BOOLEAN AS D"))[0]?.D).toBe(false);
});

test('a file is brought once however often S3 tells of it, and only from under the pipe', async () => {
  const before = await count('ARRIVED');
  await r.put('in/docs/2.json', '{"id": 2}');
  await r.put('in/other/3.json', '{"id": 3}');
  const event = r.event('in/docs/2.json', 'in/other/3.json', 'in/docs/2.json');
  await Promise.all([r.server.notify(channel, event), r.server.notify(channel, event)]);
  await eventually(
    async () => ((await count('DONE')) === 2 ? true : undefined),
    'the second file was consumed',
  );
  await r.server.notify(channel, event);
  expect(await r.db.run('ALTER PIPE P REFRESH')).toEqual([]);
  expect(await count('ARRIVED')).toBe(before + 1);
});

test('a paused pipe keeps its files until it is resumed, and REFRESH finds what nobody told of', async () => {
  await r.db.run('ALTER PIPE P SET PIPE_EXECUTION_PAUSED = TRUE');
  await deliver('in/docs/4.json', '{"id": 4}');
  const status = JSON.parse(String((await r.db.run("SELECT SYSTEM$PIPE_STATUS('P') AS S"))[0]?.S));
  expect(status).toMatchObject({
    executionState: 'PAUSED',
    pendingFileCount: 1,
    notificationChannelName: channel,
  });
  await r.db.run('ALTER PIPE P SET PIPE_EXECUTION_PAUSED = FALSE');
  await eventually(async () => ((await count('DONE')) === 3 ? true : undefined), 'the paused file came');
  await r.put('in/docs/5.json', '{"id": 5}');
  expect(await r.db.run('ALTER PIPE P REFRESH')).toEqual([{ File: 'in/docs/5.json', Status: 'SENT' }]);
  await eventually(async () => ((await count('DONE')) === 4 ? true : undefined), 'the refreshed file came');
});

test('a bad file stops no other and is recorded', async () => {
  await r.put('in/docs/6.json', '{"id": ');
  await r.put('in/docs/7.json', '{"id": 7}');
  await r.server.notify(channel, r.event('in/docs/6.json', 'in/docs/7.json'));
  await eventually(async () => ((await count('DONE')) === 5 ? true : undefined), 'the good file came');
  const history = await r.db.run(
    "SELECT FILE_NAME, STATUS FROM TABLE(INFORMATION_SCHEMA.COPY_HISTORY(TABLE_NAME => 'ARRIVED', START_TIME => DATEADD(HOUR, -1, CURRENT_TIMESTAMP()))) WHERE STATUS <> 'Loaded'",
  );
  expect(history).toEqual([{ FILE_NAME: 'in/docs/6.json', STATUS: 'Load failed' }]);
  const status = JSON.parse(String((await r.db.run("SELECT SYSTEM$PIPE_STATUS('P') AS S"))[0]?.S));
  expect(status.lastPipeErrorMessage).toMatch(/6\.json.*Error parsing JSON/);
});

test('a pipe refuses the COPY options that Snowflake refuses', async () => {
  for (const option of [
    'FORCE = TRUE',
    'PURGE = TRUE',
    "FILES = ('a')",
    'ON_ERROR = ABORT_STATEMENT',
    'SIZE_LIMIT = 1',
  ]) {
    await expect(
      r.db.run(
        `CREATE PIPE Q AS COPY INTO ARRIVED (DOC) FROM @STG/docs/ FILE_FORMAT = (TYPE = JSON) ${option}`,
      ),
    ).rejects.toThrow(/pipe/);
  }
});

test('a failing task is recorded, what comes after it does not run, and the stream keeps its rows', async () => {
  await r.db.run('CREATE TABLE SRC (A NUMBER)');
  await r.db.run('CREATE STREAM SRC_STREAM ON TABLE SRC APPEND_ONLY = TRUE');
  await r.db.run('CREATE TABLE DST (A NUMBER)');
  await r.db.run(`CREATE TASK FAIL_ROOT WAREHOUSE = COMPUTE_WH TASK_AUTO_RETRY_ATTEMPTS = 1 SCHEDULE = '60 MINUTES' AS
    BEGIN
      BEGIN TRANSACTION;
      INSERT INTO DST SELECT A FROM SRC_STREAM;
      INSERT INTO DST SELECT 1 / 0;
      COMMIT;
    EXCEPTION WHEN OTHER THEN
      ROLLBACK;
      RAISE;
    END`);
  await r.db.run(
    'CREATE TASK FAIL_CHILD WAREHOUSE = COMPUTE_WH AFTER FAIL_ROOT AS INSERT INTO DST VALUES (99)',
  );
  await r.db.run(
    'CREATE TASK FAIL_END WAREHOUSE = COMPUTE_WH FINALIZE = FAIL_ROOT AS INSERT INTO DST VALUES (100)',
  );
  for (const name of ['FAIL_CHILD', 'FAIL_END', 'FAIL_ROOT']) await r.db.run(`ALTER TASK ${name} RESUME`);
  await r.db.run('INSERT INTO SRC VALUES (1), (2)');
  await r.db.run('EXECUTE TASK FAIL_ROOT');
  await eventually(
    async () => ((await states('FAIL_END')).length > 0 ? true : undefined),
    'the finalizer ran',
  );
  expect(await states('FAIL_ROOT')).toEqual(['FAILED', 'FAILED']);
  expect(await states('FAIL_CHILD')).toEqual(['SKIPPED']);
  expect(await r.db.run('SELECT A FROM DST')).toEqual([{ A: 100 }]);
  expect(
    await r.db.run('SELECT A, METADATA$ACTION AS M, METADATA$ISUPDATE AS U FROM SRC_STREAM ORDER BY A'),
  ).toEqual([
    { A: 1, M: 'INSERT', U: false },
    { A: 2, M: 'INSERT', U: false },
  ]);
});

test('a graph may be changed only while its root rests', async () => {
  await expect(
    r.db.run('CREATE TASK LATE WAREHOUSE = COMPUTE_WH AFTER ROOT_TASK AS SELECT 1'),
  ).rejects.toThrow(/not suspended/);
  await expect(r.db.run('ALTER TASK CHILD_A SUSPEND')).rejects.toThrow(/not suspended/);
  await r.db.run('ALTER TASK ROOT_TASK SUSPEND');
  await expect(r.db.run('ALTER TASK ROOT_TASK ADD AFTER LAST_TASK')).rejects.toThrow(/cycle/);
  await r.db.run("ALTER TASK CHILD_A MODIFY AS INSERT INTO STEPS VALUES ('changed')");
  expect((await r.db.run("SHOW TASKS LIKE 'CHILD_A'"))[0]).toMatchObject({
    state: 'started',
    predecessors: '["T.S.ROOT_TASK"]',
  });
  expect((await r.db.run("SHOW TASKS LIKE 'ROOT_TASK'"))[0]).toMatchObject({ state: 'suspended' });
  await r.db.run("SELECT SYSTEM$TASK_DEPENDENTS_ENABLE('ROOT_TASK')");
  expect((await r.db.run("SHOW TASKS LIKE 'ROOT_TASK'"))[0]).toMatchObject({ state: 'started' });
});

test('TASK_HISTORY takes a moment, a name and a limit; LOAD_HISTORY knows COPY only', async () => {
  const history = await r.db.run(`SELECT NAME, STATE FROM TABLE("T".INFORMATION_SCHEMA.TASK_HISTORY(
    SCHEDULED_TIME_RANGE_START => TO_TIMESTAMP_LTZ('2020-01-01T00:00:00.000Z'), TASK_NAME => 'FAIL_ROOT', RESULT_LIMIT => 1))`);
  expect(history).toEqual([{ NAME: 'FAIL_ROOT', STATE: 'FAILED' }]);
  const later = await r.db.run(
    "SELECT NAME FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY(SCHEDULED_TIME_RANGE_START => TO_TIMESTAMP_LTZ('2999-01-01T00:00:00.000Z')))",
  );
  expect(later).toEqual([]);
  await r.put('in/history.json', '{}');
  await r.db.run('CREATE TABLE COPIED_BY_HAND (DOC VARIANT)');
  await r.db.run('COPY INTO COPIED_BY_HAND FROM @STG/history.json FILE_FORMAT = (TYPE = JSON)');
  expect(
    await r.db.run('SELECT TABLE_NAME, STATUS, ROW_COUNT FROM T.INFORMATION_SCHEMA.LOAD_HISTORY'),
  ).toEqual([{ TABLE_NAME: 'COPIED_BY_HAND', STATUS: 'LOADED', ROW_COUNT: 1 }]);
});
