/**
 * A manifest says "this window is complete". It is written last, after every file it names is durable, and is what
 * makes a window visible in Snowflake. Stored at `manifests/<table>/<window>/<run id>.json` (design: "Manifest").
 */
export interface Manifest {
  readonly version: 1;
  readonly project: string;
  readonly table: string;
  readonly mode: 'full' | 'daily' | 'incremental';
  readonly window: ManifestWindow;
  readonly runId: string;
  /** ISO 8601, UTC, the source's clock at the snapshot. */
  readonly extractedAt: string;
  readonly source: { readonly serverVersion: string; readonly snapshotId: string };
  readonly columns: readonly ManifestColumn[];
  readonly files: readonly ManifestFile[];
  readonly totalRows: number;
  readonly cursor?: { readonly low: string | null; readonly high: string };
  /** Columns masked before they left the process, and how. Empty when none. */
  readonly masking: readonly { readonly column: string; readonly method: string }[];
}

export interface ManifestWindow {
  /** Part of every key: `2011-12-09` for a day, `full` for a snapshot. */
  readonly id: string;
  /** First instant of the window and first after it: local ISO for `daily`, null for `full`. */
  readonly start: string | null;
  readonly end: string | null;
  readonly timezone: string | null;
}

export interface ManifestColumn {
  readonly name: string;
  readonly target: string;
  readonly sourceType: string;
  readonly targetType: string;
  readonly nullable: boolean;
}

export interface ManifestFile {
  /** Full key in the bucket, prefix included. */
  readonly key: string;
  readonly rows: number;
  /** Compressed size. */
  readonly bytes: number;
  /** Hex digest of the compressed bytes. */
  readonly sha256: string;
}
