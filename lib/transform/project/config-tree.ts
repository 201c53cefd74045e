import type { Data, DataRecord } from '../values.ts';
import { asList, asRecord } from '../values.ts';

/** A node's configuration, by dbt's names: `materialized`, `tags`, `severity`, … */
export type NodeConfig = Record<string, Data>;

/** Configs that add up over the levels instead of replacing each other. */
const appended = new Set(['tags', 'pre-hook', 'post-hook', 'packages']);
/** Configs that are records and are merged key by key. */
const merged = new Set(['meta', 'column_types', 'docs', 'quoting', 'contract']);

/** Other spellings that dbt accepts for the same config. */
const spellings: Readonly<Record<string, string>> = {
  pre_hook: 'pre-hook',
  post_hook: 'post-hook',
};

/**
 * Puts `layer` over `base` by dbt's rules: tags and hooks add up, `meta` and the like merge, a grant whose privilege
 * begins with `+` adds to it, and everything else is replaced.
 */
export function mergeConfig(base: NodeConfig, layer: DataRecord): NodeConfig {
  const result: NodeConfig = { ...base };
  for (const [spelled, value] of Object.entries(layer)) {
    const key = spellings[spelled] ?? spelled;
    const before = result[key];
    if (appended.has(key)) {
      const all = [...asList(before), ...asList(value)];
      result[key] = key === 'tags' ? [...new Set(all)] : all;
    } else if (key === 'grants') {
      result[key] = mergeGrants(asRecord(before) ?? {}, asRecord(value) ?? {});
    } else if (merged.has(key)) {
      const record = asRecord(value);
      result[key] = record === undefined ? value : { ...asRecord(before), ...record };
    } else {
      result[key] = value;
    }
  }
  return result;
}

function mergeGrants(base: DataRecord, layer: DataRecord): DataRecord {
  const result: Record<string, Data> = { ...base };
  for (const [key, value] of Object.entries(layer)) {
    const adds = key.startsWith('+');
    const privilege = adds ? key.slice(1) : key;
    result[privilege] = adds ? [...asList(result[privilege]), ...asList(value)] : asList(value);
  }
  return result;
}

/**
 * The configs that a tree of dbt_project.yml gives a node, from the general level to the special one. A key with `+` is
 * a config whatever its value; a key without is one unless its value is a record, which is then the next level.
 */
export function configsAlong(tree: DataRecord, fqn: readonly string[]): NodeConfig[] {
  const levels: NodeConfig[] = [];
  let level: DataRecord | undefined = tree;
  for (let depth = 0; level !== undefined; depth++) {
    const config: NodeConfig = {};
    for (const [key, value] of Object.entries(level)) {
      if (key.startsWith('+')) config[key.slice(1).trim()] = value;
      else if (asRecord(value) === undefined) config[key] = value;
    }
    if (Object.keys(config).length > 0) levels.push(config);
    const step: string | undefined = fqn[depth];
    level = step === undefined ? undefined : asRecord(level[step]);
  }
  return levels;
}

export interface ConfigLayers {
  /** The tree of the node's own package. */
  readonly own: DataRecord;
  /** The tree of the project being built, if the node belongs to another package: it has the last word. */
  readonly root?: DataRecord;
  readonly fqn: readonly string[];
  readonly defaults: NodeConfig;
  /** `config:` of the schema file. */
  readonly properties: DataRecord;
  /** What the calls of `config(…)` in the file said. */
  readonly inFile: readonly DataRecord[];
}

/** A node's config in dbt's order: own project, schema file, the file itself, and the root project over a package's. */
export function resolveConfig(layers: ConfigLayers): NodeConfig {
  const all = [
    ...configsAlong(layers.own, layers.fqn),
    layers.properties,
    ...layers.inFile,
    ...(layers.root === undefined ? [] : configsAlong(layers.root, layers.fqn)),
  ];
  return all.reduce<NodeConfig>(mergeConfig, { ...layers.defaults });
}
