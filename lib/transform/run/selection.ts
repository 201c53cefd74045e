import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SluiceError } from '../../config/index.ts';
import { baseNames, envVar } from '../context/base-names.ts';
import type { Scope } from '../context/scope.ts';
import { VarFunction } from '../context/variables.ts';
import { Problems } from '../errors.ts';
import type { RunFlags } from '../flags.ts';
import { yamlRenderer } from '../parse/load.ts';
import type { ParsedProject } from '../parse/project.ts';
import { readYaml } from '../project/yaml.ts';
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
  const { nodes, graph, loaded } = project;
  return selectNodes({
    nodes,
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
  const selectors = new YamlSelectors(readSelectors(project), indirectSelection);
  const name = selector ?? selectors.defaultName;
  return name === undefined ? undefined : selectors.spec(name);
}

/** `selectors.yml` of the project, its templates rendered; nothing when there is none. */
function readSelectors({ loaded, scope, templates }: ParsedProject) {
  const file = ['selectors.yml', 'selectors.yaml'].find((name) =>
    existsSync(join(loaded.root.directory, name)),
  );
  if (file === undefined) return null;
  const problems = new Problems();
  const names = namesOf(scope);
  const yaml = readYaml(join(loaded.root.directory, file), file, problems);
  const render = yamlRenderer(templates.compiling, (name) => names.get(name), problems);
  const data = yaml === undefined ? null : render(yaml.data, file, 1);
  problems.throwIfAny();
  return data;
}

/** What the texts of the file may use. */
function namesOf(scope: Scope): ReadonlyMap<string, unknown> {
  return new Map([
    ['env_var', envVar(scope.env)],
    ['var', new VarFunction(scope.variables, scope.rootPackage, false)],
    ['target', baseNames(scope).get('target')],
  ]);
}
