import type { ColumnProperties } from '../project/properties.ts';
import { columnConstraints } from './constraint-dict.ts';

/** A described column as dbt's manifest has it. */
export function columnDict(column: ColumnProperties): Record<string, unknown> {
  return {
    ...column.extra,
    name: column.name,
    description: column.description,
    meta: { ...column.meta },
    data_type: column.dataType,
    constraints: columnConstraints(column),
    quote: column.quote,
    config: { meta: { ...column.meta }, tags: [...column.tags] },
    tags: [...column.tags],
    granularity: column.granularity,
    doc_blocks: [...(column.docBlocks ?? [])],
  };
}
