import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { build, retry, type TransformOptions } from '../../lib/transform/index.ts';
import { type Batch, dueBatches } from '../../lib/transform/run/compile/batches.ts';
import { aModel } from './support/nodes.ts';
import { dbtProject } from './support/projects.ts';
import { shopWarehouse } from './support/warehouse.ts';

const shop = await shopWarehouse();

const config = `{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='sold_at',
  batch_size='day', begin='2026-01-01', lookback=1) }}`;
const files = {
  'models/sources.yml': 'sources: [{name: raw, tables: [{name: sales, config: {event_time: sold_at}}]}]',
  'models/sold.sql': `${config}\nselect id, sold_at, '{{ model.batch.id }}' as batch from {{ source('raw', 'sales') }}`,
};

async function sales(): Promise<void> {
  await shop.run(
    'CREATE SCHEMA SHOP.RAW',
    `CREATE TABLE SHOP.RAW.SALES AS SELECT COLUMN1 AS ID, COLUMN2::TIMESTAMP_NTZ AS SOLD_AT FROM VALUES
      (1, '2025-12-31 23:59:59'), (2, '2026-01-01'), (3, '2026-01-02 23:59:59'), (4, '2026-01-03'), (5, '2026-01-05 08:00'), (6, '2026-01-06')`,
  );
}

function options(directory: string, more: Partial<TransformOptions> = {}): TransformOptions {
  return shop.options(directory, {
    vars: { raw_schema: 'RAW' },
    eventTimeStart: '2026-01-01T00:00:00.000Z',
    eventTimeEnd: '2026-01-06T00:00:00.000Z',
    threads: 3,
    check: false,
    ...more,
  });
}

const sold = () => shop.values('SELECT ID, BATCH FROM SHOP.DEV.SOLD ORDER BY 1');

