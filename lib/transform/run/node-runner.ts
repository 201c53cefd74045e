import type { Warehouse } from '../../snowflake/index.ts';
import type { Timing } from '../artifacts/results.ts';
import { NodeSession, type RelationCache } from '../context/session.ts';
import { materializationOf, type SqlNode } from '../graph/node.ts';
import type { ParsedProject } from '../parse/project.ts';
import { describe } from '../parse/resolve.ts';
import { sqlName } from '../relation.ts';
import type { Compiler } from './compiler.ts';
import { buildModel, isTransient } from './execute-model.ts';
import { runTest, severityOf } from './execute-test.ts';
import { runUnitTest } from './execute-unit-test.ts';
import { loadSeed } from './load-seed.ts';
import { errorMessage, kindOf, type Outcome } from './outcome.ts';
import { type Placement, publishedRelation } from './placement.ts';

export interface RunnerParts {
  readonly project: ParsedProject;
  readonly compiler: Compiler;
  readonly placement: Placement;
  readonly cache: RelationCache;
  readonly fullRefresh: boolean;
  readonly signal?: AbortSignal;
}

/** Runs single nodes: whatever goes wrong with one is its outcome, not an exception. */
export class NodeRunner {
  readonly #parts: RunnerParts;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  async run(node: SqlNode, warehouse: Warehouse, thread: number): Promise<Outcome> {
    const startedAt = new Date();
    let compiledAt: Date | undefined;
    let compiled: { readonly path: string; readonly sql: string } | undefined;
    const onCompiled = (path: string, sql: string): void => {
      compiledAt = new Date();
      compiled = { path, sql };
    };
    const session = new NodeSession(warehouse, this.#parts.cache, this.#parts.signal);
    const finish = (rest: Pick<Outcome, 'status' | 'passed' | 'message'> & Partial<Outcome>): Outcome => ({
      node,
      thread,
      ms: Date.now() - startedAt.getTime(),
      timing: timings(startedAt, compiledAt, new Date()),
      rows: null,
      failures: null,
      sql: compiled?.sql ?? null,
      path: compiled?.path ?? null,
      response: {},
      ...rest,
    });
    try {
      if (node.unitTest !== undefined) {
        return finish(await this.#unitTest(node, warehouse, session, onCompiled));
      }
      return node.resourceType === 'test'
        ? finish(await this.#test(node, warehouse, session, onCompiled))
        : finish(await this.#model(node, warehouse, session, onCompiled));
    } catch (error) {
      this.#parts.signal?.throwIfAborted();
      const file = this.#parts.project.bodies.get(node.uniqueId)?.file ?? node.originalPath;
      const message = errorMessage(error, { node, file, compiled, statement: session.failedStatement });
      return finish({ status: 'error', passed: false, message, errorKind: kindOf(error) });
    }
  }

  async #model(
    node: SqlNode,
    warehouse: Warehouse,
    session: NodeSession,
    onCompiled: (path: string, sql: string) => void,
  ): Promise<Pick<Outcome, 'status' | 'passed' | 'message'> & Partial<Outcome>> {
    const { project, compiler, placement } = this.#parts;
    if (node.resourceType === 'seed') {
      const relation = placement.relation(node);
      const rows = await loadSeed(node, relation, warehouse);
      session.forget(relation);
      return { status: 'success', passed: true, message: `INSERT ${rows}`, rows };
    }
    await this.#startFromPublished(node, warehouse, session);
    const built = await buildModel(this.#restingUntilPublished(node), {
      project,
      compiler,
      placement,
      warehouse,
      session,
      onCompiled,
    });
    const said = built.response._message;
    return {
      status: 'success',
      passed: true,
      message: typeof said === 'string' ? said : 'SUCCESS',
      rows: built.rows,
      response: built.response,
    };
  }

  /** A candidate that is dynamic does not refresh by itself: nobody reads it but this run, and it may be kept to be looked at. */
  #restingUntilPublished(node: SqlNode): SqlNode {
    const candidate = this.#parts.placement.relation(node);
    const refreshes = materializationOf(node) === 'dynamic_table' && node.config.target_lag !== undefined;
    if (!refreshes || candidate.equals(publishedRelation(node))) return node;
    return { ...node, config: { ...node.config, target_lag: 'DOWNSTREAM' } };
  }

  /** What adds to its own table starts from a clone of what is published, which costs nothing until it is changed. */
  async #startFromPublished(node: SqlNode, warehouse: Warehouse, session: NodeSession): Promise<void> {
    const candidate = this.#parts.placement.relation(node);
    const published = publishedRelation(node);
    const adds = materializationOf(node) === 'incremental' || node.resourceType === 'snapshot';
    if (!adds || this.#parts.fullRefresh || candidate.equals(published)) return;
    const there = await session.relation(published);
    if (there?.type !== 'table') return;
    const transient = isTransient(node) ? 'TRANSIENT ' : '';
    await warehouse.execute(
      `CREATE OR REPLACE ${transient}TABLE ${sqlName(candidate)} CLONE ${sqlName(published)}`,
    );
    session.forget(candidate);
  }

  async #unitTest(
    node: SqlNode,
    warehouse: Warehouse,
    session: NodeSession,
    onCompiled: (path: string, sql: string) => void,
  ): Promise<Pick<Outcome, 'status' | 'passed' | 'message'> & Partial<Outcome>> {
    const { project, compiler, placement } = this.#parts;
    const parts = { project, compiler, placement, warehouse, session, onCompiled };
    const { failures, difference, path } = await runUnitTest(node, parts);
    if (failures === 0) return { status: 'pass', passed: true, message: null, failures };
    const file = project.bodies.get(node.uniqueId);
    const place = file === undefined ? node.originalPath : `${file.file}:${file.line}`;
    const message = `${describe(node)} (${place}): ${difference}\n  compiled SQL: ${path}`;
    return { status: 'fail', passed: false, message, failures };
  }

  async #test(
    node: SqlNode,
    warehouse: Warehouse,
    session: NodeSession,
    onCompiled: (path: string, sql: string) => void,
  ): Promise<Pick<Outcome, 'status' | 'passed' | 'message'> & Partial<Outcome>> {
    const { compiler } = this.#parts;
    const tested = await runTest(node, { compiler, warehouse, session, onCompiled });
    const { status, failures, path } = tested;
    if (status === 'pass') return { status, passed: true, message: null, failures };
    const limit = status === 'warn' ? node.config.warn_if : node.config.error_if;
    const file = this.#parts.project.bodies.get(node.uniqueId);
    const place = file === undefined ? node.originalPath : `${file.file}:${file.line}`;
    const tells = `${describe(node)} (${place}): got ${failures} ${failures === 1 ? 'result' : 'results'}, configured to ${
      status === 'warn' && severityOf(node) === 'error' ? 'warn' : status
    } if ${String(limit)}`;
    const lines = [
      tells,
      ...tested.examples.map((row) => `    ${row}`),
      `  compiled SQL: ${path}`,
      ...(tested.stored === undefined ? [] : [`  all of them: ${tested.stored}`]),
      `  again: sluice test --select ${node.name}`,
    ];
    return { status, passed: status !== 'fail', message: lines.join('\n'), failures };
  }
}

function timings(started: Date, compiled: Date | undefined, ended: Date): Timing[] {
  const between = (name: Timing['name'], from: Date, to: Date): Timing => ({
    name,
    started_at: from.toISOString(),
    completed_at: to.toISOString(),
  });
  if (compiled === undefined) return [between('compile', started, ended)];
  return [between('compile', started, compiled), between('execute', compiled, ended)];
}
