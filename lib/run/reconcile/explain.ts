import type { Difference } from './compare.ts';

/** Why rows are not the same in the source and in RAW, in numbers of rows. */
export interface Explanation {
  /** Explained: written to the source since it was read. */
  readonly late: number;
  /** Explained: changed in the source since it was read. */
  readonly updated: number;
  /** Explained: no longer in the source. */
  readonly deleted: number;
  /** Explained: did not fit Snowflake's type, see OPS.REJECTS. */
  readonly rejected: number;
  /** Not explained: in the source since before it was read, and not in RAW. */
  readonly missing: number;
  /** Not explained: other content in RAW, though the source was not written to since it was read. */
  readonly altered: number;
  /** Not explained: more than once in RAW by a key that the source has once. */
  readonly duplicates: number;
}

export const nothingToExplain: Explanation = {
  late: 0,
  updated: 0,
  deleted: 0,
  rejected: 0,
  missing: 0,
  altered: 0,
  duplicates: 0,
};

/**
 * Counts differences by their reasons.
 *
 * @param hasKey whether rows are told apart by a key; otherwise several rows of one content are nothing strange
 * @param rejected rows of the window that the load refused
 */
export async function explain(
  differences: AsyncIterable<Difference>,
  { hasKey, rejected }: { readonly hasKey: boolean; readonly rejected: number },
): Promise<Explanation> {
  const counts = { ...nothingToExplain };
  for await (const { raw, source, isInSource } of differences) {
    let paired = raw;
    for (const { rows, isNew } of source) {
      const changed = Math.min(paired, rows);
      counts[isNew ? 'updated' : 'altered'] += changed;
      counts[isNew ? 'late' : 'missing'] += rows - changed;
      paired -= changed;
    }
    counts[hasKey && isInSource ? 'duplicates' : 'deleted'] += paired;
  }
  const refused = Math.min(counts.missing, rejected);
  return { ...counts, missing: counts.missing - refused, rejected: refused };
}

/** Whether nothing is left that a person has to look at. */
export function isExplained({ missing, altered, duplicates }: Explanation): boolean {
  return missing === 0 && altered === 0 && duplicates === 0;
}
