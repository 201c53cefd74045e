import type { SqlNode } from '../graph/node.ts';

/** Whether a node's table is transient: a model's is unless its config says otherwise, a seed's only if it says so. */
export function isTransient({ resourceType, config }: SqlNode): boolean {
  return resourceType === 'seed' ? config.transient === true : config.transient !== false;
}
