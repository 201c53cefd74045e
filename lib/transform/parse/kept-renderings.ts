import { createHash } from 'node:crypto';
import { flagValues } from '../context/base-names.ts';
import type { Scope } from '../context/scope.ts';
import type { RefCall, SourceCall, SqlNode } from '../graph/node.ts';
import type { KeptTexts } from '../project/kept.ts';
import type { DataRecord } from '../values.ts';
import type { LoadedPackages } from './load.ts';

/** What rendering a node while the project is parsed finds out. */
export interface Rendering {
  readonly refs: readonly RefCall[];
  readonly sources: readonly SourceCall[];
  /** The records of its `config()` calls, in their order. */
  readonly configs: readonly DataRecord[];
  readonly names: { readonly database: string; readonly schema: string; readonly alias: string };
  /** Unique ids of the macros that were asked for. */
  readonly dependsOnMacros: readonly string[];
}

/**
 * Names whose values follow from what makes the key of a rendering: the node, the macros, the variables, the target. Anything else
 * (the clock, the environment, the graph, what prints) makes a rendering that is not kept.
 */
const settledNames = new Set([
  'adapter',
  'api',
  'builtins',
  'config',
  'database',
  'dbt_version',
  'diff_of_two_dicts',
  'execute',
  'fromjson',
  'fromyaml',
  'load_result',
  'local_md5',
  'model',
  'project_name',
  'ref',
  'schema',
  'set',
  'set_strict',
  'source',
  'store_raw_result',
  'store_result',
  'target',
  'this',
  'tojson',
  'toyaml',
  'var',
  'zip',
  'zip_strict',
]);

const settledSqlNames = new Set([...settledNames, 'flags']);
settledSqlNames.delete('model');

/**
 * Renderings kept from one process to the next, so that a node is rendered again only when something it depends on has changed:
 * itself, what is configured for it, any macro, any variable, or the target.
 */
export class KeptRenderings {
  readonly #kept: KeptTexts;
  readonly #common: string;
  readonly #flags: Readonly<Record<string, unknown>>;
  readonly #keys = new Map<string, string>();

  constructor(kept: KeptTexts, scope: Scope, loaded: LoadedPackages) {
    this.#kept = kept;
    this.#flags = flagValues(scope);
    const macros = [...scope.registry].map(({ uniqueId, file }) => [uniqueId, file.text]);
    const packages = [...loaded.packages].map(([name, { vars, dispatch }]) => [name, vars, [...dispatch]]);
    this.#common = digest([macros, packages, scope.variables.given, scope.target]);
  }

  /** @param node before it is rendered, with the config that it has without its own file */
  keyOf(node: SqlNode): string {
    const key = digest([this.#common, node]);
    this.#keys.set(node.uniqueId, key);
    return `rendering ${key}`;
  }

  get(key: string): Rendering | undefined {
    // Only `set` writes under such a key.
    return this.#kept.get(key) as Rendering | undefined;
  }

  /** @param asked the names of dbt's that its templates asked for */
  set(key: string, rendering: Rendering, asked: ReadonlySet<string>): void {
    if (asked.isSubsetOf(settledNames)) this.#kept.set(key, rendering);
  }

  /**
   * The key of a node's SQL.
   *
   * @param relations what the node is led to, itself first
   */
  sqlKeyOf(node: SqlNode, relations: readonly string[]): string | undefined {
    const key = this.#keys.get(node.uniqueId);
    return key === undefined ? undefined : `sql ${digest([key, node.config, relations, this.#flags])}`;
  }

  sql(key: string): string | undefined {
    const sql = this.#kept.get(key);
    return typeof sql === 'string' ? sql : undefined;
  }

  setSql(key: string, sql: string, asked: ReadonlySet<string>): void {
    // `model` tells when it was made; the flags of a run are in the key.
    if (asked.isSubsetOf(settledSqlNames)) this.#kept.set(key, sql);
  }

  /** Whether a check of all this, by everything that the project says, has found nothing. */
  isClean(checked: unknown): boolean {
    return this.#kept.get(this.#checkKey(checked)) === true;
  }

  setClean(checked: unknown): void {
    this.#kept.set(this.#checkKey(checked), true);
  }

  #checkKey(checked: unknown): string {
    return `clean ${digest([[...this.#keys], checked])}`;
  }

  save(): void {
    this.#kept.save();
  }
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64');
}
