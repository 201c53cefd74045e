import { RelationObject } from '../../context/relation-object.ts';
import {
  type GraphNode,
  isEphemeral,
  materializationOf,
  type SourceNode,
  type SqlNode,
} from '../../graph/node.ts';
import { folded, noQuoting, type RelationType } from '../../relation.ts';

/**
 * Where the nodes of a run are: those that it builds in a candidate schema of the run, all others where they were
 * published, or where another environment has them.
 */
export class Placement {
  /** Ids of the nodes that are built as candidates. */
  readonly #built: ReadonlySet<string>;
  readonly #runId: string;
  readonly #review: Review | undefined;
  #deferred: ReadonlyMap<string, RelationObject> = new Map();

  /** @param review the schemas of a review, in place of candidate schemas */
  constructor(built: ReadonlySet<string>, runId: string, review?: Review) {
    this.#built = built;
    this.#runId = runId;
    this.#review = review;
  }

  get deferred(): ReadonlyMap<string, RelationObject> {
    return this.#deferred;
  }

  /** From here on, what reads these nodes reads the relations of another environment. */
  defer(relations: ReadonlyMap<string, RelationObject>): void {
    this.#deferred = relations;
  }

  /** What reads the node is led to. */
  read(node: SqlNode): RelationObject {
    return this.#deferred.get(node.uniqueId) ?? this.relation(node);
  }

  /** What the node itself sees as `this` in this run. */
  relation(node: SqlNode): RelationObject {
    const published = publishedRelation(node);
    if (!this.#built.has(node.uniqueId)) return published;
    const schema =
      this.#review === undefined
        ? candidateSchema(node.schema, this.#runId)
        : reviewSchema(node.schema, this.#review);
    return published.with({ schema });
  }
}

/** A build that is looked at and never published. */
export interface Review {
  readonly name: string;
  /** The schema that the target publishes to. */
  readonly targetSchema: string;
}

/** `PR_12` for what is published under the target's schema, `PR_12__FINANCE` for what is published under FINANCE. */
export function reviewSchema(schema: string, { name, targetSchema }: Review): string {
  const own = folded(schema, false);
  return own === folded(targetSchema, false) ? name : `${name}__${own}`;
}

/** Whether a node makes a relation of its own. */
export function makesRelation(node: GraphNode): node is SqlNode {
  const kinds: readonly string[] = ['model', 'seed', 'snapshot'];
  return kinds.includes(node.resourceType) && !isEphemeral(node);
}

/** Where readers find a node. */
export function publishedRelation(node: SqlNode): RelationObject {
  if (isEphemeral(node)) return new RelationObject({ identifier: `__dbt__cte__${node.alias}`, type: 'cte' });
  return new RelationObject({
    database: node.database,
    schema: node.schema,
    identifier: node.alias,
    type: typeOf(materializationOf(node), node.resourceType),
    quoting: { ...noQuoting, ...quotingOf(node.config.quoting) },
  });
}

export function sourceRelation(node: SourceNode): RelationObject {
  return new RelationObject({
    database: node.database,
    schema: node.schema,
    identifier: node.identifier,
    quoting: { ...noQuoting, ...quotingOf(node.quoting) },
  });
}

/** `DEV__CANDIDATE_20261121T090000Z_AB12CD`: the schema of a run's candidates for a published schema. */
export function candidateSchema(schema: string, runId: string): string {
  return `${candidatePrefix(schema)}${runId.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`;
}

/** What the names of all candidate schemas of a published schema begin with. */
export function candidatePrefix(schema: string): string {
  return `${folded(schema, false)}__CANDIDATE_`;
}

function typeOf(materialized: string, resourceType: string): RelationType {
  if (resourceType === 'model' && (materialized === 'view' || materialized === 'dynamic_table')) {
    return materialized;
  }
  return 'table';
}

function quotingOf(value: unknown): Partial<Record<'database' | 'schema' | 'identifier', boolean>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([, item]) => typeof item === 'boolean'));
}
