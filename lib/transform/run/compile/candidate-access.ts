import type { ColumnObject } from '../../context/column-object.ts';
import type { RelationObject } from '../../context/relation-object.ts';
import type { Executed, WarehouseAccess } from '../../context/session.ts';
import type { GraphNode } from '../../graph/node.ts';
import { type RelationName, relationKey } from '../../relation.ts';
import { makesRelation, type Placement, publishedRelation } from './placement.ts';

/** The candidates of a run, by the keys of what they are published as. */
export type Candidates = ReadonlyMap<string, Candidate>;

interface Candidate {
  readonly relation: RelationObject;
  readonly published: RelationObject;
}

/** The candidates of the nodes that a placement builds elsewhere than where they are published. */
export function candidatesOf(nodes: Iterable<GraphNode>, placement: Placement): Candidates {
  const found = new Map<string, Candidate>();
  for (const node of nodes) {
    if (!makesRelation(node)) continue;
    const [published, relation] = [publishedRelation(node), placement.relation(node)];
    if (!relation.equals(published)) found.set(relationKey(published), { relation, published });
  }
  return found;
}

/**
 * The warehouse as the templates of a run see it that builds candidates: who asks for a published name is shown the candidate
 * that will take its place, as dbt would show what the run has built so far. Only SQL that names a schema by itself sees what
 * is published. While candidates are published, they are shown under the names that they get.
 */
export class CandidateAccess implements WarehouseAccess {
  readonly #session: WarehouseAccess;
  readonly #candidates: Candidates;
  readonly #publishing: boolean;

  constructor(session: WarehouseAccess, candidates: Candidates, publishing: boolean) {
    this.#session = session;
    this.#candidates = candidates;
    this.#publishing = publishing;
  }

  execute(sql: string): Promise<Executed> {
    return this.#session.execute(sql);
  }

  async relation(name: RelationObject): Promise<RelationObject | null> {
    return (await this.#built(name)) ?? (await this.#session.relation(name));
  }

  async relations(schema: RelationObject): Promise<RelationObject[]> {
    const there = new Map(
      (await this.#session.relations(schema)).map((relation) => [relationKey(relation), relation]),
    );
    for (const [key, { published }] of this.#candidates) {
      const built = isIn(key, schema) ? await this.relation(published) : null;
      if (built !== null) there.set(key, built);
    }
    return [...there.values()];
  }

  schemaExists(schema: RelationObject): Promise<boolean> {
    return this.#session.schemaExists(schema);
  }

  async columns(relation: RelationObject): Promise<ColumnObject[]> {
    const candidate = this.#candidates.get(relationKey(relation));
    const built = candidate === undefined ? null : await this.#session.relation(candidate.relation);
    return await this.#session.columns(built ?? relation);
  }

  forget(relation: RelationObject): void {
    this.#session.forget(relation);
  }

  made(relation: RelationObject): void {
    this.#session.made(relation);
  }

  gone(relation: RelationObject): void {
    this.#session.gone(relation);
  }

  async #built(name: RelationObject): Promise<RelationObject | null> {
    const candidate = this.#candidates.get(relationKey(name));
    if (candidate === undefined) return null;
    const built = await this.#session.relation(candidate.relation);
    return built !== null && this.#publishing ? candidate.published.with({ type: built.type }) : built;
  }
}

/** Whether a key is that of a relation of this schema. */
function isIn(key: string, { database, schema, quoting }: RelationName): boolean {
  return key.startsWith(`${relationKey({ database, schema, identifier: null, quoting })}.`);
}
