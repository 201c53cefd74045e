import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Block, type Environment, listBlocks, type NameResolver } from '../../jinja/index.ts';
import { builtinPackage, MacroRegistry, TemplateFile } from '../context/macros.ts';
import type { Problems } from '../errors.ts';
import { missingPackages } from '../packages/missing.ts';
import { packageFoldersIn } from '../packages/packages-folder.ts';
import { type ProjectFileConfig, type RenderValue, readProjectFile } from '../project/config-file.ts';
import { filesBelow, type ProjectFile } from '../project/files.ts';
import type { KeptTexts } from '../project/kept.ts';
import { emptyProperties, type PackageProperties, readSchemaFile } from '../project/properties.ts';
import { readYaml } from '../project/yaml.ts';
import { asList, asRecord, asText, type Data } from '../values.ts';
import { problemOf, renderData } from './templates.ts';

/** A project and the packages it uses, by name, the project itself first. */
export interface LoadedPackages {
  readonly root: ProjectFileConfig;
  readonly packages: ReadonlyMap<string, ProjectFileConfig>;
}

/** What is shown of a file of a package: its path from the folder of the root project. */
export function shownPath(loaded: LoadedPackages, packageName: string, file: string): string {
  if (packageName === loaded.root.name) return file;
  return packageName === builtinPackage
    ? `dbt:${file}`
    : `${loaded.root.packagesPath}/${packageName}/${file}`;
}

/** Reads dbt_project.yml of a folder, and of every package that is installed below it or that it names by its folder. */
export function loadPackages(
  directory: string,
  render: RenderValue,
  problems: Problems,
): LoadedPackages | undefined {
  const root = readProjectFile(directory, render, problems);
  if (root === undefined) return undefined;
  const missing = missingPackages(root);
  if (missing !== undefined) {
    problems.add(missing);
    return undefined;
  }
  const packages = new Map([[root.name, root]]);
  const below = resolve(directory, root.packagesPath);
  for (const name of packageFoldersIn(below)) {
    const shown = `${root.packagesPath}/${name}/dbt_project.yml`;
    const found = readProjectFile(join(below, name), render, problems, shown);
    if (found !== undefined) packages.set(found.name, found);
  }
  addLocalPackages(root, packages, render, problems);
  return { root, packages };
}

/** Packages of a folder (`- local: ../`) are read where they are, and so are those that they name in turn. */
function addLocalPackages(
  config: ProjectFileConfig,
  packages: Map<string, ProjectFileConfig>,
  render: RenderValue,
  problems: Problems,
): void {
  for (const name of ['packages.yml', 'dependencies.yml']) {
    const absolute = join(config.directory, name);
    if (!existsSync(absolute)) continue;
    const listed = asList(asRecord(readYaml(absolute, name, problems)?.data ?? null)?.packages);
    for (const entry of listed) {
      const local = asText(asRecord(entry)?.local);
      if (local === undefined) continue;
      const found = readProjectFile(
        join(config.directory, local),
        render,
        problems,
        `${local}/dbt_project.yml`,
      );
      if (found === undefined || packages.has(found.name)) continue;
      packages.set(found.name, found);
      addLocalPackages(found, packages, render, problems);
    }
  }
}

/** Renders values of YAML files with the names of one context; what goes wrong is a problem of the file. */
export function yamlRenderer(
  environment: Environment,
  resolve: NameResolver,
  problems: Problems,
): RenderValue {
  return (value: Data, file: string, line: number): Data => {
    try {
      return renderData(environment, value, file, resolve);
    } catch (error) {
      for (const problem of problemOf(error, { file, line })) problems.add({ ...problem, file, line });
      return null;
    }
  };
}

/** Reads the macros of all packages, and those that come with Sluice. */
export function loadMacros(loaded: LoadedPackages, problems: Problems): MacroRegistry {
  const { name: root, dispatch, flags } = loaded.root;
  const mayOverride = flags.require_explicit_package_overrides_for_builtin_materializations === false;
  const registry = new MacroRegistry(root, dispatch, mayOverride);
  const own = join(import.meta.dirname, '..', 'include');
  addMacros(registry, builtinPackage, filesBelow(own, ['macros'], ['.sql']), loaded, problems);
  for (const [name, config] of loaded.packages) {
    const genericTests = config.testPaths.map((path) => `${path}/generic`);
    const files = filesBelow(config.directory, [...config.macroPaths, ...genericTests], ['.sql']);
    addMacros(registry, name, files, loaded, problems);
  }
  return registry;
}

function addMacros(
  registry: MacroRegistry,
  packageName: string,
  files: readonly ProjectFile[],
  loaded: LoadedPackages,
  problems: Problems,
): void {
  for (const { absolute, file } of files) {
    const shown = shownPath(loaded, packageName, file);
    const source = readFileSync(absolute, 'utf8');
    try {
      for (const block of listBlocks(source, { file: shown })) {
        const name = macroName(block, source);
        if (name === undefined) continue;
        const uniqueId = `macro.${packageName}.${name}`;
        const range = { start: block.start, end: block.end };
        const before = registry.add({
          uniqueId,
          name,
          packageName,
          path: file,
          file: new TemplateFile(source, shown, range),
        });
        if (before !== undefined) {
          problems.add({
            file: shown,
            message: `the macro "${name}" is defined twice.`,
            hint: `The other one is in ${before.file.shown}.`,
          });
        }
      }
    } catch (error) {
      for (const problem of problemOf(error, { file: shown })) problems.add(problem);
    }
  }
}

/** The name of the macro that a block becomes; undefined for a block that becomes none. */
function macroName(block: Block, source: string): string | undefined {
  switch (block.tag) {
    case 'macro':
      return block.name;
    case 'test':
    case 'data_test':
      return `test_${block.name}`;
    case 'materialization': {
      const header = source.slice(block.start, block.bodyStart);
      const adapter = /adapter\s*=\s*['"](\w+)['"]/.exec(header)?.[1] ?? 'default';
      return `materialization_${block.name}_${adapter}`;
    }
    default:
      return undefined;
  }
}

/** Reads all schema files of a package. */
export function loadProperties(
  loaded: LoadedPackages,
  config: ProjectFileConfig,
  render: RenderValue,
  problems: Problems,
  kept: KeptTexts | undefined,
): PackageProperties {
  const properties = emptyProperties();
  const paths = [
    ...config.modelPaths,
    ...config.seedPaths,
    ...config.snapshotPaths,
    ...config.analysisPaths,
    ...config.macroPaths,
    ...config.testPaths,
  ];
  for (const { absolute, file, relative } of filesBelow(config.directory, paths, ['.yml', '.yaml'])) {
    const yaml = readYaml(absolute, shownPath(loaded, config.name, file), problems, kept);
    if (yaml === undefined) continue;
    const folders = relative.split('/').slice(0, -1);
    readSchemaFile(yaml, { packageName: config.name, path: file, folders, render, problems }, properties);
  }
  return properties;
}
