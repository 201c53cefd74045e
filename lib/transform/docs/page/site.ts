import type {
  ColumnEdge,
  Health,
  NodeKind,
  SiteColumn,
  SiteData,
  SiteMacro,
  SiteNode,
} from '../data-types.ts';
import { hrefOf } from './route.ts';

/** A column, with the node it belongs to. */
export interface ColumnAt {
  readonly node: SiteNode;
  readonly column: string;
}

/** A column at the other end of an edge, and what became of its value on the way. */
export interface ColumnStep extends ColumnAt {
  readonly how: ColumnEdge[4];
}

/** The project as the page asks for it: who reads whom, which tests belong where. */
export class Site {
  readonly data: SiteData;
  readonly #nodes: ReadonlyMap<string, SiteNode>;
  readonly #macros: ReadonlyMap<string, SiteMacro>;
  readonly #children: ReadonlyMap<string, readonly SiteNode[]>;
  readonly #tests: ReadonlyMap<string, readonly SiteNode[]>;
  readonly #macroUsers: ReadonlyMap<string, readonly (SiteNode | SiteMacro)[]>;
  readonly #above: ReadonlyMap<string, readonly ColumnStep[]>;
  readonly #below: ReadonlyMap<string, readonly ColumnStep[]>;
  readonly #decides: ReadonlyMap<string, readonly SiteNode[]>;
  readonly #decidedBy: ReadonlyMap<string, readonly ColumnAt[]>;

  constructor(data: SiteData) {
    this.data = data;
    this.#nodes = new Map(data.nodes.map((node) => [node.id, node]));
    this.#macros = new Map(data.macros.map((macro) => [macro.id, macro]));
    this.#children = grouped(data.nodes, (node) => node.parents);
    this.#tests = grouped(data.nodes.filter(isTest), (node) =>
      node.test?.node ? [node.test.node, ...node.parents] : node.parents,
    );
    this.#macroUsers = grouped<SiteNode | SiteMacro>([...data.nodes, ...data.macros], (user) => user.macros);
    const above = new Map<string, ColumnStep[]>();
    const below = new Map<string, ColumnStep[]>();
    for (const [from, fromColumn, to, toColumn, how] of data.columnEdges) {
      const source = data.nodes[from];
      const target = data.nodes[to];
      if (source === undefined || target === undefined) continue;
      push(above, columnKey(target.id, toColumn), { node: source, column: fromColumn, how });
      push(below, columnKey(source.id, fromColumn), { node: target, column: toColumn, how });
    }
    const decides = new Map<string, SiteNode[]>();
    const decidedBy = new Map<string, ColumnAt[]>();
    for (const [from, column, to] of data.rowEdges) {
      const source = data.nodes[from];
      const target = data.nodes[to];
      if (source === undefined || target === undefined) continue;
      push(decides, columnKey(source.id, column), target);
      push(decidedBy, target.id, { node: source, column });
    }
    this.#decides = decides;
    this.#decidedBy = decidedBy;
    this.#above = above;
    this.#below = below;
  }

  node(id: string): SiteNode | undefined {
    return this.#nodes.get(id);
  }

  macro(id: string): SiteMacro | undefined {
    return this.#macros.get(id);
  }

  ofKind(...kinds: readonly NodeKind[]): readonly SiteNode[] {
    return this.data.nodes.filter(({ kind }) => kinds.includes(kind));
  }

  parents(node: SiteNode): readonly SiteNode[] {
    return node.parents.flatMap((id) => this.#nodes.get(id) ?? []);
  }

  /** What reads a node, tests apart. */
  children(node: SiteNode): readonly SiteNode[] {
    return (this.#children.get(node.id) ?? []).filter((child) => !isTest(child));
  }

  /** The tests of a node, its columns' included. */
  tests(node: SiteNode): readonly SiteNode[] {
    return this.#tests.get(node.id) ?? [];
  }

  /** Nodes and macros that use a macro. */
  macroUsers(id: string): readonly (SiteNode | SiteMacro)[] {
    return this.#macroUsers.get(id) ?? [];
  }

  /** Columns that a column is made from, or those that are made from it; one step away. */
  columns(at: ColumnAt, direction: 'above' | 'below'): readonly ColumnStep[] {
    return (direction === 'above' ? this.#above : this.#below).get(columnKey(at.node.id, at.column)) ?? [];
  }

  /** The nodes whose rows a column decides. */
  decides(at: ColumnAt): readonly SiteNode[] {
    return this.#decides.get(columnKey(at.node.id, at.column)) ?? [];
  }

  /** The columns that decide which rows a node has. */
  decidedBy(node: SiteNode): readonly ColumnAt[] {
    return this.#decidedBy.get(node.id) ?? [];
  }

  get hasColumnLineage(): boolean {
    return this.data.columnEdges.length > 0;
  }
}

export function columnKey(nodeId: string, column: string): string {
  return `${nodeId}\n${column}`;
}

export function isTest(node: SiteNode): boolean {
  return node.kind === 'test' || node.kind === 'unit_test';
}

/** The worst of several results; undefined if there is none. */
export function worst(healths: Iterable<Health | undefined>): Health | undefined {
  const order: readonly Health[] = ['good', 'skipped', 'warn', 'bad'];
  let found = -1;
  for (const health of healths) if (health !== undefined) found = Math.max(found, order.indexOf(health));
  return order[found];
}

export function nodeHref(node: SiteNode): string {
  return hrefOf(node.kind, node.id);
}

export function macroHref(macro: SiteMacro): string {
  return hrefOf('macro', macro.id);
}

export function columnNamed(node: SiteNode, name: string): SiteColumn | undefined {
  return node.columns.find((column) => column.name === name);
}

/** What a kind is called, one and many. */
export const kindNames: Readonly<Record<NodeKind | 'macro', readonly [one: string, many: string]>> = {
  model: ['model', 'models'],
  source: ['source', 'sources'],
  seed: ['seed', 'seeds'],
  snapshot: ['snapshot', 'snapshots'],
  analysis: ['analysis', 'analyses'],
  exposure: ['exposure', 'exposures'],
  metric: ['metric', 'metrics'],
  semantic_model: ['semantic model', 'semantic models'],
  saved_query: ['saved query', 'saved queries'],
  test: ['test', 'tests'],
  unit_test: ['unit test', 'unit tests'],
  macro: ['macro', 'macros'],
};

function grouped<T>(items: readonly T[], keys: (item: T) => readonly string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) for (const key of new Set(keys(item))) push(groups, key, item);
  return groups;
}

function push<T>(groups: Map<string, T[]>, key: string, item: T): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [item]);
  else group.push(item);
}
