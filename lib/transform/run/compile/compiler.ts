import { join } from 'node:path';
import { TemplateError } from '../../../jinja/index.ts';
import { nodeDict } from '../../artifacts/node-dict.ts';
import { writeSql } from '../../artifacts/write.ts';
import { RunConfig } from '../../context/config-object.ts';
import { compilerError } from '../../context/exceptions.ts';
import { noWarehouse } from '../../context/no-warehouse.ts';
import { NodeContext } from '../../context/node-context.ts';
import type { RelationObject } from '../../context/relation-object.ts';
import type { Scope } from '../../context/scope.ts';
import type { NodeSession, WarehouseAccess } from '../../context/session.ts';
import { type GraphNode, isEphemeral, type SqlNode } from '../../graph/node.ts';
import type { NodeBody } from '../../parse/bodies.ts';
import type { ParsedProject } from '../../parse/project.ts';
import { describe } from '../../parse/resolve.ts';
import type { Batch } from './batches.ts';
import { CandidateAccess, type Candidates, candidatesOf } from './candidate-access.ts';
import { type Cte, prependCtes } from './ctes.ts';
import { type Placement, publishedRelation, sourceRelation } from './placement.ts';
import { limitedRead, type ReadLimits } from './read-limits.ts';

export interface Compiled {
  readonly sql: string;
  /** The node's context, for what runs the SQL. */
  readonly context: NodeContext;
  readonly config: RunConfig;
}

/** What a model sees during a unit test instead of what is built. */
export interface StandIns {
  relation(read: GraphNode): RelationObject;
  readonly thisRelation?: RelationObject;
  /** Names that go before all others. */
  readonly names: ReadonlyMap<string, unknown>;
  /** Values in place of macros of packages. */
  readonly replaced: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
}

/** What a node sees of what it reads, and under some names. */
export interface CompileWith {
  /** Names that go before all others. */
  readonly names?: ReadonlyMap<string, unknown>;
  /** The batch that a microbatch model computes. */
  readonly batch?: Batch;
}

/** SQL that was made without waiting, the names of dbt's that its templates asked for, and what they read. */
interface AtOnce {
  readonly sql: string;
  readonly asked: ReadonlySet<string>;
  readonly read: ReadonlySet<string>;
}

interface Rendered {
  readonly text: string;
  /** Ephemeral models that it reads itself. */
  readonly ephemeral: readonly SqlNode[];
}

/** Turns nodes into SQL, with refs leading where the placement says. */
export class Compiler {
  readonly #project: ParsedProject;
  readonly #placement: Placement;
  readonly #directory: string;
  /** SQL of ephemeral models, kept since many nodes may read one. */
  readonly #ephemeral = new Map<string, Promise<Rendered>>();
  /** The scope of what is rendered at once: what its templates say is held back until it is known that they need no other try. */
  readonly #scopeAtOnce: Scope;
  #said: string[] = [];

  readonly #limits: ReadLimits;
  readonly #candidates: Candidates;
  readonly #publishing: boolean;

  /**
   * @param directory where compiled SQL is written, below `compiled/`
   * @param publishing the candidates that are about to be published, if that is what is compiled for
   */
  constructor(
    project: ParsedProject,
    placement: Placement,
    directory: string,
    limits: ReadLimits = { empty: false },
    publishing?: Candidates,
  ) {
    this.#candidates = publishing ?? candidatesOf(project.nodes.values(), placement);
    this.#publishing = publishing !== undefined;
    this.#limits = limits;
    this.#project = project;
    this.#placement = placement;
    this.#directory = directory;
    this.#scopeAtOnce = { ...project.scope, say: (message) => this.#said.push(message) };
  }

  async compile(node: SqlNode, session: NodeSession, using: CompileWith = {}): Promise<Compiled> {
    const config = new RunConfig(node.config, describe(node));
    const reads: SqlNode[] = [];
    const context = this.#context(node, session, config, reads, using);
    const atOnce = this.#atOnce(node, config, using);
    if (atOnce !== undefined) return { sql: atOnce.sql, context, config };
    const text = await this.#render(node, context);
    const ctes = await this.#ctes(reads, session);
    return { sql: prependCtes(text, ctes), context, config };
  }

