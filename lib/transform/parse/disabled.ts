import type { GraphNode, SqlNode } from '../graph/node.ts';
import type { Draft } from './drafts.ts';
import { describe, type Names } from './resolve.ts';

/**
 * A generic test belongs to the group of what it tests, and is disabled with it, or if only a schema file knows what it
 * tests.
 */
export function followTested(drafts: readonly Draft[], all: readonly GraphNode[]): void {
  const mapped = enabledLast(all);
  const byId = new Map(mapped.map((node) => [node.uniqueId, node]));
  // A schema file may list a seed among the models, or describe a model of another package: its tests are of those.
  const refable = new Map(
    mapped.flatMap((node) =>
      ['model', 'seed', 'snapshot'].includes(node.resourceType) ? [[nameOfId(node.uniqueId), node]] : [],
    ),
  );
  for (const { node } of drafts) {
    const attached = node.test?.attachedNode;
    if (attached == null) continue;
    const tested = byId.get(attached) ?? refable.get(nameOfId(attached));
    if (node.test !== undefined && tested !== undefined) node.test.attachedNode = tested.uniqueId;
    if (tested?.enabled !== true) node.enabled = false;
    else if (tested.resourceType !== 'source') node.group = tested.group;
  }
}

/** What is disabled may have the unique id of something enabled, which has to win where the last one does. */
export function enabledLast<T extends { readonly enabled: boolean }>(all: readonly T[]): T[] {
  return all.toSorted((a, b) => Number(a.enabled) - Number(b.enabled));
}

/** The name, and the version, of a unique id. */
function nameOfId(uniqueId: string): string {
  return uniqueId.split('.').slice(2).join('.');
}

interface KnownNames {
  readonly names: Names;
  readonly disabled: Names;
  /** Name of the root project. */
  readonly root: string;
  say(message: string): void;
}

/** A test that reads something disabled has nothing to test: unlike a model, which could not be built, it is disabled as well. */
export function disableTestsOfDisabled(drafts: readonly Draft[], known: KnownNames): void {
  for (const { node, body } of drafts) {
    if (node.resourceType !== 'test' || !node.enabled) continue;
    const read = disabledRead(node, known);
    if (read === undefined) continue;
    node.enabled = false;
    known.say(`${body.file}: ${describe(node)} reads "${read}", which is disabled, and so is the test.`);
  }
}

/** Something disabled that a node reads, by its name. */
function disabledRead(node: SqlNode, { names, disabled, root }: KnownNames): string | undefined {
  const { packageName } = node;
  const ref = node.refs.find(
    (call) =>
      names.ref(call, packageName, root) === undefined && disabled.ref(call, packageName, root) !== undefined,
  );
  if (ref !== undefined) return ref.name;
  return node.sources
    .find(
      (call) =>
        names.source(call, packageName) === undefined && disabled.source(call, packageName) !== undefined,
    )
    ?.join('.');
}
