import type { CommandContext } from '../context.ts';
import type { SelectionOptions } from '../options.ts';
import { run as build } from './build.ts';

/** `sluice seed`: loads the CSV files of the dbt project; published together, if all of them could be loaded. */
export function run(context: CommandContext, options: SelectionOptions): Promise<0 | 1> {
  return build(context, { ...options, resourceType: ['seed'] });
}
