import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MaskMethod } from '../../lib/config/index.ts';
import { readContract } from '../../lib/extract/index.ts';
import { maskOf } from '../../lib/extract/mask.ts';
import { parseCsv } from './csv.ts';
import { createGate } from './gate.ts';
import { full, openWorkbench, projectOf, type Workbench } from './workbench.ts';

const key = 'a key of the tests that is long enough';
/** Values that must be found nowhere. */
const clear = ['ada.canary@example.com', '4111-1111-CANARY-0001', 'Canary Street 5', '987654321'];
let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench({ maskingKey: key });
  await workbench.sql(`CREATE TABLE people (id integer, email text, card text, street text, phone bigint, note text);
    INSERT INTO people VALUES (1, '${clear[0]}', '${clear[1]}', '${clear[2]}', ${clear[3]}, 'kept'), (2, NULL, NULL, NULL, NULL, '')`);
});
afterAll(() => workbench.close());

const mask: Record<string, MaskMethod> = { email: 'hash', card: 'partial', street: 'redact', phone: 'null' };

test('hash is HMAC-SHA-256 of the UTF-8 text, the same for the same value', () => {
  const hash = maskOf('hash', key);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (value) => {
      const expected = createHmac('sha256', key).update(value, 'utf8').digest('hex');
      expect([hash(value), hash(value)]).toEqual([expected, expected]);
    }),
  );
  // RFC 4231, test case 6, whose key is longer than a block.
  const long = Buffer.alloc(131, 0xaa);
  expect(
    createHmac('sha256', long).update('Test Using Larger Than Block-Size Key - Hash Key First').digest('hex'),
  ).toMatch(/^60e431591ee0b67f/);
});

test.each([
  ['4111111111111111', '****1111'],
  ['12345678', '****5678'],
  ['1234567', '****'],
  ['', '****'],
  ['🛒🛒🛒🛒🛒🛒🛒🛒', '****🛒🛒🛒🛒'],
  ['ada@example.com', '****@example.com'],
  ['a b@example.com', '****.com'],
])('partial makes of %o %o', (value, masked) => {
  expect(maskOf('partial', undefined)(value)).toBe(masked);
});

test('masked columns leave the process masked: in files, manifest, progress and objects', async () => {
  const told: unknown[] = [];
  const [manifest] = await workbench.extract(
    { people: full({ mask }) },
    { onProgress: (progress) => told.push(progress) },
  );
  const [, first, second] = parseCsv(await workbench.csv(manifest));
  const hash = createHmac('sha256', key).update('ada.canary@example.com').digest('hex');
  expect(first).toEqual(['1', hash, '****0001', 'REDACTED', null, 'kept']);
  expect(second).toEqual(['2', null, null, null, null, '']);
  expect(manifest?.masking).toEqual([
    { column: 'email', method: 'hash' },
    { column: 'card', method: 'partial' },
    { column: 'street', method: 'redact' },
    { column: 'phone', method: 'null' },
  ]);
  expect(manifest?.columns.map(({ targetType }) => targetType)).toEqual([
    'NUMBER(10,0)',
    'VARCHAR',
    'VARCHAR',
    'VARCHAR',
    'NUMBER(19,0)',
    'VARCHAR',
  ]);
  const objects = await workbench.staging.list('');
  const stored = await Promise.all(
    objects.map(async (object) => String(await workbench.staging.get(object.key))),
  );
  const everything = [await workbench.csv(manifest), JSON.stringify(told), ...stored].join('\n');
  expect(objects).toHaveLength(2);
  for (const value of [...clear, key]) expect(everything).not.toContain(value);
});

test('an error of the server that quotes a masked value does not become part of ours', async () => {
  await workbench.sql(`CREATE VIEW failing AS SELECT id, email, email::integer AS number FROM people`);
  const failure: unknown = await workbench
    .extract({ failing: full({ mask: { email: 'hash' } }) })
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ message: expect.stringContaining('SQLSTATE 22P02: the server') });
  let told = '';
  for (let error = failure; error instanceof Error; error = error.cause) {
    told += String(error) + JSON.stringify(error) + error.stack;
  }
  expect(told).not.toContain('canary');
});

test('a masked window whose connection is killed begins again', async () => {
  const gate = await createGate(workbench.connection, 'masked_gate', 50_000);
  const attempts: number[] = [];
  const extracting = workbench.extract(
    { masked_gate: full({ mask: { text: 'redact' } }) },
    { onRetry: ({ attempt }) => attempts.push(attempt) },
  );
  await gate.reached();
  await gate.terminateWaiting();
  await gate.open();
  const [manifest] = await extracting;
  await gate.close();
  expect(attempts).toEqual([1]);
  expect(manifest?.totalRows).toBe(50_000);
  const rows = parseCsv(await workbench.csv(manifest)).slice(1);
  expect(new Set(rows.map(([n]) => n)).size).toBe(50_000);
  expect(new Set(rows.map(([, text]) => text))).toEqual(new Set(['REDACTED']));
});

test.each([
  [undefined, 'MASKING_KEY_MISSING'],
  ['short', 'MASKING_KEY_SHORT'],
])('a hash under the key %o is refused before anything is read', async (maskingKey, code) => {
  const { maskingKey: _good, ...connection } = workbench.connection;
  const other = await openWorkbench({ connection, maskingKey });
  await expect(other.extract({ people: full({ mask }) })).rejects.toMatchObject({ code, kind: 'usage' });
  await other.close();
});

test('a mask of a column that is not there, or that the contract records unmasked, stops its table', async () => {
  const misspelt = { people: full({ mask: { emial: 'hash' } }) };
  await expect(workbench.extract(misspelt)).rejects.toMatchObject({ code: 'TABLE_NO_COLUMN', kind: 'usage' });

  const unmasked = projectOf({ people: full() }).tables;
  const contracts = await Promise.all(unmasked.map((table) => readContract(workbench.source, table)));
  const failure = workbench.extract({ people: full({ mask: { phone: 'hash' } }) }, { contracts });
  await expect(failure).rejects.toMatchObject({
    code: 'CONTRACT_BROKEN',
    message: expect.stringContaining('column "phone" is masked now, and recorded as NUMBER(19,0)'),
  });
});