describe('a microbatch model', () => {
  test('computes each batch by itself, from the rows of its time', async () => {
    await sales();
    const run = options(dbtProject(files));
    const report = await build(run);
    expect(report.problems).toEqual([]);
    expect(report.models.map(({ name, rows }) => [name, rows])).toEqual([['sold', 4]]);
    expect(await sold()).toEqual([
      [2, '20260101'],
      [3, '20260102'],
      [4, '20260103'],
      [5, '20260105'],
    ]);
    const compiled = join(run.artifactsDirectory, 'compiled/p/models/sold/sold_2026-01-03.sql');
    expect(readFileSync(compiled, 'utf8')).toContain(
      "(select * from SHOP.raw.sales where sold_at >= '2026-01-03 00:00:00+00:00' and sold_at < '2026-01-04 00:00:00+00:00')",
    );
    const artifact = JSON.parse(readFileSync(join(run.artifactsDirectory, 'run_results.json'), 'utf8'));
    expect(artifact.results[0].batch_results.successful).toHaveLength(5);
    expect(artifact.results[0].batch_results.failed).toEqual([]);
  });

  test('computes a batch again in place of what it was, and leaves the others', async () => {
    await sales();
    const directory = dbtProject(files);
    await build(options(directory));
    await shop.run(
      'DELETE FROM SHOP.RAW.SALES WHERE ID = 4',
      "INSERT INTO SHOP.RAW.SALES VALUES (7, '2026-01-03 10:00'), (8, '2026-01-01 10:00')",
    );
    const report = await build(
      options(directory, { eventTimeStart: '2026-01-03T00:00:00Z', eventTimeEnd: '2026-01-04T00:00:00Z' }),
    );
    expect(report.problems).toEqual([]);
    expect((await sold()).map(([id]) => id)).toEqual([2, 3, 5, 7]);
    await build(options(directory, { fullRefresh: true }));
    expect((await sold()).map(([id]) => id)).toEqual([2, 3, 5, 7, 8]);
  });

  test('goes on with the batches that failed, and publishes once all of them are there', async () => {
    await sales();
    const broken = `${config}\nselect id, sold_at, '{{ model.batch.id }}' as batch{{ ', no_such_column' if model.batch.id == '20260103' }} from {{ source('raw', 'sales') }}`;
    const directory = dbtProject({
      ...files,
      'macros/extra.sql':
        "{% macro extra() %}{{ ', no_such_column' if model.batch and model.batch.id == '20260103' }}{% endmacro %}",
      'models/sold.sql': broken.replace(/\{\{ ', no_such.*? \}\}/, '{{ extra() }}'),
    });
    const run = options(directory);
    const report = await build(run);
    expect(report.published).toBe(false);
    expect(report.problems[0]).toContain('1 of 5 batches are missing, the first is that of 2026-01-03');
    expect(report.problems[0]).toMatch(/sold_2026-01-03\.sql/);
    const results = () =>
      JSON.parse(readFileSync(join(run.artifactsDirectory, 'run_results.json'), 'utf8')).results;
    expect(results()[0].status).toBe('partial success');
    expect(results()[0].batch_results.failed).toEqual([
      ['2026-01-03T00:00:00.000Z', '2026-01-04T00:00:00.000Z'],
    ]);
    expect(await shop.relations('DEV')).toEqual([]);

    writeFileSync(join(directory, 'macros/extra.sql'), '{% macro extra() %}{% endmacro %}');
    await shop.run('UPDATE SHOP.RAW.SALES SET ID = 9 WHERE ID = 3');
    const again = await retry({ ...shop.options(directory), artifactsDirectory: run.artifactsDirectory });
    expect(again.problems).toEqual([]);
    expect(again.published).toBe(true);
    // The batch of the second day was there already, so it is not computed again.
    expect((await sold()).map(([id]) => id)).toEqual([2, 3, 4, 5]);
    expect(results()[0].status).toBe('success');
    expect(results()[0].batch_results.successful).toHaveLength(5);
  });

  test('names the first of the batches that failed, whichever failed first', async () => {
    await sales();
    // Of two batches at the same time, the later one fails before the earlier one has begun to compute.
    const slow = "{{ 'sum(seq4())' if model.batch.id == '20260102' else 'no_such_column' }}";
    const failing = `${config}\n{% if model.batch and model.batch.id in ('20260102', '20260103') %}select 1 / (${slow} * 0) as id,
      '2026-01-01'::timestamp_ntz as sold_at, '' as batch from table(generator(rowcount => 300000))
      {% else %}${files['models/sold.sql'].slice(config.length)}{% endif %}`;
    const report = await build(options(dbtProject({ ...files, 'models/sold.sql': failing })));
    expect(report.problems[0]).toContain('2 of 5 batches are missing, the first is that of 2026-01-02');
    expect(report.problems[0]).toMatch(/sold_2026-01-02\.sql/);
  });

  test('gives up when its first batch fails, and says what it needs', async () => {
    await sales();
    const directory = dbtProject({
      ...files,
      'models/sold.sql': `${config}\nselect no_such_column from {{ source('raw', 'sales') }}`,
    });
    const report = await build({ ...options(directory), check: false });
    expect(report.problems[0]).toContain('5 of 5 batches are missing, the first is that of 2026-01-01');
    writeFileSync(
      join(directory, 'models/sold.sql'),
      config.replace("batch_size='day',", '') + files['models/sold.sql'].split('}}').slice(1).join('}}'),
    );
    await expect(build(options(directory))).rejects.toThrow('needs `batch_size`');
  });

  test('runs hooks once, around all batches', async () => {
    await sales();
    await shop.run('CREATE TABLE SHOP.RAW.HOOKS (WHAT VARCHAR)');
    const hooks = config.replace(
      'lookback=1',
      'pre_hook="insert into SHOP.RAW.HOOKS values (\'pre\')", post_hook="insert into SHOP.RAW.HOOKS values (\'post\')"',
    );
    const report = await build(
      options(dbtProject({ ...files, 'models/sold.sql': files['models/sold.sql'].replace(config, hooks) })),
    );
    expect(report.problems).toEqual([]);
    expect(await shop.values('SELECT WHAT FROM SHOP.RAW.HOOKS')).toEqual([['pre'], ['post']]);
  });
});

describe('the batches that are due', () => {
  const at = (text: string) => new Date(`${text}Z`);
  const names = (batches: readonly Batch[]) =>
    batches.map(({ start, end }) => `${start.toISOString().slice(0, 13)}..${end.toISOString().slice(0, 13)}`);
  const model = (more: object) =>
    aModel('m', {
      config: {
        materialized: 'incremental',
        incremental_strategy: 'microbatch',
        event_time: 't',
        begin: '2025-11-15',
        ...more,
      },
    });

  test('are those since the beginning, or since the lookback', () => {
    const monthly = model({ batch_size: 'month' });
    const now = at('2026-01-31T12:00:00');
    expect(names(dueBatches(monthly, { now, incremental: false }))).toEqual([
      '2025-11-01T00..2025-12-01T00',
      '2025-12-01T00..2026-01-01T00',
      '2026-01-01T00..2026-02-01T00',
    ]);
    expect(names(dueBatches(monthly, { now, incremental: true }))).toEqual([
      '2025-12-01T00..2026-01-01T00',
      '2026-01-01T00..2026-02-01T00',
    ]);
    const hourly = model({ batch_size: 'hour', lookback: 0 });
    expect(names(dueBatches(hourly, { now, incremental: true }))).toEqual(['2026-01-31T11..2026-01-31T12']);
    expect(names(dueBatches(hourly, { now: at('2026-01-31T12:00:01'), incremental: true }))).toEqual([
      '2026-01-31T12..2026-01-31T13',
    ]);
    const yearly = model({ batch_size: 'year' });
    expect(names(dueBatches(yearly, { now, incremental: false }))).toEqual([
      '2025-01-01T00..2026-01-01T00',
      '2026-01-01T00..2027-01-01T00',
    ]);
  });

  test('follow each other without a gap, and cover what was asked for', () => {
    const sizes = fc.constantFrom('hour', 'day', 'month', 'year');
    const times = fc.date({
      min: at('2020-01-01T00:00:00'),
      max: at('2021-12-31T00:00:00'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(sizes, times, fc.integer({ min: 1, max: 40 * 86_400_000 }), (size, start, span) => {
        const end = new Date(start.getTime() + span);
        const batches = dueBatches(model({ batch_size: size }), { now: end, start, end, incremental: true });
        const first = batches[0];
        const last = batches.at(-1);
        expect(first !== undefined && first.start <= start && start < first.end).toBe(true);
        expect(last !== undefined && last.start < end && end <= last.end).toBe(true);
        for (const [index, batch] of batches.entries()) {
          expect(batch.start < batch.end).toBe(true);
          if (index > 0) expect(batches[index - 1]?.end).toEqual(batch.start);
        }
      }),
    );
  });
});

test('an artifact that is written says nothing of batches for other models', async () => {
  const run = options(dbtProject({ 'models/a.sql': 'select 1 as x' }));
  await build(run);
  const path = join(run.artifactsDirectory, 'run_results.json');
  expect(existsSync(path)).toBe(true);
  expect(JSON.parse(readFileSync(path, 'utf8')).results[0].batch_results).toBeNull();
});
