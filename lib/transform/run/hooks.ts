import { tuple } from '../../jinja/index.ts';
import type { Warehouse } from '../../snowflake/index.ts';
import { nodeDict } from '../artifacts/node-dict.ts';
import { RunConfig } from '../context/config-object.ts';
import { compilerError } from '../context/exceptions.ts';
import { TemplateFile } from '../context/macros.ts';
import { NodeContext } from '../context/node-context.ts';
import { RelationObject } from '../context/relation-object.ts';
import { NodeSession, type RelationCache } from '../context/session.ts';
import type { SqlNode } from '../graph/node.ts';
import type { ParsedProject } from '../parse/project.ts';
import type { Outcome } from './outcome.ts';
import { runResult } from './results-file.ts';

/** What the hooks of a run are told of it. */
export interface RunOfHooks {
  readonly outcomes: readonly Outcome[];
  /** What the run builds. */
  readonly models: readonly SqlNode[];
}

/** Runs `on-run-start` or `on-run-end` of the packages and then of the project, one hook after the other. */
export async function runHooks(
  project: ParsedProject,
  when: 'start' | 'end',
  warehouse: Warehouse,
  cache: RelationCache,
  run: RunOfHooks,
): Promise<void> {
  const { loaded, scope, templates } = project;
  const session = new NodeSession(warehouse, cache);
  const rootLast = [...loaded.packages.values()].toSorted(
    (a, b) => Number(a === loaded.root) - Number(b === loaded.root),
  );
  for (const config of rootLast) {
    const hooks = when === 'start' ? config.onRunStart : config.onRunEnd;
    for (const hook of hooks) {
      const context = new NodeContext({
        scope,
        environment: templates.compiling,
        packageName: config.name,
        config: new RunConfig({}, `on-run-${when}`),
        thisRelation: new RelationObject({ database: scope.target.database, schema: scope.target.schema }),
        model: () => ({}),
        session,
        extra: hookNames(when, run),
        ref: () => notInHooks('ref'),
        source: () => notInHooks('source'),
      });
      const sql = await new TemplateFile(hook, `dbt_project.yml (on-run-${when})`)
        .in(templates.compiling)
        .render(context.resolve);
      await session.execute(sql);
    }
  }
}

/** `results`, `schemas` and `database_schemas`, which dbt gives the hooks at the end. */
function hookNames(when: 'start' | 'end', { outcomes, models }: RunOfHooks): ReadonlyMap<string, unknown> {
  if (when === 'start') return new Map();
  const pairs = new Map(
    models.map(({ database, schema }) => [`${database}.${schema}`, tuple(database, schema)]),
  );
  return new Map<string, unknown>([
    ['results', outcomes.map((outcome) => ({ ...runResult(outcome), node: nodeDict(outcome.node) }))],
    ['schemas', [...new Set(models.map(({ schema }) => schema))]],
    ['database_schemas', [...pairs.values()]],
  ]);
}

function notInHooks(name: string): never {
  throw compilerError(
    `${name}() has no meaning in a hook of the run`,
    'Name the relation itself, or use a hook of a model.',
  );
}
