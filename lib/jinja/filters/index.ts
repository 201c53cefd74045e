import type { Core, Operation } from '../runtime/core.ts';
import { htmlFilters } from './html.ts';
import { listFilters } from './lists.ts';
import { numberFilters } from './numbers.ts';
import { selectFilters } from './select.ts';
import { textFilters } from './texts.ts';
import { valueFilters } from './values.ts';

/** Jinja2's own filters. */
export function builtinFilters(core: Core): [string, Operation][] {
  return [
    ...textFilters(),
    ...htmlFilters(),
    ...numberFilters(),
    ...listFilters(core),
    ...selectFilters(core),
    ...valueFilters(core),
  ];
}
