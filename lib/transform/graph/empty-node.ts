import { createHash } from 'node:crypto';
import type { SqlNode } from './node.ts';

/** What all nodes have before they are rendered. */
export function emptyNode(
  resourceType: SqlNode['resourceType'],
  name: string,
  packageName: string,
  rawCode: string,
): Omit<SqlNode, 'uniqueId' | 'path' | 'originalPath' | 'fqn'> {
  return {
    resourceType,
    language: 'sql',
    name,
    packageName,
    rawCode: rawCode.trim(),
    checksum: createHash('sha256').update(rawCode).digest('hex'),
    description: '',
    columns: [],
    config: {},
    tags: [],
    meta: {},
    patch: null,
    database: '',
    schema: '',
    alias: name,
    refs: [],
    sources: [],
    dependsOn: [],
    dependsOnMacros: [],
    enabled: true,
    group: null,
    properties: {},
  };
}
