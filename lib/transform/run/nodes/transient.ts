import type { RelationObject } from '../../context/relation-object.ts';
import type { NodeSession } from '../../context/session.ts';
import type { SqlNode } from '../../graph/node.ts';

/** Whether a node's table is transient: a model's is unless its config says otherwise, a seed's only if it says so. */
export function isTransient({ resourceType, config }: SqlNode): boolean {
  return resourceType === 'seed' ? config.transient === true : config.transient !== false;
}

/**
 * `TRANSIENT ` or nothing, for a clone of a node's table: Snowflake clones a transient table to a transient one only, so one
 * that was made before its config changed stays transient until it is made anew.
 */
export async function transience(
  cloned: RelationObject,
  node: SqlNode,
  session: NodeSession,
): Promise<'TRANSIENT ' | ''> {
  return isTransient(node) || (await session.isTransient(cloned)) ? 'TRANSIENT ' : '';
}
