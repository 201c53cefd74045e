import { similarNames } from '../../config/index.ts';
import type { Problems } from '../errors.ts';
import { readCall } from '../graph/calls.ts';
import type { Definition, DefinitionKind, RefCall, SourceCall } from '../graph/node.ts';
import type { ProjectFileConfig } from '../project/config-file.ts';
import { type NodeConfig, resolveConfig } from '../project/config-tree.ts';
import type { PackageProperties, Properties } from '../project/properties.ts';
import { asList, asRecord, asText, asTexts, type DataRecord } from '../values.ts';
import { configOf } from './drafts.ts';

/** What a definition is read with: its package, the tree of configs that is for its kind, and where problems go. */
export interface DefinitionContext {
  readonly config: ProjectFileConfig;
  readonly root: ProjectFileConfig;
  readonly target: { readonly database: string; readonly schema: string };
  readonly problems: Problems;
}

export interface DefinitionParts {
  readonly refs?: readonly RefCall[];
  readonly sources?: readonly SourceCall[];
  readonly metrics?: readonly string[];
  readonly measures?: readonly string[];
  readonly own: Readonly<Record<string, unknown>>;
}

/** The definition that an entry of a schema file makes. */
export function definition(
  kind: DefinitionKind,
  item: Properties,
  { config: own, root }: DefinitionContext,
  tree: 'exposures' | 'metrics' | 'semanticModels' | 'savedQueries',
  parts: DefinitionParts,
): Definition {
  const { file, line, name, path, packageName } = item;
  const folders = path.split('/').slice(1, -1);
  const fqn = [packageName, ...folders, name];
  const defaults: NodeConfig = { enabled: true };
  const config = resolveConfig({
    own: own[tree],
    ...(own === root ? {} : { root: root[tree] }),
    fqn,
    defaults,
    properties: configOf(item),
    inFile: [],
  });
  return {
    resourceType: kind,
    uniqueId: `${kind}.${packageName}.${name}`,
    name,
    packageName,
    path: path.split('/').slice(1).join('/'),
    originalPath: path,
    fqn,
    description: item.description,
    columns: [],
    config,
    tags: [...new Set(asTexts(config.tags))],
    meta: asRecord(config.meta) ?? {},
    patch: { file, line },
    group: asText(config.group) ?? null,
    refs: parts.refs ?? [],
    sources: parts.sources ?? [],
    metrics: parts.metrics ?? [],
    measures: parts.measures ?? [],
    dependsOn: [],
    enabled: config.enabled !== false,
    own: parts.own,
  };
}

const exposureTypes = ['dashboard', 'notebook', 'analysis', 'ml', 'application'];
const maturities = ['low', 'medium', 'high'];

/** The exposures that the schema files of a package define: who outside the project reads what of it. */
export function readExposures(properties: PackageProperties, context: DefinitionContext): Definition[] {
  const { problems } = context;
  return properties.exposures.map((item) => {
    const { file, line, name, raw } = item;
    const problem = (message: string, hint?: string): void => {
      problems.add({ file, line, message, ...(hint === undefined ? {} : { hint }) });
    };
    oneOf('type', raw.type, exposureTypes, `the exposure "${name}"`, problem);
    if (raw.maturity !== undefined && raw.maturity !== null) {
      oneOf('maturity', raw.maturity, maturities, `the exposure "${name}"`, problem);
    }
    const owner = asRecord(raw.owner) ?? {};
    if (asText(owner.name) === undefined && owner.email === undefined) {
      problem(`the exposure "${name}" needs an \`owner\` with a name or an email.`);
    }
    const reads = readDependsOn(raw, `the exposure "${name}"`, problem);
    return definition('exposure', item, context, 'exposures', {
      ...reads,
      own: {
        type: raw.type,
        owner: { name: null, email: null, ...owner },
        label: asText(raw.label) ?? null,
        maturity: asText(raw.maturity) ?? null,
        url: asText(raw.url) ?? null,
      },
    });
  });
}

function readDependsOn(
  raw: DataRecord,
  who: string,
  problem: (message: string, hint?: string) => void,
): { refs: RefCall[]; sources: SourceCall[]; metrics: string[] } {
  const refs: RefCall[] = [];
  const sources: SourceCall[] = [];
  const metrics: string[] = [];
  for (const entry of asList(raw.depends_on)) {
    const written = typeof entry === 'string' ? readCall(entry) : undefined;
    if (written === undefined) {
      problem(
        `${who} depends on \`${typeof entry === 'string' ? entry : JSON.stringify(entry)}\`, which names nothing.`,
        typeof entry === 'string' && /^\w+\([^)]*$/.test(entry)
          ? 'In brackets YAML ends an entry at a comma: put the whole call into quotes.'
          : "An entry is ref('model'), source('source', 'table') or metric('metric').",
      );
    } else if (written.kind === 'ref') refs.push(written.call);
    else if (written.kind === 'source') sources.push(written.call);
    else metrics.push(written.name);
  }
  return { refs, sources, metrics };
}

/** Says of a property that it is missing or none of the values it may have. */
export function oneOf(
  key: string,
  value: unknown,
  known: readonly string[],
  who: string,
  problem: (message: string, hint?: string) => void,
): void {
  if (typeof value === 'string' && known.includes(value)) return;
  const found = value === undefined || value === null ? 'has none' : `says "${String(value)}"`;
  const [meant] = typeof value === 'string' ? similarNames(value, known) : [];
  problem(
    `${who} needs a \`${key}\` of ${known.join(', ')}, and ${found}.`,
    meant === undefined ? undefined : `Did you mean "${meant}"?`,
  );
}

/** Unique ids of the metrics that a definition is made of; one that is not there is a problem. */
export function metricIds(
  reader: Definition,
  definitions: ReadonlyMap<string, Definition>,
  problems: Problems,
): string[] {
  const metrics = [...definitions.values()].filter(({ resourceType }) => resourceType === 'metric');
  return reader.metrics.flatMap((name) => {
    const found =
      metrics.find((metric) => metric.name === name && metric.packageName === reader.packageName) ??
      metrics.find((metric) => metric.name === name);
    if (found !== undefined) return [found.uniqueId];
    const names = metrics.map((metric) => metric.name);
    const [meant] = similarNames(name, names);
    problems.add({
      ...(reader.patch ?? { file: reader.originalPath }),
      message: `${reader.resourceType.replace('_', ' ')} ${reader.name} reads the metric "${name}", and no schema file defines it.`,
      ...(meant === undefined ? {} : { hint: `Did you mean "${meant}"?` }),
    });
    return [];
  });
}
