import { z } from 'zod';
import { StagingError } from './errors.ts';

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
  readonly source: {
    readonly serverVersion: string;
    readonly snapshotId: string;
    /** The oldest transaction that was not over: what older ones wrote was read. Absent in manifests of old. */
    readonly oldestTransaction?: string;
  };
  readonly columns: readonly ManifestColumn[];
  /** None when the window has no row: an empty window is complete without a file. */
  readonly files: readonly ManifestFile[];
  readonly totalRows: number;
  readonly cursor?: { readonly low: string | null; readonly high: string };
  /** Columns masked before they left the process, and how. Empty when none. */
  readonly masking: readonly { readonly column: string; readonly method: string }[];
  /** Values that a policy of their column changed before they left Postgres: how many. Absent when no column has one. */
  readonly adjusted?: readonly {
    readonly column: string;
    readonly policy: string;
    readonly values: number;
  }[];
}

export interface ManifestWindow {
  /** Part of every key: `2011-12-09` for a day, `full` for a snapshot. */
  readonly id: string;
  /**
   * `daily`: first instant of the window and first after it, local ISO. `incremental`: what the cursor is greater than (null: no
   * bound), and what it is at most (null: there are no rows). `full`: null.
   */
  readonly start: string | null;
  readonly end: string | null;
  readonly timezone: string | null;
}

interface ManifestColumn {
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

const text = z.string().min(1);
const count = z.int().nonnegative();

const manifestSchema = z
  .strictObject({
    version: z.literal(1),
    project: text,
    table: text,
    mode: z.enum(['full', 'daily', 'incremental']),
    window: z.strictObject({
      id: text,
      start: z.string().nullable(),
      end: z.string().nullable(),
      timezone: z.string().nullable(),
    }),
    runId: text,
    extractedAt: z.iso.datetime(),
    source: z.strictObject({
      serverVersion: text,
      snapshotId: text,
      oldestTransaction: z.string().regex(/^\d+$/).exactOptional(),
    }),
    columns: z
      .array(
        z.strictObject({
          name: text,
          target: text,
          sourceType: text,
          targetType: text,
          nullable: z.boolean(),
        }),
      )
      .min(1),
    files: z.array(
      z.strictObject({ key: text, rows: count, bytes: count, sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    ),
    totalRows: count,
    cursor: z.strictObject({ low: z.string().nullable(), high: z.string() }).exactOptional(),
    masking: z.array(z.strictObject({ column: text, method: text })),
    adjusted: z
      .array(z.strictObject({ column: text, policy: text, values: count }))
      .readonly()
      .exactOptional(),
  })
  .refine((manifest) => manifest.files.reduce((rows, file) => rows + file.rows, 0) === manifest.totalRows, {
    path: ['totalRows'],
    error: 'is not the sum of the rows of the files',
  });

/** The manifest that `content` is the JSON of. `origin` (a key) is named in the error when it is not one. */
export function parseManifest(content: string, origin = 'the manifest'): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (cause) {
    throw invalidManifest(origin, 'it is not JSON', cause);
  }
  const result = manifestSchema.safeParse(json);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'it'}: ${issue.message}`);
  throw invalidManifest(origin, problems.join('; '), result.error);
}

/** The text a manifest is stored as; refuses one that could not be read back. */
export function formatManifest(manifest: Manifest): string {
  const content = JSON.stringify(manifest);
  parseManifest(content, `the manifest of ${manifest.table} ${manifest.window.id}`);
  return content;
}

function invalidManifest(origin: string, reason: string, cause: unknown): StagingError {
  return new StagingError({
    code: 'MANIFEST_INVALID',
    kind: 'outside',
    message: `${origin} is not a manifest of version 1: ${reason}`,
    hint: 'Extract the window again: a new run writes a new manifest.',
    cause,
  });
}
