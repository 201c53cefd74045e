import { NUMBER } from '../../../sql/index.ts';
import { quote } from '../names.ts';
import type { CallSite } from '../translate/call.ts';
import type { Emitted } from '../translate/translation.ts';
import type { Emitters } from './helpers.ts';
import { ROW_NUMBER_COLUMN } from './table.ts';

/** 0, 1, 2 … in a query over TABLE(GENERATOR(…)); elsewhere the row's number. */
function sequence(site: CallSite): Emitted {
  const found = site.scope.tryColumn([ROW_NUMBER_COLUMN]);
  if (found?.relation)
    return { sql: `${quote(found.relation.alias)}.${quote(ROW_NUMBER_COLUMN)}`, type: NUMBER };
  return { sql: '(row_number() OVER () - 1)', type: NUMBER };
}

export const SEQUENCES: Emitters = { SEQ1: sequence, SEQ2: sequence, SEQ4: sequence, SEQ8: sequence };
