import { SluiceError } from '../../config/index.ts';
import { resourceDict } from '../artifacts/resource-dict.ts';
import { builtinPackage } from '../context/macros.ts';
import { isTest, materializationOf, type Selectable } from '../graph/node.ts';
import type { ParsedProject } from '../parse/project.ts';
import { asRecord, asText, type DataRecord, toData } from '../values.ts';
import * as compare from './compare-nodes.ts';
import type { PreviousState } from './previous-state.ts';
import { selectionInvalid } from './spec.ts';

/** @throws SluiceError STATE_MISSING: a criterion compares with another run, and none was given */
export function stateMissing(criterion: string): never {
  throw new SluiceError({
    code: 'STATE_MISSING',
    kind: 'usage',
    message: `"${criterion}" compares with another run, and none is given.`,
    hint: 'Name the folder of its artifacts (manifest.json, run_results.json, sources.json) with --state.',
  });
}

/** A project, and what its nodes and macros were. */
export type ComparedState = Pick<PreviousState, 'project' | 'nodes' | 'macros'>;

/** How a node is compared with what it was, by what stands after `state:`. */
type Check = (now: Compared, before: DataRecord | undefined) => boolean;

interface Compared {
  readonly node: Selectable;
  readonly dict: DataRecord;
  /** Whether a macro that makes the node what it is has changed. */
  readonly macrosChanged: boolean;
}

/** What has no earlier self is not changed by dbt's rules when it is one of these: nothing would have to be built. */
const newIsUnchanged = new Set(['source', 'exposure', 'metric', 'semantic_model', 'saved_query']);

const checks: Readonly<Record<string, Check>> = {
  new: (_, before) => before === undefined,
  old: (_, before) => before !== undefined,
  modified: isModified,
  unmodified: (now, before) => !isModified(now, before),
  'modified.body': part(compare.sameBody, ['model', 'test', 'snapshot', 'analysis', 'seed']),
  'modified.configs': part(compare.sameConfig),
  'modified.persisted_descriptions': part(compare.samePersistedDescriptions, [
    'model',
    'test',
    'snapshot',
    'analysis',
    'seed',
  ]),
  'modified.relation': part(compare.sameRelation, [
    'model',
    'test',
    'snapshot',
    'analysis',
    'seed',
    'source',
  ]),
  'modified.macros': ({ macrosChanged }) => macrosChanged,
  'modified.contract': part(compare.sameContract, ['model']),
};

/** Compares every node with what it was in the manifest of another run. */
export function stateMatcher(value: string, state: ComparedState): (node: Selectable) => boolean {
  const check = Object.hasOwn(checks, value) ? checks[value] : undefined;
  if (check === undefined) {
    throw selectionInvalid(
      `"state:${value}" compares by nothing that is known.`,
      `There are ${Object.keys(checks)
        .map((name) => `state:${name}`)
        .join(', ')}.`,
    );
  }
  const before = state.nodes();
  const changed = changedMacros(state);
  return (node) => {
    const dict = asRecord(toData(resourceDict(node, state.project))) ?? {};
    const macrosChanged = [...macrosOf(node, state.project)].some((macro) => changed.has(macro));
    return check({ node, dict, macrosChanged }, before.get(node.uniqueId));
  };
}

/** One aspect: changed too when there is nothing to compare it with. */
function part(
  same: (now: DataRecord, before: DataRecord) => boolean,
  kinds: readonly string[] | 'all' = 'all',
): Check {
  return ({ node, dict }, before) =>
    (kinds === 'all' || kinds.includes(node.resourceType)) && (before === undefined || !same(dict, before));
}

function isModified({ node, dict, macrosChanged }: Compared, before: DataRecord | undefined): boolean {
  if (macrosChanged) return true;
  if (before === undefined) return !newIsUnchanged.has(node.resourceType);
  return !compare.sameContents(dict, before);
}

/** The macros of projects and packages that are not what they were. Those that come with a runner differ between runners. */
function changedMacros(state: ComparedState): ReadonlySet<string> {
  const before = state.macros();
  const changed = new Set<string>();
  for (const macro of state.project.registry) {
    if (macro.packageName === builtinPackage) continue;
    const text = asText(before.get(macro.uniqueId)?.macro_sql);
    if (text === undefined || !compare.sameText(text, macro.file.text)) changed.add(macro.uniqueId);
  }
  return changed;
}

/** The macros that make a node what it is: those that ran while it was rendered, what they call, and its materialization. */
function macrosOf(node: Selectable, project: ParsedProject): Set<string> {
  if (node.resourceType === 'source' || !('dependsOnMacros' in node)) return new Set();
  const own = new Set(node.dependsOnMacros);
  if (!isTest(node)) {
    const materialization = project.registry.materialization(materializationOf(node));
    if (materialization !== undefined) own.add(materialization.uniqueId);
  }
  return own;
}
