import { emptyNode } from '../graph/empty-node.ts';
import type { SqlNode } from '../graph/node.ts';
import type { ProjectFileConfig } from '../project/config-file.ts';
import { configDict } from './config-dict.ts';
import { nodeDict } from './node-dict.ts';

/** `on-run-start` and `on-run-end` of a package as the nodes that dbt's manifest makes of them. */
export function hookDicts(
  config: ProjectFileConfig,
  place: { readonly database: string; readonly schema: string },
): Record<string, unknown>[] {
  const kinds = { 'on-run-start': config.onRunStart, 'on-run-end': config.onRunEnd };
  return Object.entries(kinds).flatMap(([kind, hooks]) =>
    hooks.map((sql, index) => {
      const name = `${config.name}-${kind}-${index}`;
      const node: SqlNode = {
        ...emptyNode('operation', name, config.name, sql),
        uniqueId: `operation.${config.name}.${name}`,
        path: `hooks/${name}.sql`,
        originalPath: './dbt_project.yml',
        fqn: [config.name, 'hooks', name],
        tags: [kind],
        database: place.database,
        schema: place.schema,
      };
      return { ...nodeDict(node), config: { ...configDict(node), tags: [] }, index };
    }),
  );
}
