import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BucketSum, bucketCharacters, type RowDigests } from '../../lib/config/index.ts';
import { type Difference, differences } from '../../lib/run/reconcile/compare.ts';
import { explain, isExplained } from '../../lib/run/reconcile/explain.ts';

interface Row {
  readonly key: number;
  readonly content: number;
  readonly isNew: boolean;
}

function digest(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** Rows as a side of a comparison, with the keys that were asked for. */
function sideOf(rows: readonly Row[]) {
  const asked: string[] = [];
  const digested = [
    ...Map.groupBy(rows, ({ key, content, isNew }) => `${key} ${content} ${isNew}`).values(),
  ].map(
    ([first, ...more]): RowDigests => ({
      key: digest(String(first?.key)),
      row: digest(`${first?.key} ${first?.content}`),
      rows: more.length + 1,
      isNew: first?.isNew ?? false,
    }),
  );
  return {
    asked,
    async buckets(): Promise<ReadonlyMap<string, BucketSum>> {
      const groups = Map.groupBy(digested, ({ key }) => key.slice(0, bucketCharacters));
      return new Map(
        [...groups].map(([bucket, own]) => [
          bucket,
          {
            rows: own.reduce((sum, { rows: count }) => sum + count, 0),
            sum: String(
              own.reduce(
                (sum, { row, rows: count }) => sum + BigInt(`0x${row.slice(16)}`) * BigInt(count),
                0n,
              ),
            ),
          },
        ]),
      );
    },
    async rows(buckets: readonly string[]): Promise<readonly RowDigests[]> {
      asked.push(...buckets);
      return digested.filter(({ key }) => buckets.includes(key.slice(0, bucketCharacters)));
    },
  };
}

const rows = fc.array(
  fc.record({ key: fc.nat({ max: 12 }), content: fc.nat({ max: 2 }), isNew: fc.boolean() }),
  { maxLength: 25 },
);

async function collect(raw: readonly Row[], source: readonly Row[]): Promise<Difference[]> {
  return await Array.fromAsync(differences(sideOf(raw), sideOf(source)));
}

/** How often each content is there. */
function counted(all: readonly Row[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { key, content } of all) {
    const name = `${key} ${content}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

test('what differs is what one side has more often, whatever the order', async () => {
  await fc.assert(
    fc.asyncProperty(rows, rows, async (raw, source) => {
      const found = await collect(raw, source);
      const [inRaw, inSource] = [counted(raw), counted(source)];
      let moreInRaw = 0;
      let moreInSource = 0;
      for (const name of new Set([...inRaw.keys(), ...inSource.keys()])) {
        const more = (inRaw.get(name) ?? 0) - (inSource.get(name) ?? 0);
        moreInRaw += Math.max(0, more);
        moreInSource += Math.max(0, -more);
      }
      expect(found.reduce((sum, difference) => sum + difference.raw, 0)).toBe(moreInRaw);
      expect(found.flatMap(({ source: left }) => left).reduce((sum, { rows: count }) => sum + count, 0)).toBe(
        moreInSource,
      );
    }),
  );
});

test('every row of a difference has one reason, and only old rows of the source are not explained', async () => {
  await fc.assert(
    fc.asyncProperty(rows, rows, fc.nat({ max: 3 }), async (raw, source, rejected) => {
      const counts = await explain(differences(sideOf(raw), sideOf(source)), { hasKey: true, rejected });
      const { late, updated, deleted, missing, altered, duplicates } = counts;
      expect(deleted + duplicates - late - missing - counts.rejected).toBe(raw.length - source.length);
      expect(counts.rejected).toBeLessThanOrEqual(rejected);
      expect(updated + late).toBeLessThanOrEqual(source.filter(({ isNew }) => isNew).length);
      expect(altered + missing).toBeLessThanOrEqual(source.filter(({ isNew }) => !isNew).length);
      const isNew = source.map((row) => ({ ...row, isNew: true }));
      const later = await explain(differences(sideOf(raw), sideOf(isNew)), { hasKey: false, rejected: 0 });
      expect(isExplained(later)).toBe(true);
    }),
  );
});

test('the same rows differ in nothing, and no row of them is asked for', async () => {
  await fc.assert(
    fc.asyncProperty(rows, async (all) => {
      const [raw, source] = [sideOf(all), sideOf(all.toReversed())];
      expect(await Array.fromAsync(differences(raw, source))).toEqual([]);
      expect([...raw.asked, ...source.asked]).toEqual([]);
    }),
  );
});
