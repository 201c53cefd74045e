import { SluiceError } from '../../config/index.ts';
import { TemplateError, tuple } from '../../jinja/index.ts';
import type { Warehouse } from '../../snowflake/index.ts';
import { nodeDict } from '../artifacts/node-dict.ts';
import { RunConfig } from '../context/config-object.ts';
import { compilerError } from '../context/exceptions.ts';
import { TemplateFile } from '../context/macros.ts';
import { NodeContext } from '../context/node-context.ts';
import { RelationObject } from '../context/relation-object.ts';
import { resultObject } from '../context/run-results.ts';
import { NodeSession, type RelationCache } from '../context/session.ts';
import type { SqlNode } from '../graph/node.ts';
import type { ParsedProject } from '../parse/project.ts';
import { problemOf } from '../parse/templates.ts';
import { sourceRelation } from './compile/placement.ts';
import { kindOf, type Outcome } from './results/outcome.ts';
import { runResult } from './results/results-file.ts';

/** What the hooks of a run are told of it. */
export interface RunOfHooks {
  readonly outcomes: readonly Outcome[];
  /** What the run builds. */
  readonly models: readonly SqlNode[];
  /** Whether readers see what a relation leads to. */
  readonly published: boolean;
  /** Where a node is to be found: what was just built may not be published yet. */
  relation(node: SqlNode): RelationObject;
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
        ref: (call) => {
          const target = project.names.ref(call, config.name, loaded.root.name);
          return target === undefined ? unknownInHook(call.name) : run.relation(target);
        },
        source: (call) => {
          const target = project.names.source(call, config.name);
          return target === undefined ? unknownInHook(call.join('.')) : sourceRelation(target);
        },
      });
      const file = `dbt_project.yml (on-run-${when})`;
      try {
        await session.execute(
          await new TemplateFile(hook, file).in(templates.compiling).render(context.resolve),
        );
      } catch (error) {
        throw hookFailure(error, `on-run-${when} of ${config.name}`, hook, when === 'end' && run.published);
      }
    }
  }
}

/** What went wrong with a hook, in the words of the template or of the warehouse. */
function hookFailure(error: unknown, name: string, hook: string, isDone: boolean): unknown {
  if (!(error instanceof TemplateError || error instanceof SluiceError)) return error;
  const [problem] = error instanceof TemplateError ? problemOf(error, { file: name }) : [];
  return new SluiceError({
    code: 'HOOK_FAILED',
    // The work of the run is done and published: that its hook failed is the run's own failure, whatever the reason.
    kind: isDone ? 'work' : kindOf(error),
    message: `${name} failed${isDone ? ', after the run' : ''}: ${problem?.message ?? error.message}\n  the hook: ${hook.trim()}`,
    hint: isDone
      ? 'What was built is published. Correct the hook, or the macro it calls, and run the command again.'
      : 'Correct the hook, or the macro it calls, and run the command again.',
    cause: error,
  });
}

/** `results`, `schemas` and `database_schemas`, which dbt gives the hooks at the end. */
function hookNames(when: 'start' | 'end', { outcomes, models }: RunOfHooks): ReadonlyMap<string, unknown> {
  if (when === 'start') return new Map();
  const pairs = new Map(
    models.map(({ database, schema }) => [`${database}.${schema}`, tuple(database, schema)]),
  );
  return new Map<string, unknown>([
    ['results', outcomes.map((outcome) => resultObject({ ...runResult(outcome) }, nodeDict(outcome.node)))],
    ['schemas', [...new Set(models.map(({ schema }) => schema))]],
    ['database_schemas', [...pairs.values()]],
  ]);
}

function unknownInHook(name: string): never {
  throw compilerError(
    `a hook of the run reads "${name}", and there is no such model or source, or it is disabled`,
    'Correct the name in `on-run-start` or `on-run-end`, or leave the hook out where it has nothing to do.',
  );
}
