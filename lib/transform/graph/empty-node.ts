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
    checksum: checksumOf(rawCode),
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

/** The checksum that tells whether a file changed, as dbt makes it: without the blanks around the text. */
export function checksumOf(text: string): string {
  return createHash('sha256').update(text.trim()).digest('hex');
}
