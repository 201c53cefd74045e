import type { CommandContext } from '../context.ts';
import type { SelectionOptions } from '../options.ts';
import { run as build } from './build.ts';

/** `sluice snapshot`: adds the new versions of rows to the snapshots of the dbt project, all of them or none. */
export function run(context: CommandContext, options: SelectionOptions): Promise<0 | 1> {
  return build(context, { ...options, resourceType: ['snapshot'] });
}
