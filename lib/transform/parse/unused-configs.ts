import type { Selectable } from '../graph/node.ts';
import type { ProjectFileConfig } from '../project/config-file.ts';
import { asRecord, type DataRecord } from '../values.ts';

const trees = {
  models: ['model', 'analysis'],
  seeds: ['seed'],
  snapshots: ['snapshot'],
  tests: ['test'],
  unitTests: ['unit_test'],
  sources: ['source'],
  exposures: ['exposure'],
  metrics: ['metric'],
  semanticModels: ['semantic_model'],
  savedQueries: ['saved_query'],
} as const;

/** Folders of the config trees of dbt_project.yml under which nothing stands: `models.shop.martz`. */
export function unusedConfigPaths(root: ProjectFileConfig, nodes: readonly Selectable[]): string[] {
  return Object.entries(trees).flatMap(([tree, kinds]) => {
    const used = new Set<string>();
    for (const { resourceType, fqn } of nodes) {
      if (!kinds.some((kind) => kind === resourceType)) continue;
      for (let depth = 1; depth <= fqn.length; depth++) used.add(fqn.slice(0, depth).join('\0'));
    }
    return pathsOf(root[tree as keyof typeof trees], [])
      .filter((path) => !used.has(path.join('\0')))
      .map((path) => [tree.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), ...path].join('.'));
  });
}

/** The paths of a tree that hold configs. */
function pathsOf(level: DataRecord, path: readonly string[]): string[][] {
  const below = Object.entries(level).flatMap(([key, value]) => {
    const record = key.startsWith('+') ? undefined : asRecord(value);
    return record === undefined ? [] : pathsOf(record, [...path, key]);
  });
  const own = Object.entries(level).some(
    ([key, value]) => key.startsWith('+') || asRecord(value) === undefined,
  );
  return own && path.length > 0 ? [[...path], ...below] : below;
}
