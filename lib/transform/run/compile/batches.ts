import { SluiceError } from '../../../config/index.ts';
import type { BatchBounds } from '../../artifacts/results.ts';
import type { RunFlags } from '../../flags.ts';
import { materializationOf, type SqlNode } from '../../graph/node.ts';
import { describe } from '../../parse/resolve.ts';
import { type BatchSize, batchSizes, instantOf, nextBeginning, truncated } from './event-times.ts';

/** A span of event time that one statement of a microbatch model computes; `end` is not part of it. */
export interface Batch {
  readonly start: Date;
  readonly end: Date;
}

/** What decides which batches are due. */
export interface BatchRange {
  /** When the run began: batches go up to there. */
  readonly now: Date;
  /** Bounds that were asked for; they go before the model's own. */
  readonly start?: Date;
  readonly end?: Date;
  /** Whether the model's table is there, and is to be added to. */
  readonly incremental: boolean;
}

/** The range that the flags of a run ask for; a sample goes before the bounds. */
export function batchRange(
  { sample, eventTimeStart, eventTimeEnd }: RunFlags,
  now: Date,
  incremental: boolean,
): BatchRange {
  const start = sample?.start ?? eventTimeStart;
  const end = sample?.end ?? eventTimeEnd;
  return {
    now,
    incremental,
    ...(start === undefined ? {} : { start: instantOf(start, 'The start of the event time') }),
    ...(end === undefined ? {} : { end: instantOf(end, 'The end of the event time') }),
  };
}

/** A batch from its bounds as results keep them. */
export function batchOf([start, end]: BatchBounds): Batch {
  return { start: new Date(start), end: new Date(end) };
}

export function isMicrobatch(node: SqlNode): boolean {
  return (
    node.resourceType === 'model' &&
    materializationOf(node) === 'incremental' &&
    node.config.incremental_strategy === 'microbatch'
  );
}

/** @throws SluiceError MICROBATCH_INVALID when the model does not say how large its batches are */
export function batchSizeOf(node: SqlNode): BatchSize {
  const size = batchSizes.find((known) => known === node.config.batch_size);
  if (size !== undefined) return size;
  throw invalid(node, `needs a \`batch_size\`, one of ${batchSizes.join(', ')}`);
}

/**
 * The batches that are due, in order: from the model's `begin` on where nothing is there yet, otherwise its `lookback` before
 * the batch of now, up to now.
 *
 * @throws SluiceError MICROBATCH_INVALID, EVENT_TIME_INVALID
 */
export function dueBatches(node: SqlNode, range: BatchRange): Batch[] {
  const size = batchSizeOf(node);
  const asked = range.end ?? range.now;
  const end = truncated(asked, size).getTime() === asked.getTime() ? asked : nextBeginning(asked, size);
  const start = startOf(node, size, end, range);
  if (start >= end) return [];
  const batches: Batch[] = [];
  for (let at = start; at < end; at = nextBeginning(at, size)) {
    const next = nextBeginning(at, size);
    batches.push({ start: at, end: next < end ? next : end });
  }
  return batches;
}

function startOf(node: SqlNode, size: BatchSize, end: Date, range: BatchRange): Date {
  if (range.start !== undefined) return truncated(range.start, size);
  if (!range.incremental) {
    const { begin } = node.config;
    if (typeof begin !== 'string') throw invalid(node, 'needs a `begin`, the time of its first rows');
    return truncated(instantOf(begin, `The begin of ${describe(node)}`), size);
  }
  const lookback = typeof node.config.lookback === 'number' ? node.config.lookback : 1;
  // The end is the beginning of the next batch, so the batch of now is one before it.
  return nextBeginning(end, size, -(lookback + 1));
}

/** `20260131`, or `20260131T12` for an hour: the id of a batch. */
export function batchId(batch: Batch, size: BatchSize): string {
  return batchName(batch, size).replaceAll('-', '');
}

/** `2026-01-31`, `2026-01`: a batch as file names and people have it. */
export function batchName({ start }: Batch, size: BatchSize): string {
  const length = { hour: 13, day: 10, month: 7, year: 4 }[size];
  return start.toISOString().slice(0, length);
}

function invalid(node: SqlNode, what: string): SluiceError {
  return new SluiceError({
    code: 'MICROBATCH_INVALID',
    kind: 'usage',
    message: `${describe(node)} is a microbatch model and ${what}.`,
    hint: 'Set it with config() in its file or in a schema file.',
  });
}