  /** The names that the templates of a node see; for a node that has no SQL of its own, and is made by one of them. */
  contextOf(node: SqlNode, session: NodeSession, using: CompileWith = {}): NodeContext {
    return this.#context(node, session, new RunConfig(node.config, describe(node)), [], using);
  }

  /** The SQL of a node whose templates ask the warehouse nothing, and undefined for any other. Nothing is sent anywhere. */
  compileAtOnce(node: SqlNode, using: CompileWith = {}): string | undefined {
    return this.#atOnce(node, new RunConfig(node.config, describe(node)), using)?.sql;
  }

  /** As `compileAtOnce`, for published names: SQL that follows from what was read of the project is kept for the next process. */
  compilePublished(node: SqlNode): string | undefined {
    const { kept } = this.#project;
    const relations = this.#relationsOf(node);
    const key = relations === undefined ? undefined : kept?.sqlKeyOf(node, relations);
    const before = key === undefined ? undefined : kept?.sql(key);
    if (before !== undefined) return before;
    const made = this.#atOnce(node, new RunConfig(node.config, describe(node)));
    if (made !== undefined && key !== undefined && made.read.isSubsetOf(new Set(node.dependsOn)))
      kept?.setSql(key, made.sql, made.asked);
    return made?.sql;
  }

  /** What decides where a node's refs lead; undefined where more does: SQL that is put into its own, or limits. */
  #relationsOf(node: SqlNode): string[] | undefined {
    const { nodes } = this.#project;
    if (this.#limits.empty || this.#limits.sample !== undefined) return undefined;
    const relations = [this.#placement.relation(node).print()];
    for (const id of node.dependsOn) {
      const read = nodes.get(id);
      if (read === undefined || (read.resourceType !== 'source' && isEphemeral(read))) return undefined;
      const relation = read.resourceType === 'source' ? sourceRelation(read) : this.#placement.read(read);
      relations.push(relation.print());
    }
    return relations;
  }

  /** The SQL of a model that reads what stands in for its parents, and sees other values under some names. */
  async compileStandIn(node: SqlNode, session: NodeSession, standIns: StandIns): Promise<string> {
    const config = new RunConfig(node.config, describe(node));
    const context = this.#context(node, session, config, [], { names: standIns.names }, standIns);
    return this.#render(node, context);
  }

  /** Writes a node's SQL for people to look at. @param part of the node, if it has more than one @returns the path */
  write(node: SqlNode, sql: string, part?: string): string {
    const whole =
      node.test !== undefined || node.unitTest !== undefined
        ? join(node.originalPath, node.test === undefined ? `${node.name}.sql` : node.path)
        : // A file may hold many snapshots.
          node.resourceType === 'snapshot'
          ? join(node.originalPath, `${node.name}.sql`)
          : node.originalPath;
    const below = part === undefined ? whole : join(whole.replace(/\.\w+$/, ''), `${node.name}_${part}.sql`);
    return writeSql(this.#directory, join('compiled', node.packageName, below), sql);
  }

  async #render(node: SqlNode, context: NodeContext): Promise<string> {
    return (await this.#body(node).render(context)).trim();
  }

  /** Most nodes need no answer of the warehouse, and what never waits is quicker to make and to run. */
  #atOnce(node: SqlNode, config: RunConfig, using: CompileWith = {}): AtOnce | undefined {
    const found = new Map<string, Cte>();
    const asked = new Set<string>();
    const read = new Set<string>();
    const visit = (reader: SqlNode, own: RunConfig, seen: CompileWith): string => {
      const reads: SqlNode[] = [];
      const context = this.#context(
        reader,
        noWarehouse,
        own,
        reads,
        seen,
        undefined,
        this.#scopeAtOnce,
        read,
      );
      const text = this.#body(reader).renderAtOnce(context).trim();
      for (const name of context.asked) asked.add(name);
      for (const below of reads) {
        if (found.has(below.uniqueId)) continue;
        const sql = visit(below, new RunConfig(below.config, describe(below)), {});
        found.set(below.uniqueId, { name: publishedRelation(below).print(), sql });
      }
      return text;
    };
    this.#said = [];
    try {
      const text = visit(node, config, using);
      for (const message of this.#said) this.#project.scope.say(message);
      return { sql: prependCtes(text, [...found.values()]), asked, read };
    } catch (error) {
      if (error instanceof TemplateError && error.code === 'ASYNC_IN_SYNC') return undefined;
      throw error;
    }
  }

  #body(node: SqlNode): NodeBody {
    const body = this.#project.bodies.get(node.uniqueId);
    if (body === undefined) throw new Error(`${node.uniqueId} has no body`);
    return body;
  }

