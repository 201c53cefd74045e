import type { WindowChoice } from '../lib/run/index.ts';
import type { WindowOptions } from './options.ts';

/** The windows that the arguments name. */
export function windowChoice({ from, to, table }: WindowOptions): WindowChoice {
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(table === undefined ? {} : { tables: table }),
  };
}
