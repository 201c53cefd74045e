import { type Scope, warnAs } from '../context/scope.ts';
import { deprecationDate, type SqlNode } from '../graph/node.ts';
import { describe } from './resolve.ts';

/** Says of models that are past their `deprecation_date`, and of models that read one that has such a date. */
export function warnOfDeprecations(nodes: readonly SqlNode[], scope: Scope): void {
  for (const node of nodes) {
    const date = deprecationDate(node);
    if (date === undefined) continue;
    const day = date.toISOString().slice(0, 10);
    const over = date.getTime() <= scope.startedAt.getTime();
    if (over) {
      warnAs(scope, 'DeprecatedModel', `${describe(node)} is deprecated since ${day}; disable or remove it.`);
    }
    const newer =
      node.modelVersion === undefined ? '' : `; its latest version is ${node.modelVersion.latest}`;
    const when = over ? 'is deprecated since' : 'will be deprecated on';
    for (const reader of nodes) {
      if (reader.resourceType !== 'model' || !reader.dependsOn.includes(node.uniqueId)) continue;
      const name = over ? 'DeprecatedReference' : 'UpcomingReferenceDeprecation';
      warnAs(scope, name, `${describe(reader)} reads ${describe(node)}, which ${when} ${day}${newer}.`);
    }
  }
}
