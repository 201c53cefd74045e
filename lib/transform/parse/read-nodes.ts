import type { MacroRegistry } from '../context/macros.ts';
import { type Scope, warnAs } from '../context/scope.ts';
import { yamlNames } from '../context/yaml-names.ts';
import type { Problems } from '../errors.ts';
import type { Definition, Group, SourceNode } from '../graph/node.ts';
import type { ProjectFileConfig, RenderValue } from '../project/config-file.ts';
import type { KeptTexts } from '../project/kept.ts';
import type { PackageProperties, Properties } from '../project/properties.ts';
import { readExposures } from './definitions.ts';
import { analysisDrafts, type Draft, modelDrafts, singularTestDrafts } from './drafts.ts';
import { genericTestDrafts } from './generic-tests.ts';
import { readGroups } from './groups.ts';
import { type LoadedPackages, loadProperties, yamlRenderer } from './load.ts';
import { seedDrafts } from './seeds.ts';
import { readMetrics, readSavedQueries, readSemanticModels } from './semantic.ts';
import { snapshotDrafts } from './snapshots.ts';
import { overrideSources } from './source-overrides.ts';
import { sourceNode } from './sources.ts';
import type { Templates } from './templates.ts';
import { unitTestDrafts } from './unit-tests.ts';

/** What the files of all packages hold, before anything is rendered. */
export interface FoundNodes {
  readonly drafts: readonly Draft[];
  readonly sources: readonly SourceNode[];
  readonly definitions: readonly Definition[];
  readonly groups: readonly Group[];
  readonly macroProperties: readonly Properties[];
}

export interface ReadParts {
  readonly loaded: LoadedPackages;
  readonly registry: MacroRegistry;
  readonly scope: Scope;
  readonly templates: Templates;
  readonly problems: Problems;
  readonly kept: KeptTexts | undefined;
}

/** Reads the files of all packages. */
export function readNodes(parts: ReadParts): FoundNodes {
  const { loaded, registry, scope, problems } = parts;
  const warn = (message: string): void => warnAs(scope, 'NoNodeForYamlKey', message);
  const all = [...loaded.packages.values()].map((config) => ({
    config,
    properties: readProperties(config, parts),
  }));
  overrideSources(
    all.map(({ properties }) => properties),
    warn,
  );
  // The project may describe models of its packages.
  const unclaimed = new Map<string, Properties>();
  const drafts = all.flatMap(({ config, properties }) => [
    ...seedDrafts(loaded, config, properties, problems),
    ...modelDrafts(loaded, config, properties, { problems, warn, unclaimed }),
    ...analysisDrafts(loaded, config, properties, problems),
    ...snapshotDrafts(loaded, config, properties, problems),
    ...singularTestDrafts(loaded, config, properties, problems),
    ...genericTestDrafts(properties, registry, rendererOf(config, parts), problems),
    ...unitTestDrafts(config, properties, problems),
  ]);
  for (const [name, { file, line }] of unclaimed) {
    warn(`${file}:${line}: "${name}" is described, but there is no such model.`);
  }
  return {
    drafts,
    sources: readSources(all, parts),
    groups: all.flatMap(({ properties }) => readGroups(properties, problems)),
    definitions: all.flatMap(({ config, properties }) => {
      const context = { config, root: loaded.root, target: scope.target, problems };
      return [
        ...readExposures(properties, context),
        ...readSemanticModels(properties, context),
        ...readMetrics(properties, context),
        ...readSavedQueries(properties, context),
      ];
    }),
    macroProperties: all.flatMap(({ properties }) => properties.macros),
  };
}

/** Renders the texts of a package's YAML files. */
function rendererOf({ name }: ProjectFileConfig, { scope, templates, problems }: ReadParts): RenderValue {
  return yamlRenderer(templates.compiling, yamlNames(scope, scope.variables, name), problems);
}

function readProperties(config: ProjectFileConfig, parts: ReadParts): PackageProperties {
  const { loaded, scope, problems, kept } = parts;
  const properties = loadProperties(loaded, config, rendererOf(config, parts), problems, kept);
  // What packages misspell is theirs to correct.
  if (config === loaded.root) {
    for (const { file, line, message } of properties.slips) {
      warnAs(scope, 'CustomKeyInObjectDeprecation', `${file}:${line}: ${message}`);
    }
  }
  return properties;
}

function readSources(
  all: readonly { readonly config: ProjectFileConfig; readonly properties: PackageProperties }[],
  { loaded, scope, problems }: ReadParts,
): SourceNode[] {
  const sources = new Map<string, SourceNode>();
  for (const { config, properties } of all) {
    for (const table of properties.sources) {
      const node = sourceNode(table, {
        ownTree: config.sources,
        ...(config === loaded.root ? {} : { rootTree: loaded.root.sources }),
        quoting: config.quoting,
        database: scope.target.database,
        problems,
      });
      const before = sources.get(node.uniqueId);
      if (before === undefined) sources.set(node.uniqueId, node);
      else {
        problems.add({
          file: table.file,
          line: table.line,
          message: `the source "${node.sourceName}.${node.name}" is described twice.`,
          hint: `The other place is ${before.patch?.file}:${before.patch?.line}.`,
        });
      }
    }
  }
  return [...sources.values()];
}
