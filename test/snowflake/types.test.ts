import { beforeAll, describe, expect, test } from 'vitest';
import { full, incremental } from '../../lib/config/index.ts';
import { load, openWorld, query, type World } from './harness.ts';
import { contract, everyTypeContract, project } from './samples.ts';

const everyType = { ...everyTypeContract, table: 'every_type' };
const versions = contract('versions', {
  id: 'NUMBER(10,0)',
  changed_at: 'TIMESTAMP_TZ(6)',
  state: 'VARCHAR',
});

let world: World;

beforeAll(async () => {
  world = await openWorld({
    project: project({ every_type: full(), versions: incremental({ cursor: 'changed_at', key: 'id' }) }),
    contracts: [everyType, versions],
  });
}, 60_000);

const targets = everyType.columns.map(({ target }) => target);

/** A row with these columns set and all others NULL. */
function sparse(values: Readonly<Record<string, string>>): (string | null)[] {
  return targets.map((target) => values[target] ?? null);
}

describe('text becomes typed', () => {
  test('exactly, for every type and for names that need quotes', async () => {
    const fitting = {
      ID: '12345678901234567890123456789012345678',
      PRICE: '-0.000000001',
      SHARE: '0.125000',
      RATIO: '0.1',
      ACTIVE: 't',
      BORN: '2000-02-29',
      AT_TIME: '23:59:59.999999',
      SEEN: '0001-01-01 00:00:00',
      CHANGED_AT: '2011-12-09 12:50:00.000001+00',
      DIGEST: '00ffAB',
      SHORT: 'äöü€x',
      DOCUMENT: '{"a": [1, null, "ü"], "b": {"c": true}}',
      'Straße "x", it\'s': ' \\N ',
      SELECT: '-999.99',
    };
    const [loaded] = await load(world, {
      table: 'every_type',
      window: 'full',
      files: [[sparse(fitting), sparse({})]],
    });
    expect(loaded).toMatchObject({ status: 'applied', rowsApplied: 2, rowsRejected: 0 });
    const names = targets.map((name) => `"${name.replaceAll('"', '""')}"`).join(', ');
    const rows = await query(world, `SELECT ${names} FROM SHOP.RAW.EVERY_TYPE ORDER BY ID NULLS LAST`);
    expect(rows).toEqual([
      {
        ID: '12345678901234567890123456789012345678',
        PRICE: -0.000000001,
        SHARE: 0.125,
        RATIO: 0.1,
        ACTIVE: true,
        BORN: '2000-02-29',
        AT_TIME: '23:59:59.999999',
        SEEN: '0001-01-01T00:00:00.000000',
        CHANGED_AT: '2011-12-09T12:50:00.000001+00:00',
        DIGEST: '00ffab',
        SHORT: 'äöü€x',
        DOCUMENT: { a: [1, null, 'ü'], b: { c: true } },
        'Straße "x", it\'s': ' \\N ',
        SELECT: -999.99,
      },
      Object.fromEntries(targets.map((name) => [name, null])),
    ]);
  });

  test('or is refused with the column named and the value left out', async () => {
    const [loaded] = await load(world, {
      table: 'every_type',
      window: 'full',
      files: [[sparse({ RATIO: '1e400', SHORT: 'äöü€xy' })]],
    });
    expect(loaded).toMatchObject({ status: 'held', rowsLanded: 1, rowsRejected: 1 });
    const rejects = await query(
      world,
      `SELECT COLUMN_NAME, REASON, VALUE_LENGTH FROM SHOP.OPS.REJECTS WHERE RUN_ID = '${loaded?.runId}' ORDER BY COLUMN_NAME`,
    );
    expect(rejects).toEqual([
      { COLUMN_NAME: 'RATIO', REASON: 'is too large for FLOAT', VALUE_LENGTH: 5 },
      { COLUMN_NAME: 'SHORT', REASON: 'is longer than 5 characters', VALUE_LENGTH: 6 },
    ]);
  });
});

describe('an incremental table', () => {
  const at = (second: number) => `2026-01-01 00:00:${String(second).padStart(2, '0')}+00`;

  test('keeps the newest version of every key, whatever order they come in', async () => {
    const [first] = await load(world, {
      table: 'versions',
      window: 'a',
      files: [
        [
          ['1', at(1), 'old'],
          ['1', at(3), 'new'],
          ['2', at(2), 'two'],
        ],
      ],
    });
    expect(first).toMatchObject({ status: 'applied', rowsLanded: 3, rowsApplied: 3 });
    await load(world, {
      table: 'versions',
      window: 'b',
      files: [
        [
          ['1', at(2), 'late'],
          ['2', at(5), 'changed'],
          ['3', at(4), 'three'],
        ],
      ],
    });
    expect(await query(world, 'SELECT ID, STATE, _WINDOW FROM SHOP.RAW.VERSIONS ORDER BY ID')).toEqual([
      { ID: 1, STATE: 'new', _WINDOW: 'a' },
      { ID: 2, STATE: 'changed', _WINDOW: 'b' },
      { ID: 3, STATE: 'three', _WINDOW: 'b' },
    ]);
  });

  test('holds a window with rows that have no key', async () => {
    const [loaded] = await load(world, {
      table: 'versions',
      window: 'c',
      files: [[[null, at(9), 'nobody']]],
    });
    expect(loaded).toMatchObject({ status: 'held', rowsRejected: 1 });
  });
});
