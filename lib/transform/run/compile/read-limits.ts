import type { ReadingLimit, RelationObject } from '../../context/relation-object.ts';
import type { RunFlags } from '../../flags.ts';
import type { GraphNode, SqlNode } from '../../graph/node.ts';
import { type Batch, isMicrobatch } from './batches.ts';
import { sqlInstant } from './event-times.ts';

/** What of what they read the nodes of a run see: everything, unless the user chose less. */
export interface ReadLimits {
  readonly empty: boolean;
  readonly sample?: Batch;
}

export function readLimits({ empty = false, sample }: RunFlags): ReadLimits {
  return {
    empty,
    ...(sample === undefined ? {} : { sample: { start: new Date(sample.start), end: new Date(sample.end) } }),
  };
}

/**
 * What a node reads, limited as the run asks for. A span of time limits what has an `event_time`, for models and snapshots
 * only: a test counts what is there.
 *
 * @param batch that a microbatch model computes
 */
export function limitedRead(
  relation: RelationObject,
  reader: SqlNode,
  read: GraphNode,
  { empty, sample }: ReadLimits,
  batch?: Batch,
): RelationObject {
  const column = read.config.event_time;
  const spanned = reader.resourceType === 'model' || reader.resourceType === 'snapshot';
  const span =
    typeof column === 'string' && spanned
      ? overlap(isMicrobatch(reader) ? batch : undefined, sample)
      : undefined;
  if (!empty && span === undefined) return relation;
  const limit: ReadingLimit = {
    empty,
    ...(span === undefined || typeof column !== 'string'
      ? {}
      : { during: { column, start: sqlInstant(span.start), end: sqlInstant(span.end) } }),
  };
  return relation.reading(limit);
}

function overlap(batch: Batch | undefined, sample: Batch | undefined): Batch | undefined {
  if (batch === undefined || sample === undefined) return batch ?? sample;
  return {
    start: batch.start > sample.start ? batch.start : sample.start,
    end: batch.end < sample.end ? batch.end : sample.end,
  };
}
