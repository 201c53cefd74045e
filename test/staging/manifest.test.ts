import { expect, test } from 'vitest';
import { type Manifest, parseManifest, StagingError } from '../../lib/staging/index.ts';

const manifest: Manifest = {
  version: 1,
  project: 'retail',
  table: 'sales',
  mode: 'daily',
  window: {
    id: '2011-12-09',
    start: '2011-12-09T00:00:00',
    end: '2011-12-10T00:00:00',
    timezone: 'Europe/London',
  },
  runId: '20111210T030000000Z-0a1b2c3d',
  extractedAt: '2011-12-10T03:00:00.123456Z',
  source: { serverVersion: '18.4', snapshotId: '00000003-0000001B-1' },
  columns: [
    { name: 'invoiceno', target: 'INVOICENO', sourceType: 'text', targetType: 'VARCHAR', nullable: false },
  ],
  files: [{ key: 'data/sales/x.csv.gz', rows: 3, bytes: 99, sha256: 'ab'.repeat(32) }],
  totalRows: 3,
  masking: [],
};

test('a manifest is read as it was written', () => {
  expect(parseManifest(JSON.stringify(manifest))).toEqual(manifest);
});

test('an empty window needs no file', () => {
  const empty = { ...manifest, files: [], totalRows: 0 };
  expect(parseManifest(JSON.stringify(empty)).files).toEqual([]);
});

test.each([
  ['is not JSON', '{', /not JSON/],
  ['another version', { ...manifest, version: 2 }, /version/],
  ['a field that nobody knows', { ...manifest, rows: 3 }, /rows/],
  [
    'a digest that is none',
    { ...manifest, files: [{ ...manifest.files[0], sha256: 'abc' }] },
    /files\.0\.sha256/,
  ],
  ['rows that do not add up', { ...manifest, totalRows: 4 }, /totalRows: is not the sum/],
])('%s: refused by the name of the field', (_, content, message) => {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  expect(() => parseManifest(text, 'manifests/sales/x.json')).toThrow(message);
  expect(() => parseManifest(text, 'manifests/sales/x.json')).toThrow(StagingError);
  expect(() => parseManifest(text, 'manifests/sales/x.json')).toThrow(/^manifests\/sales\/x\.json is not/);
});