  /** The ephemeral models that are read, and those that they read, each once and before what reads it. */
  async #ctes(reads: readonly SqlNode[], session: NodeSession): Promise<Cte[]> {
    const found = new Map<string, Cte>();
    const visit = async (node: SqlNode): Promise<void> => {
      if (found.has(node.uniqueId)) return;
      const { text, ephemeral } = await this.#ephemeralSql(node, session);
      for (const below of ephemeral) await visit(below);
      found.set(node.uniqueId, { name: publishedRelation(node).print(), sql: text });
    };
    for (const node of reads) await visit(node);
    return [...found.values()];
  }

  #ephemeralSql(node: SqlNode, session: NodeSession): Promise<Rendered> {
    let rendered = this.#ephemeral.get(node.uniqueId);
    if (rendered === undefined) {
      const ephemeral: SqlNode[] = [];
      const context = this.#context(node, session, new RunConfig(node.config, describe(node)), ephemeral, {});
      rendered = this.#render(node, context).then((text) => ({ text, ephemeral }));
      this.#ephemeral.set(node.uniqueId, rendered);
    }
    return rendered;
  }

  #context(
    node: SqlNode,
    session: WarehouseAccess,
    config: RunConfig,
    ephemeral: SqlNode[],
    using: CompileWith,
    standIns?: StandIns,
    scope = this.#project.scope,
    read?: Set<string>,
  ): NodeContext {
    const { templates, names, loaded } = this.#project;
    return new NodeContext({
      scope,
      environment: templates.compiling,
      packageName: node.packageName,
      config,
      thisRelation: standIns?.thisRelation ?? this.#placement.relation(node),
      model: () => nodeDict(node),
      session: this.#seen(session),
      ...(using.names === undefined ? {} : { extra: using.names }),
      ...(standIns === undefined ? {} : { replaced: standIns.replaced }),
      ref: (call) => {
        const target = names.ref(call, node.packageName, loaded.root.name);
        this.#mustBeKnown(node, target, call.name);
        read?.add(target.uniqueId);
        if (standIns !== undefined) return standIns.relation(target);
        if (isEphemeral(target)) ephemeral.push(target);
        return this.#limited(this.#placement.read(target), node, target, using.batch);
      },
      source: (call) => {
        // A source is there whenever the node runs, so it may be named only then: as in dbt.
        const target = names.source(call, node.packageName);
        if (target === undefined) {
          throw compilerError(
            `${describe(node)} reads the source "${call.join('.')}", and there is no such source`,
            'Describe it under `sources:` of a schema file.',
          );
        }
        read?.add(target.uniqueId);
        if (standIns !== undefined) return standIns.relation(target);
        return this.#limited(sourceRelation(target), node, target, using.batch);
      },
    });
  }

  /** Templates that ask for a published name are shown its candidate, where this run has one. */
  #seen(session: WarehouseAccess): WarehouseAccess {
    if (session === noWarehouse || this.#candidates.size === 0) return session;
    return new CandidateAccess(session, this.#candidates, this.#publishing);
  }

  #limited(relation: RelationObject, reader: SqlNode, read: GraphNode, batch?: Batch): RelationObject {
    return limitedRead(relation, reader, read, this.#limits, batch);
  }

  /** What a node reads decides when it runs, so it cannot read more when it is compiled than when it was parsed. */
  #mustBeKnown<Node extends GraphNode>(
    node: SqlNode,
    target: Node | undefined,
    name: string,
  ): asserts target is Node {
    if (target !== undefined && node.dependsOn.includes(target.uniqueId)) return;
    throw compilerError(
      `${describe(node)} reads "${name}" only once it runs, so it may not be built in time`,
      `Add the line  -- depends_on: {{ ref('${name}') }}  to it.`,
    );
  }
}
