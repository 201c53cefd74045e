import { randomBytes } from 'node:crypto';

/** Where things stand in the bucket (design: "S3"). Prefixes are empty or end in `/`, so that no table's prefix holds another's. */

/** `20111209T125000123Z-4f1c09ab`: sorts by time to the millisecond, then by chance. */
export function newRunId(now: Date = new Date()): string {
  const time = now.toISOString().replaceAll(/[-:.]/g, '');
  return `${time}-${randomBytes(4).toString('hex')}`;
}

/**
 * A window's id as one segment of a key: letters, digits, `.` and `-` stay, any other byte becomes `_` and two hex digits.
 * So a segment never holds a `/`, and no two windows share one.
 */
export function encodeWindow(window: string): string {
  return [...Buffer.from(window, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      if (/[A-Za-z0-9.-]/.test(character)) return character;
      return `_${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

/** The window's id that `encodeWindow` made `segment` of. */
export function decodeWindow(segment: string): string {
  const bytes = [...segment.matchAll(/_([0-9A-F]{2})|([A-Za-z0-9.-])/g)].map(([, hex, plain]) =>
    hex === undefined ? (plain ?? '').charCodeAt(0) : Number.parseInt(hex, 16),
  );
  return Buffer.from(bytes).toString('utf8');
}

export interface RunOfWindow {
  /** Empty, or ending in `/`. */
  readonly prefix: string;
  readonly table: string;
  readonly window: string;
  readonly runId: string;
}

/** Key of one file of a window; `part` counts from 0. */
export function dataKey({ prefix, table, window, runId, part }: RunOfWindow & { part: number }): string {
  const file = `part-${String(part).padStart(5, '0')}.csv.gz`;
  return `${dataPrefix(prefix, table)}window=${encodeWindow(window)}/run=${runId}/${file}`;
}

export function manifestKey({ prefix, table, window, runId }: RunOfWindow): string {
  return `${manifestPrefix(prefix)}${table}/${encodeWindow(window)}/${runId}.json`;
}

/** Everything ever extracted of a table. */
export function dataPrefix(prefix: string, table: string): string {
  return `${prefix}data/${table}/`;
}

/** What S3 tells Snowflake's pipe about. */
export function manifestPrefix(prefix: string): string {
  return `${prefix}manifests/`;
}
