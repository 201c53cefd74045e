import { similarNames } from '../../config/index.ts';
import type { Problems } from '../errors.ts';
import type {
  Definition,
  GraphNode,
  RefCall,
  SourceCall,
  SourceNode,
  SqlNode,
  Version,
} from '../graph/node.ts';
import { spelledVersion } from '../project/versions.ts';
import { forbiddenRead } from './access.ts';
import type { Site } from './bodies.ts';
import type { LoadedPackages } from './load.ts';

/** Finds what `ref` and `source` mean. */
export class Names {
  /** Models, seeds and snapshots by name; the same name may stand in several packages. */
  readonly #byName = new Map<string, SqlNode[]>();
  readonly #sources = new Map<string, SourceNode[]>();

  constructor(nodes: Iterable<GraphNode>) {
    for (const node of nodes) {
      if (node.resourceType === 'source') {
        push(this.#sources, `${node.sourceName}.${node.name}`, node);
      } else if (['model', 'seed', 'snapshot'].includes(node.resourceType)) {
        push(this.#byName, node.name, node);
      }
    }
  }

  /**
   * The node that a `ref` means to a node of `packageName`: its own package first, then the root's, then any; of a model
   * with versions the one it asks for, or the latest.
   */
  ref(call: RefCall, packageName: string, rootPackage: string): SqlNode | undefined {
    const found = (this.#byName.get(call.name) ?? []).filter((node) => isVersion(node, call.version));
    const named = call.packageName;
    if (named !== null) return found.find((node) => node.packageName === named);
    return (
      found.find((node) => node.packageName === packageName) ??
      found.find((node) => node.packageName === rootPackage) ??
      found[0]
    );
  }

  source([source, table]: SourceCall, packageName: string): SourceNode | undefined {
    const found = this.#sources.get(`${source}.${table}`) ?? [];
    return found.find((node) => node.packageName === packageName) ?? found[0];
  }

  /** The versions of a model; empty when it has none. */
  versionsOf(name: string): Version[] {
    return (this.#byName.get(name) ?? []).flatMap(({ modelVersion }) => modelVersion?.version ?? []);
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  similarRefs(name: string): string | undefined {
    return similarNames(name, this.#byName.keys())[0];
  }

  similarSources([source, table]: SourceCall): string | undefined {
    return similarNames(`${source}.${table}`, this.#sources.keys())[0];
  }
}

function isVersion({ modelVersion }: SqlNode, asked: Version | null): boolean {
  if (modelVersion === undefined) return asked === null;
  return String(modelVersion.version) === String(asked ?? modelVersion.latest);
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** What reads others: a node, or what a schema file defines over nodes. */
export type Reader = SqlNode | Definition;

export interface ResolverParts {
  readonly names: Names;
  /** What is disabled, to say so of it. */
  readonly disabled: Names;
  readonly loaded: LoadedPackages;
  readonly problems: Problems;
}

/** Turns refs and sources into unique ids. */
export class Resolver {
  readonly #parts: ResolverParts;

  constructor(parts: ResolverParts) {
    this.#parts = parts;
  }

  /**
   * Unique ids of what a reader reads. What does not exist is a problem, with the name that was probably meant; so is what is
   * disabled, and what the reader may not read.
   *
   * @param siteOf where a call is written
   */
  dependencies(reader: Reader, siteOf: (call: RefCall | SourceCall) => Site): string[] {
    const found = [
      ...reader.refs.map((call) => this.#ref(reader, call, siteOf)),
      ...reader.sources.map((call) => this.#source(reader, call, siteOf)),
    ];
    return [...new Set(found.filter((id) => id !== undefined))];
  }

  #ref(reader: Reader, call: RefCall, siteOf: (call: RefCall) => Site): string | undefined {
    const { names, disabled, loaded, problems } = this.#parts;
    const root = loaded.root.name;
    const target = names.ref(call, reader.packageName, root);
    if (target !== undefined) {
      const forbidden = forbiddenRead(reader, target, loaded);
      if (forbidden !== undefined) problems.add({ ...siteOf(call), ...forbidden });
      return target.uniqueId;
    }
    const off = disabled.ref(call, reader.packageName, root) !== undefined;
    problems.add({
      ...siteOf(call),
      message: `${describe(reader)} reads ${off ? `"${spelled(call)}", which is disabled` : missingRef(call, names)}.`,
      ...(off ? {} : refHint(call, names)),
    });
    return undefined;
  }

  #source(reader: Reader, call: SourceCall, siteOf: (call: SourceCall) => Site): string | undefined {
    const { names, disabled, problems } = this.#parts;
    const target = names.source(call, reader.packageName);
    if (target !== undefined) return target.uniqueId;
    const off = disabled.source(call, reader.packageName) !== undefined;
    problems.add({
      ...siteOf(call),
      message: off
        ? `${describe(reader)} reads the source "${call.join('.')}", which is disabled.`
        : `${describe(reader)} reads the source "${call.join('.')}", and no schema file describes it.`,
      ...hint(off ? undefined : names.similarSources(call)),
    });
    return undefined;
  }
}

function spelled({ packageName, name, version }: RefCall): string {
  const full = packageName === null ? name : `${packageName}.${name}`;
  return version === null ? full : `${full}.${spelledVersion(version)}`;
}

function missingRef(call: RefCall, names: Names): string {
  const { version } = call;
  if (version === null) {
    return names.versionsOf(call.name).length > 0
      ? `"${spelled(call)}", and the latest version of it has no file`
      : `"${spelled(call)}", and there is no such model, seed or snapshot`;
  }
  return `version ${version} of "${spelled({ ...call, version: null })}", and there is no such version`;
}

function refHint(call: RefCall, names: Names): { hint: string } | Record<string, never> {
  const versions = names.versionsOf(call.name);
  if (versions.length > 0) return { hint: `Its versions are ${versions.join(', ')}.` };
  if (call.version !== null && names.has(call.name)) return { hint: 'It has no versions: leave `v` out.' };
  return hint(names.similarRefs(call.name));
}

function hint(meant: string | undefined): { hint: string } | Record<string, never> {
  return meant === undefined ? {} : { hint: `Did you mean "${meant}"?` };
}

/** `model invoices`, as messages name a node. */
export function describe(node: GraphNode | Definition): string {
  if (node.resourceType === 'source') return `source ${node.sourceName}.${node.name}`;
  const kind = node.resourceType;
  const version = 'modelVersion' in node && node.modelVersion !== undefined ? node.modelVersion : undefined;
  return `${kind} ${node.name}${version === undefined ? '' : `.${spelledVersion(version.version)}`}`;
}
