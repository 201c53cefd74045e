import { emptyNode } from '../../../lib/transform/graph/empty-node.ts';
import type { SourceNode, SqlNode } from '../../../lib/transform/graph/node.ts';
import type { NodeConfig } from '../../../lib/transform/project/config-tree.ts';

export interface NodeFacts {
  readonly folder?: string;
  readonly parents?: readonly string[];
  readonly tags?: readonly string[];
  readonly config?: NodeConfig;
  /** Name of the generic test, for a test that is one. */
  readonly generic?: string;
}

/** A model of the package `p`, as parsing would leave it. */
export function aModel(name: string, facts: NodeFacts = {}): SqlNode {
  return sqlNode('model', name, facts);
}

/** A test of the package `p`: generic if `generic` is given, singular otherwise. */
export function aTest(name: string, facts: NodeFacts = {}): SqlNode {
  return sqlNode('test', name, { folder: 'tests', ...facts });
}

function sqlNode(kind: 'model' | 'test', name: string, facts: NodeFacts): SqlNode {
  const { folder = 'models', parents = [], tags = [], config = {}, generic } = facts;
  return {
    ...emptyNode(kind, name, 'p', ''),
    uniqueId: `${kind}.p.${name}`,
    path: `${name}.sql`,
    originalPath: `${folder}/${name}.sql`,
    fqn: ['p', folder, name],
    dependsOn: parents,
    tags,
    config,
    ...(generic === undefined
      ? {}
      : {
          test: {
            namespace: null,
            name: generic,
            arguments: {},
            columnName: null,
            attachedNode: parents[0] ?? null,
            fileKeyName: 'models.x',
          },
        }),
  };
}

/** A table of a source of the package `p`. */
export function aSource(source: string, table: string): SourceNode {
  return {
    resourceType: 'source',
    uniqueId: `source.p.${source}.${table}`,
    name: table,
    packageName: 'p',
    path: 'models/sources.yml',
    originalPath: 'models/sources.yml',
    fqn: ['p', source, table],
    description: '',
    columns: [],
    config: {},
    tags: [],
    meta: {},
    patch: null,
    sourceName: source,
    sourceDescription: '',
    identifier: table,
    database: 'D',
    schema: source,
    loader: '',
    quoting: {},
    freshness: null,
    loadedAtField: null,
    loadedAtQuery: null,
    sourceMeta: {},
    enabled: true,
  };
}
