import type { MacroRegistry } from '../context/macros.ts';
import { Problems } from '../errors.ts';
import { emptyNode } from '../graph/empty-node.ts';
import type { Version } from '../graph/node.ts';
import type { RenderValue } from '../project/config-file.ts';
import type { PackageProperties, PlacedTest, Properties } from '../project/properties.ts';
import { configKeys, type TestRequest } from '../project/test-shapes.ts';
import { describedVersions, spelledVersion } from '../project/versions.ts';
import { quote } from '../relation.ts';
import { asRecord, asTexts, type DataRecord } from '../values.ts';
import { GenericTestBody, type Tested } from './bodies.ts';
import { type Draft, testDefaults } from './drafts.ts';
import { pythonText, testHash, testNames } from './test-names.ts';

interface Target {
  readonly packageName: string;
  readonly tested: Tested;
  /** Name in the test's own name: the model's, or source and table. */
  readonly label: string;
  readonly prefix: string;
  readonly attached: string;
  readonly fileKeyName: string;
  readonly folders: readonly string[];
  /** Of the schema file, from the folder of its package. */
  readonly path: string;
  /** Tags that its tests have as well. */
  readonly tags: readonly string[];
}

/** The generic tests that the schema files of a package ask for, on models, seeds, snapshots and sources. */
export function genericTestDrafts(
  properties: PackageProperties,
  registry: MacroRegistry,
  render: RenderValue,
  problems: Problems,
): Draft[] {
  const maker = new TestMaker(registry, render, problems);
  const kinds = { model: properties.models, seed: properties.seeds, snapshot: properties.snapshots };
  const ofNodes = Object.entries(kinds).flatMap(([kind, list]) =>
    list.flatMap((item) => {
      if (item.versions.length === 0) return maker.all(item, nodeTarget(kind, item, null));
      // What is wrong with the versions was said when the models were read.
      return describedVersions(item, new Problems()).flatMap(({ version, properties: described }) =>
        maker.all(described, nodeTarget(kind, item, version)),
      );
    }),
  );
  const ofSources = properties.sources.flatMap((item) =>
    maker.all(item, {
      packageName: item.packageName,
      tested: { kind: 'source', call: [item.sourceName, item.name] },
      label: `${item.sourceName}_${item.name}`,
      prefix: 'source_',
      attached: `source.${item.packageName}.${item.sourceName}.${item.name}`,
      fileKeyName: `sources.${item.sourceName}`,
      folders: item.folders,
      path: item.path,
      tags: [...asTexts(item.source.tags), ...asTexts(item.raw.tags)],
    }),
  );
  return [...ofNodes, ...ofSources];
}

function nodeTarget(kind: string, item: Properties, version: Version | null): Target {
  const suffix = version === null ? '' : spelledVersion(version);
  return {
    packageName: item.packageName,
    // dbt writes the version of a tested model as a text.
    tested: {
      kind: 'ref',
      call: { packageName: null, name: item.name, version: version === null ? null : String(version) },
    },
    label: [item.name, suffix].filter((part) => part !== '').join('_'),
    prefix: '',
    attached: [kind, item.packageName, item.name, suffix].filter((part) => part !== '').join('.'),
    fileKeyName: `${kind}s.${item.name}`,
    folders: item.path.split('/').slice(1, -1),
    path: item.path,
    tags: [],
  };
}

class TestMaker {
  readonly #registry: MacroRegistry;
  readonly #render: RenderValue;
  readonly #problems: Problems;
  readonly #seen = new Map<string, PlacedTest>();

  constructor(registry: MacroRegistry, render: RenderValue, problems: Problems) {
    this.#registry = registry;
    this.#render = render;
    this.#problems = problems;
  }

