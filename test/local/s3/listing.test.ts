import {
  DeleteObjectsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ListQuery, listPage } from '../../../lib/local/s3/listing.ts';
import { compareUtf8, SortedMap } from '../../../lib/local/s3/sorted.ts';
import { bucketOfFile } from './client.ts';

const bucket = bucketOfFile();

const key = fc.string({
  unit: fc.constantFrom('a', 'b', '/', '-', 'é', '\uffff', '😀', '0'),
  minLength: 1,
  maxLength: 6,
});

/** What a listing is by its definition: all names, keys and groups, in the order of their bytes. */
function reference(keys: readonly string[], prefix: string, delimiter: string): readonly string[] {
  const names = keys
    .filter((name) => name.startsWith(prefix))
    .map((name) => {
      const at = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
      return at < 0 ? name : `${name.slice(0, at + delimiter.length)} (group)`;
    });
  return [...new Set(names)].toSorted((a, b) => Buffer.compare(bytesOf(a), bytesOf(b)));
}

function bytesOf(name: string): Buffer {
  return Buffer.from(name.replace(/ \(group\)$/, ''));
}

test('keys are ordered by their UTF-8 bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
      expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});

test('pages of any size put together are the whole listing, for any prefix and delimiter', () => {
  const query = fc.record({
    prefix: fc.oneof(fc.constant(''), key),
    delimiter: fc.constantFrom('', '/', '-', 'é'),
    limit: fc.integer({ min: 1, max: 5 }),
  });
  fc.assert(
    fc.property(fc.uniqueArray(key, { maxLength: 40 }), query, (keys, { prefix, delimiter, limit }) => {
      const map = new SortedMap<string>();
      for (const name of keys) map.set(name, name);
      const found: string[] = [];
      let after: ListQuery['after'];
      do {
        const page = listPage(map, { prefix, delimiter, limit, after });
        const groups = page.prefixes.map((name) => `${name} (group)`);
        const names = [...page.entries.map((entry) => entry.key), ...groups];
        expect(names.length).toBeLessThanOrEqual(limit);
        found.push(...names.toSorted((a, b) => Buffer.compare(bytesOf(a), bytesOf(b))));
        after = page.next;
      } while (after !== undefined);
      expect(found).toEqual(reference(keys, prefix, delimiter));
    }),
  );
});

test('a map keeps its order through any writes and deletions', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.boolean()), { maxLength: 60 }), (changes) => {
      const map = new SortedMap<number>();
      const plain = new Map<string, number>();
      changes.forEach(([name, removes], index) => {
        if (removes) map.delete(name);
        else map.set(name, index);
        if (removes) plain.delete(name);
        else plain.set(name, index);
      });
      const names = Array.from({ length: map.size }, (_, index) => map.keyAt(index));
      expect(names).toEqual(
        [...plain.keys()].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      );
      for (const [name, value] of plain) expect(map.get(name)).toBe(value);
    }),
  );
});

describe('through the SDK', () => {
  async function fill(keys: readonly string[]): Promise<void> {
    const { client, Bucket } = bucket();
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
    const Objects = Contents.map(({ Key }) => ({ Key }));
    if (Objects.length > 0) await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    for (const Key of keys) await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  }

  async function listAll(more: Partial<ListObjectsV2CommandInput>) {
    const { client, Bucket } = bucket();
    const pages: { keys: string[]; groups: string[]; truncated: boolean }[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({
          Bucket,
          ...more,
          ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
        }),
      );
      pages.push({
        keys: (page.Contents ?? []).map(({ Key }) => Key ?? ''),
        groups: (page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix ?? ''),
        truncated: page.IsTruncated === true,
      });
      expect(page.KeyCount).toBe((pages.at(-1)?.keys.length ?? 0) + (pages.at(-1)?.groups.length ?? 0));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return pages;
  }

  test('prefix, delimiter, pages and start', async () => {
    await fill(['b', 'a/1', 'a/2', 'a/x/3', 'a', 'c/4', 'ü', 'A']);
    expect(await listAll({})).toEqual([
      { keys: ['A', 'a', 'a/1', 'a/2', 'a/x/3', 'b', 'c/4', 'ü'], groups: [], truncated: false },
    ]);
    expect(await listAll({ Delimiter: '/', MaxKeys: 2 })).toEqual([
      { keys: ['A', 'a'], groups: [], truncated: true },
      { keys: ['b'], groups: ['a/'], truncated: true },
      { keys: ['ü'], groups: ['c/'], truncated: false },
    ]);
    expect(await listAll({ Prefix: 'a/', Delimiter: '/' })).toEqual([
      { keys: ['a/1', 'a/2'], groups: ['a/x/'], truncated: false },
    ]);
    expect(await listAll({ StartAfter: 'a/2' })).toEqual([
      { keys: ['a/x/3', 'b', 'c/4', 'ü'], groups: [], truncated: false },
    ]);
    expect(await listAll({ Prefix: 'nothing' })).toEqual([{ keys: [], groups: [], truncated: false }]);
  });

  test('entries say what the objects are', async () => {
    await fill(['entry']);
    const { client, Bucket } = bucket();
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket, FetchOwner: true }));
    expect(Contents).toMatchObject([
      {
        Key: 'entry',
        Size: 5,
        ETag: '"1043bfc77febe75fafec0c4309faccf1"',
        StorageClass: 'STANDARD',
        ChecksumAlgorithm: ['CRC32'],
      },
    ]);
  });

  test('names that XML cannot hold, as they are and percent-encoded', async () => {
    const names = ['\u0001control', 'a b+c', '<&>"\''];
    await fill(names);
    const { client, Bucket } = bucket();
    const encoded = await client.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }));
    const decoded = (encoded.Contents ?? []).map(({ Key }) =>
      decodeURIComponent((Key ?? '').replaceAll('+', ' ')),
    );
    expect(decoded).toEqual(names.toSorted());
    expect((await listAll({}))[0]?.keys).toEqual(names.toSorted());
  });

  test('the first version of the operation', async () => {
    await fill(['x/1', 'x/2', 'y']);
    const { client, Bucket } = bucket();
    const first = await client.send(new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 1 }));
    expect([first.CommonPrefixes, first.IsTruncated, first.NextMarker]).toEqual([
      [{ Prefix: 'x/' }],
      true,
      'x/',
    ]);
    const second = await client.send(
      new ListObjectsCommand({ Bucket, Delimiter: '/', Marker: first.NextMarker ?? '' }),
    );
    expect([(second.Contents ?? []).map(({ Key }) => Key), second.IsTruncated]).toEqual([['y'], false]);
  });
});
