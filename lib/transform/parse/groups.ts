import { similarNames } from '../../config/index.ts';
import type { Problems } from '../errors.ts';
import type { Definition, Group, SqlNode } from '../graph/node.ts';
import { isEphemeral } from '../graph/node.ts';
import type { PackageProperties } from '../project/properties.ts';
import { asRecord, asText } from '../values.ts';
import type { NodeBody, Site } from './bodies.ts';
import { describe } from './resolve.ts';

/** The groups that the schema files of a package define. */
export function readGroups(properties: PackageProperties, problems: Problems): Group[] {
  const seen = new Map<string, Site>();
  return properties.groups.flatMap((item) => {
    const { file, line, name, path, packageName } = item;
    const before = seen.get(name);
    if (before !== undefined) {
      problems.add({
        file,
        line,
        message: `the group "${name}" is defined twice.`,
        hint: `The other place is ${before.file}:${before.line}.`,
      });
      return [];
    }
    seen.set(name, { file, line });
    const owner = asRecord(item.raw.owner) ?? {};
    if (asText(owner.name) === undefined && owner.email === undefined) {
      problems.add({
        file,
        line,
        message: `the group "${name}" needs an \`owner\` with a name or an email.`,
      });
    }
    return [
      {
        uniqueId: `group.${packageName}.${name}`,
        name,
        packageName,
        path: path.split('/').slice(1).join('/'),
        originalPath: path,
        description: item.description,
        owner,
        config: item.config,
      },
    ];
  });
}

/** A group that a node says it is in has to be there, and who may read a node has to be one of three. */
export function checkGroups(
  nodes: Iterable<SqlNode | Definition>,
  groups: readonly Group[],
  placeOf: (node: SqlNode | Definition) => Site,
  problems: Problems,
): void {
  const names = [...new Set(groups.map(({ name }) => name))];
  for (const node of nodes) {
    const { group } = node;
    if (group !== null && !names.includes(group) && !('test' in node && node.test !== undefined)) {
      const [meant] = similarNames(group, names);
      problems.add({
        ...placeOf(node),
        message: `${node.resourceType} ${node.name} is in the group "${group}", and no schema file defines it.`,
        hint:
          meant !== undefined
            ? `Did you mean "${meant}"?`
            : `Add it under \`groups:\`${names.length === 0 ? '' : `; there are ${names.join(', ')}`}.`,
      });
    }
    if (node.resourceType === 'model') checkAccess(node, placeOf, problems);
  }
}

function checkAccess(node: SqlNode, placeOf: (node: SqlNode) => Site, problems: Problems): void {
  const { access } = node.config;
  const known = ['private', 'protected', 'public'];
  if (access !== undefined && access !== null && !known.includes(String(access))) {
    problems.add({
      ...placeOf(node),
      message: `the access of ${describe(node)} is "${String(access)}", which is none of ${known.join(', ')}.`,
    });
  }
  if (access === 'public' && isEphemeral(node)) {
    problems.add({
      ...placeOf(node),
      message: `${describe(node)} is ephemeral, so it cannot be public: nothing of it is in the warehouse.`,
      hint: 'Materialize it as a view or a table, or make it protected.',
    });
  }
}

/** Where a node says what it is: its schema file if it has one, else its own. */
export function placeOfNode(node: SqlNode | Definition, bodies: ReadonlyMap<string, NodeBody>): Site {
  return node.patch ?? { file: bodies.get(node.uniqueId)?.file ?? node.originalPath };
}
