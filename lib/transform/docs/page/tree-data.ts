import type { NodeKind, SiteMacro, SiteNode } from '../data-types.ts';
import { macroHref, nodeHref, type Site } from './site.ts';

/** A folder of the tree, or something in one. */
export type TreeItem = Branch | Leaf;

export interface Branch {
  readonly kind: 'branch';
  readonly key: string;
  readonly label: string;
  readonly items: TreeItem[];
}

export interface Leaf {
  readonly kind: NodeKind | 'macro';
  readonly key: string;
  readonly label: string;
  readonly href: string;
}

/** The project as its folders have it; then what does not stand in a file of its own: sources, exposures, macros, … */
export function projectTree(site: Site): TreeItem[] {
  const root = branch('project', '');
  for (const node of site.ofKind('model', 'seed', 'snapshot', 'analysis'))
    add(root, node.folders, leafOf(node, node.name));
  sortBranch(root);
  // The project's own folders first, then its packages.
  const own = root.items.filter(({ label }) => label === site.data.project.name);
  const packages = root.items.filter(({ label }) => label !== site.data.project.name);
  const top = own.flatMap((item) => (item.kind === 'branch' ? item.items : [item]));
  return [
    ...top,
    ...section('Sources', site.ofKind('source'), (node) => [node.label.slice(0, -node.name.length - 1)]),
    ...section('Exposures', site.ofKind('exposure'), () => []),
    ...section('Metrics', site.ofKind('metric', 'semantic_model', 'saved_query'), () => []),
    ...section('Unit tests', site.ofKind('unit_test'), () => []),
    ...macroSection(site.data.macros, site.data.project.name),
    ...(packages.length === 0 ? [] : [{ ...branch('packages', 'Packages'), items: packages }]),
  ];
}

/** What is in the warehouse, by database and schema. */
export function databaseTree(site: Site): TreeItem[] {
  const root = branch('database', '');
  for (const node of site.data.nodes) {
    if (node.relation === null || node.kind === 'test' || node.kind === 'unit_test') continue;
    add(root, [node.relation.database, node.relation.schema], leafOf(node, node.relation.name));
  }
  sortBranch(root);
  return root.items;
}

function section(
  label: string,
  nodes: readonly SiteNode[],
  folders: (node: SiteNode) => readonly string[],
): TreeItem[] {
  if (nodes.length === 0) return [];
  const root = branch(`section:${label}`, label);
  for (const node of nodes) add(root, folders(node), leafOf(node, node.name));
  sortBranch(root);
  return [root];
}

function macroSection(macros: readonly SiteMacro[], own: string): TreeItem[] {
  if (macros.length === 0) return [];
  const root = branch('section:macros', 'Macros');
  for (const macro of macros) {
    const leaf: Leaf = { kind: 'macro', key: macro.id, label: macro.name, href: macroHref(macro) };
    add(root, macro.package === own ? [] : [macro.package], leaf);
  }
  sortBranch(root);
  return [root];
}

function leafOf(node: SiteNode, label: string): Leaf {
  return { kind: node.kind, key: node.id, label, href: nodeHref(node) };
}

function branch(key: string, label: string): Branch {
  return { kind: 'branch', key, label, items: [] };
}

function add(root: Branch, folders: readonly string[], leaf: Leaf): void {
  let at = root;
  for (const folder of folders) {
    const key = `${at.key}/${folder}`;
    let next = at.items.find((item): item is Branch => item.kind === 'branch' && item.key === key);
    if (next === undefined) {
      next = branch(key, folder);
      at.items.push(next);
    }
    at = next;
  }
  at.items.push(leaf);
}

/** Folders first, then by name; at every level. */
function sortBranch(of: Branch): void {
  of.items.sort(
    (a, b) =>
      Number(b.kind === 'branch') - Number(a.kind === 'branch') ||
      a.label.localeCompare(b.label, 'en', { numeric: true }),
  );
  for (const item of of.items) if (item.kind === 'branch') sortBranch(item);
}

/** Keys of the branches above a leaf, outermost first; nothing if the tree does not have it. */
export function pathTo(items: readonly TreeItem[], key: string): string[] | undefined {
  for (const item of items) {
    if (item.key === key) return [];
    if (item.kind !== 'branch') continue;
    const below = pathTo(item.items, key);
    if (below !== undefined) return [item.key, ...below];
  }
  return undefined;
}

/** How many leaves stand below a branch. */
export function leaves(of: Branch): number {
  return of.items.reduce((sum, item) => sum + (item.kind === 'branch' ? leaves(item) : 1), 0);
}
