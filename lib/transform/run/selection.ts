import { SluiceError } from '../../config/index.ts';
import type { RunFlags } from '../flags.ts';
import type { Selectable } from '../graph/node.ts';
import type { ParsedProject } from '../parse/project.ts';
import { PreviousState } from '../select/previous-state.ts';
import { type Selection, selectNodes } from '../select/select.ts';
import { type SelectionSpec, specOf } from '../select/spec.ts';
import { YamlSelectors } from '../select/yaml-selectors.ts';

/**
 * What the flags of a run select of a project.
 *
 * @param artifactsDirectory of this project's own last run, for `source_status:`
 * @throws ProjectError, SluiceError SELECTION_INVALID, STATE_MISSING, ARTIFACTS_MISSING
 */
export function selectionOf(project: ParsedProject, flags: RunFlags, artifactsDirectory: string): Selection {
  const spec = chosenSpec(project, flags);
  const { nodes, definitions, graph, loaded } = project;
  return selectNodes({
    nodes: new Map<string, Selectable>([...nodes, ...definitions]),
    graph,
    rootPackage: loaded.root.name,
    ...(spec === undefined ? {} : { spec }),
    ...(flags.state === undefined
      ? {}
      : { state: new PreviousState(project, flags.state, artifactsDirectory) }),
  });
}

function chosenSpec(project: ParsedProject, flags: RunFlags): SelectionSpec | undefined {
  const { select = [], exclude = [], selector, indirectSelection = 'eager' } = flags;
  const given = select.length > 0 || exclude.length > 0;
  if (given && selector !== undefined) {
    throw new SluiceError({
      code: 'SELECTION_INVALID',
      kind: 'usage',
      message: `The selector "${selector}" and --select or --exclude say different things.`,
      hint: 'Give one of them; a selector may hold an exclude of its own.',
    });
  }
  if (given) return specOf(select, exclude, indirectSelection);
  const selectors = new YamlSelectors(project.selectors, indirectSelection);
  const name = selector ?? selectors.defaultName;
  return name === undefined ? undefined : selectors.spec(name);
}
