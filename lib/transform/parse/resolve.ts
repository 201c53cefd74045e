import { similarNames } from '../../config/index.ts';
import type { Problems } from '../errors.ts';
import type { GraphNode, RefCall, SourceCall, SourceNode, SqlNode } from '../graph/node.ts';
import type { NodeBody } from './bodies.ts';

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

  /** The node that a `ref` means to a node of `packageName`: its own package first, then the root's, then any. */
  ref(call: RefCall, packageName: string, rootPackage: string): SqlNode | undefined {
    const found = this.#byName.get(call.name) ?? [];
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

  similarRefs(name: string): string | undefined {
    return similarNames(name, this.#byName.keys())[0];
  }

  similarSources([source, table]: SourceCall): string | undefined {
    return similarNames(`${source}.${table}`, this.#sources.keys())[0];
  }
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/**
 * Turns the refs and sources of a node into unique ids. What does not exist is a problem, with the name that was
 * probably meant; a disabled node is said to be disabled.
 */
export function resolveDependencies(
  node: SqlNode,
  names: Names,
  disabled: Names,
  rootPackage: string,
  body: NodeBody,
  problems: Problems,
): string[] {
  const found: string[] = [];
  for (const call of node.refs) {
    const target = names.ref(call, node.packageName, rootPackage);
    if (target !== undefined) found.push(target.uniqueId);
    else {
      const spelled = call.packageName === null ? call.name : `${call.packageName}.${call.name}`;
      const off = disabled.ref(call, node.packageName, rootPackage) !== undefined;
      problems.add({
        ...body.siteOf(call),
        message: off
          ? `${describe(node)} reads "${spelled}", which is disabled.`
          : `${describe(node)} reads "${spelled}", and there is no such model, seed or snapshot.`,
        ...hint(off ? undefined : names.similarRefs(call.name)),
      });
    }
  }
  for (const call of node.sources) {
    const target = names.source(call, node.packageName);
    if (target !== undefined) found.push(target.uniqueId);
    else {
      const off = disabled.source(call, node.packageName) !== undefined;
      problems.add({
        ...body.siteOf(call),
        message: off
          ? `${describe(node)} reads the source "${call.join('.')}", which is disabled.`
          : `${describe(node)} reads the source "${call.join('.')}", and no schema file describes it.`,
        ...hint(off ? undefined : names.similarSources(call)),
      });
    }
  }
  return [...new Set(found)];
}

function hint(meant: string | undefined): { hint: string } | Record<string, never> {
  return meant === undefined ? {} : { hint: `Did you mean "${meant}"?` };
}

/** `model invoices`, as messages name a node. */
export function describe(node: GraphNode): string {
  return node.resourceType === 'source'
    ? `source ${node.sourceName}.${node.name}`
    : `${node.resourceType} ${node.name}`;
}