  all(item: Properties, target: Target): Draft[] {
    const onColumns = item.columns.flatMap((column) => {
      const columnName = column.quote === true ? quote(column.name) : column.name;
      return column.tests.flatMap((test) => this.#draft(test, target, columnName, column.tags));
    });
    return [...item.tests.flatMap((test) => this.#draft(test, target, null, [])), ...onColumns];
  }

  #draft(
    placed: PlacedTest,
    target: Target,
    columnName: string | null,
    columnTags: readonly string[],
  ): Draft[] {
    const { request, file, line } = placed;
    const macro = this.#registry.genericTest(request.test, request.namespace, target.packageName);
    const spelled = request.namespace === null ? request.test : `${request.namespace}.${request.test}`;
    if (macro === undefined) {
      const meant = this.#registry.similarTest(request.test);
      this.#problems.add({
        file,
        line,
        message: `there is no generic test "${spelled}".`,
        hint:
          meant === undefined
            ? `A macro file defines one with {% test ${request.test}(model, column_name) %}.`
            : `Did you mean "${meant}"?`,
      });
      return [];
    }
    const parameters: DataRecord = {
      ...request.arguments,
      ...(columnName === null || request.namesColumn === true ? {} : { column_name: columnName }),
    };
    const stem = `${target.prefix}${request.namespace === null ? '' : `${request.namespace}_`}${request.test}`;
    const names = testNames(stem, target.label, parameters);
    const full = request.customName ?? names.full;
    const short = request.customName ?? names.short;
    const kwargs = { ...parameters, model: `{{ get_where_subquery(${spelledCall(target.tested)}) }}` };
    const hash = testHash(full, {
      namespace: request.namespace,
      name: request.test,
      kwargs,
    });
    const uniqueId = `test.${target.packageName}.${full}.${hash}`;
    if (this.#isRepeated(uniqueId, placed, full)) return [];
    // Unlike its arguments, which are templates of the test, a test's config is one of the file.
    const config = asRecord(this.#render(request.config, file, line)) ?? {};
    return [
      {
        body: new GenericTestBody({ file, line }, macro, target.tested, parameters),
        propertiesConfig: { ...(short === full ? {} : { alias: short }), ...config },
        tags: [...columnTags, ...target.tags],
        defaults: testDefaults,
        tree: 'tests',
        node: {
          ...emptyNode(
            'test',
            full,
            target.packageName,
            rawCodeOf({ ...request, short: short === full ? null : short }),
          ),
          uniqueId,
          path: `${short}.sql`,
          originalPath: target.path,
          fqn: [target.packageName, ...target.folders, full],
          description: request.description,
          patch: { file, line },
          test: {
            namespace: request.namespace,
            name: request.test,
            arguments: kwargs,
            columnName,
            attachedNode: target.attached,
            fileKeyName: target.fileKeyName,
          },
        },
      },
    ];
  }

  /** Two tests that are the same in everything would be one node. */
  #isRepeated(uniqueId: string, placed: PlacedTest, name: string): boolean {
    const before = this.#seen.get(uniqueId);
    if (before === undefined) {
      this.#seen.set(uniqueId, placed);
      return false;
    }
    this.#problems.add({
      file: placed.file,
      line: placed.line,
      message: `the test "${name}" stands there twice.`,
      hint: `The other place is ${before.file}:${before.line}; give one of the two a name of its own.`,
    });
    return true;
  }
}

/** The SQL of a generic test as dbt keeps it: a call of its macro, and the configs that it was given. */
function rawCodeOf({
  namespace,
  test,
  config,
  short,
}: TestRequest & { readonly short: string | null }): string {
  const macro = namespace === null ? `test_${test}` : `${namespace}.test_${test}`;
  const said: DataRecord = { ...config, ...(short === null ? {} : { alias: short }) };
  const keys = [...configKeys].filter((key) => said[key] !== undefined && said[key] !== null);
  const others = Object.keys(said).filter((key) => !configKeys.has(key));
  const spelled = [...keys, ...others].map((key) => {
    const value = said[key] ?? null;
    return `${key}=${typeof value === 'string' ? `"${value.replaceAll('"', '\\"')}"` : pythonText(value)}`;
  });
  const call = `{{ ${macro}(**_dbt_generic_test_kwargs) }}`;
  return spelled.length === 0 ? call : `${call}{{ config(${spelled.join(',')}) }}`;
}

/** What is tested, as dbt writes it into a test's arguments. */
function spelledCall(tested: Tested): string {
  if (tested.kind === 'ref') {
    const { name, version } = tested.call;
    return version === null ? `ref('${name}')` : `ref('${name}', version='${version}')`;
  }
  return `source('${tested.call[0]}', '${tested.call[1]}')`;
}
