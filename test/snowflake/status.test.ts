import { beforeAll, describe, expect, test } from 'vitest';
import { full, type SnowflakeConnection } from '../../lib/config/index.ts';
import {
  awaitLoads,
  checkWarehouse,
  connectWarehouse,
  loadStatus,
  provision,
  readLoads,
  triggerLoad,
} from '../../lib/snowflake/index.ts';
import { load, openWorld, upload, type World } from './harness.ts';
import { contract, project } from './samples.ts';

const films = contract('films', { film_id: 'NUMBER(10,0)', title: 'VARCHAR' });

let world: World;

beforeAll(async () => {
  world = await openWorld({ project: project({ films: full() }), contracts: [films] });
}, 60_000);

const findings = async (connection: SnowflakeConnection) =>
  await checkWarehouse(() => connectWarehouse(connection, { loginRetries: 0 }), world.project);

describe('when all is well', () => {
  test('the status says how every table stands, and no problem', async () => {
    await load(world, { table: 'films', window: 'full', files: [[['1', 'one']]] });
    await load(world, {
      table: 'films',
      window: 'full',
      files: [
        [
          ['1', 'one'],
          ['2', 'two'],
        ],
      ],
    });
    await load(world, { table: 'films', window: 'full', files: [[['x', 'one']]] });
    expect(await loadStatus(world.warehouse, world.project)).toEqual({
      tables: [
        {
          table: 'films',
          loads: { applied: 1, superseded: 1, held: 1 },
          rowsApplied: 2,
          lastAppliedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
          newestWindow: 'full',
        },
      ],
      problems: [],
    });
  });

  test('the doctor finds nothing', async () => {
    const found = await findings(world.connection);
    expect(found.map(({ check, ok, fix }) => [check, ok, fix])).toEqual(
      [
        'login',
        'warehouse',
        'ledger',
        'raw',
        'storage',
        'pipe',
        'tasks',
        'task run',
        'create schema',
        'create table',
        'clone',
      ].map((check) => [check, true, undefined]),
    );
  });

  test('loads are found by run, table, window and status', async () => {
    const all = await readLoads(world.warehouse, world.project);
    expect(all.map(({ status }) => status)).toEqual(['held', 'applied', 'superseded']);
    const [newest] = all;
    expect(await readLoads(world.warehouse, world.project, { runIds: [newest?.runId ?? ''] })).toEqual([
      newest,
    ]);
    expect(await readLoads(world.warehouse, world.project, { statuses: ['applied'], limit: 5 })).toEqual([
      all[1],
    ]);
    expect(await readLoads(world.warehouse, world.project, { table: "x' OR 1=1 --" })).toEqual([]);
    expect(await readLoads(world.warehouse, world.project, { runIds: [] })).toEqual([]);
  });
});

describe('when something is wrong', () => {
  test('waiting ends with what the pipe and the tasks say, and goes on once it is mended', async () => {
    await world.warehouse.execute('ALTER TASK SHOP.OPS.IMPORT SUSPEND');
    await world.warehouse.execute('ALTER PIPE SHOP.OPS.MANIFESTS_PIPE SET PIPE_EXECUTION_PAUSED = TRUE');
    const manifest = await upload(world, { table: 'films', window: 'full', files: [[['3', 'three']]] });
    await world.staging.putManifest(manifest);
    const waiting = awaitLoads(world.warehouse, world.project, [manifest], { timeoutSeconds: 0.3 });
    await expect(waiting).rejects.toMatchObject({
      code: 'LOAD_TIMEOUT',
      retryable: true,
      message: expect.stringMatching(
        /1 of 1 manifests have not arrived.*pipe is PAUSED.*task IMPORT is suspended/s,
      ),
    });
    const found = await findings(world.connection);
    expect(found.filter(({ ok }) => !ok)).toMatchObject([
      { check: 'pipe', fix: expect.stringContaining('PIPE_EXECUTION_PAUSED = FALSE') },
      {
        check: 'tasks',
        message: 'The task IMPORT is suspended.',
        fix: expect.stringContaining('sluice provision'),
      },
    ]);

    await world.warehouse.execute('ALTER PIPE SHOP.OPS.MANIFESTS_PIPE SET PIPE_EXECUTION_PAUSED = FALSE');
    const { project: shop, contracts, staging, warehouse } = world;
    await provision({ warehouse, project: shop, contracts, staging, force: true });
    await triggerLoad(warehouse, shop);
    const [loaded] = await awaitLoads(warehouse, shop, [manifest], { timeoutSeconds: 30 });
    expect(loaded).toMatchObject({ status: 'applied', rowsApplied: 1 });
  });

  test('a wait that is aborted ends', async () => {
    const abort = new AbortController();
    const manifest = await upload(world, { table: 'films', window: 'full', files: [[['4', 'four']]] });
    const waiting = awaitLoads(world.warehouse, world.project, [manifest], {
      timeoutSeconds: 60,
      signal: abort.signal,
      onProgress: () => abort.abort(new Error('enough')),
    });
    await expect(waiting).rejects.toThrow();
  });

  test('a login that is refused is the only finding, with its hint', async () => {
    const found = await findings({
      ...world.connection,
      authentication: { kind: 'password', password: 'wrong' },
    });
    expect(found).toMatchObject([{ check: 'login', ok: false, fix: expect.stringContaining('password') }]);
  });

  test('a database that was never provisioned is told check by check', async () => {
    const bare = { ...world.project, snowflake: { ...world.project.snowflake, database: 'NOWHERE' } };
    const found = await checkWarehouse(() => connectWarehouse(world.connection), bare);
    expect(found.map(({ check, ok }) => [check, ok])).toEqual([
      ['login', true],
      ['warehouse', true],
      ['ledger', false],
      ['raw', false],
      ['storage', false],
      ['pipe', false],
      ['tasks', false],
      ['task run', false],
      ['create schema', false],
    ]);
    expect(found.every(({ ok, fix }) => ok || fix !== undefined)).toBe(true);
  });
});
