import type { Selectable } from '../graph/node.ts';
import type { ParsedProject } from '../parse/project.ts';
import { definitionDict } from './definition-dict.ts';
import { nodeDict } from './node-dict.ts';
import { primaryKey } from './primary-key.ts';

/** Whatever can be selected, as dbt's manifest has it. */
export function resourceDict(
  node: Selectable,
  project: Pick<ParsedProject, 'nodes' | 'graph'>,
): Record<string, unknown> {
  if ('own' in node) return definitionDict(node, project);
  const dict = nodeDict(node);
  return node.resourceType === 'model' ? { ...dict, primary_key: primaryKey(node, project) } : dict;
}
