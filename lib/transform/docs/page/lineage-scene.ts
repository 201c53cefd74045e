import type { SiteNode } from '../data-types.ts';
import { layOut, type PlacedBox, type PlacedEdge } from './layout.ts';
import { type ColumnLink, columnLinks, type LineageChoice } from './lineage-choice.ts';
import { columnKey, type Site } from './site.ts';

/** A node as it is drawn. */
export interface SceneNode {
  readonly node: SiteNode;
  readonly label: string;
  /** Columns that are shown, top to bottom. */
  readonly columns: readonly string[];
  /** How many more there are. */
  readonly hidden: number;
  readonly box: PlacedBox;
}

export interface SceneEdge {
  readonly from: string;
  readonly to: string;
  readonly path: string;
  /** Left, top, right, bottom: to leave out what is not in view. */
  readonly bounds: readonly [number, number, number, number];
}

export interface SceneLink extends ColumnLink {
  readonly path: string;
}

/** A drawing of a part of the lineage, in its own units. */
export interface Scene {
  readonly nodes: readonly SceneNode[];
  readonly edges: readonly SceneEdge[];
  readonly links: readonly SceneLink[];
  readonly width: number;
  readonly height: number;
}

export const headHeight = 34;
export const rowHeight = 21;
const longestLabel = 44;
/** Columns that an opened node shows at first. */
const firstColumns = 24;

export interface SceneOptions {
  /** Nodes whose columns are shown: `all` of those, or the first ones. */
  readonly opened: ReadonlyMap<string, 'some' | 'all'>;
  /** Width of a text in the drawing. */
  readonly measure: (text: string, small: boolean) => number;
}

export function makeScene(site: Site, choice: LineageChoice, options: SceneOptions): Scene {
  const shown = choice.nodes.map((node) => shownColumns(node, choice, options));
  const labels = choice.nodes.map(({ label }) => shortened(label));
  const boxes = choice.nodes.map((_, index) => {
    const { columns = [], hidden = 0 } = shown[index] ?? {};
    const widths = columns.map((column) => options.measure(shortened(column), true) + 28);
    const rows = columns.length + (hidden > 0 ? 1 : 0);
    return {
      width: Math.ceil(Math.max(options.measure(labels[index] ?? '', false) + 46, ...widths)),
      height: headHeight + (rows > 0 ? rows * rowHeight + 6 : 0),
    };
  });
  const place = new Map(choice.nodes.map((node, index) => [node.id, index]));
  const edges = choice.edges.flatMap(([from, to]) => {
    const ends = [place.get(from), place.get(to)] as const;
    return ends[0] === undefined || ends[1] === undefined ? [] : [[ends[0], ends[1]] as const];
  });
  const drawing = layOut(boxes, edges);
  const nodes = choice.nodes.flatMap((node, index): SceneNode[] => {
    const box = drawing.boxes[index];
    const { columns = [], hidden = 0 } = shown[index] ?? {};
    return box === undefined ? [] : [{ node, label: labels[index] ?? '', columns, hidden, box }];
  });
  return {
    nodes,
    edges: drawing.edges.flatMap((edge) => sceneEdge(nodes, edge)),
    links: sceneLinks(site, choice, nodes, drawing.edges),
    width: drawing.width,
    height: drawing.height,
  };
}

export function shortened(label: string): string {
  const letters = [...label];
  return letters.length <= longestLabel ? label : `${letters.slice(0, longestLabel - 1).join('')}…`;
}

function shownColumns(
  node: SiteNode,
  { trace }: LineageChoice,
  { opened }: SceneOptions,
): { columns: readonly string[]; hidden: number } {
  const traced = trace?.columns.get(node.id);
  const names = node.columns.map(({ name }) => name);
  const how = opened.get(node.id);
  if (traced !== undefined && how === undefined) {
    return {
      columns: [
        ...names.filter((name) => traced.has(name)),
        ...[...traced].filter((name) => !names.includes(name)),
      ],
      hidden: 0,
    };
  }
  if (how === undefined) return { columns: [], hidden: 0 };
  if (how === 'all' || names.length <= firstColumns) return { columns: names, hidden: 0 };
  return { columns: names.slice(0, firstColumns), hidden: names.length - firstColumns };
}

type Point = readonly [x: number, y: number];

function sceneEdge(nodes: readonly SceneNode[], edge: PlacedEdge): SceneEdge[] {
  const from = nodes[edge.from];
  const to = nodes[edge.to];
  if (from === undefined || to === undefined) return [];
  const start: Point = [from.box.x + from.box.width, from.box.y + headHeight / 2];
  const end: Point = [to.box.x, to.box.y + headHeight / 2];
  const heights = [start[1], end[1], ...edge.between.map(({ y }) => y)];
  return [
    {
      from: from.node.id,
      to: to.node.id,
      path: pathThrough(start, edge.between, end),
      bounds: [
        Math.min(start[0], end[0]),
        Math.min(...heights),
        Math.max(start[0], end[0]),
        Math.max(...heights),
      ],
    },
  ];
}

/** Smooth between layers, straight through them. */
function pathThrough(start: Point, between: PlacedEdge['between'], end: Point): string {
  let path = `M${round(start[0])} ${round(start[1])}`;
  let at = start;
  for (const { left, right, y } of between) {
    path += curve(at, [left, y]);
    path += `H${round(right)}`;
    at = [right, y];
  }
  return path + curve(at, end);
}

function curve(from: Point, to: Point): string {
  const bend = Math.max(16, Math.abs(to[0] - from[0]) / 2);
  return `C${round(from[0] + bend)} ${round(from[1])} ${round(to[0] - bend)} ${round(to[1])} ${round(to[0])} ${round(to[1])}`;
}

function round(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '');
}

function sceneLinks(
  site: Site,
  choice: LineageChoice,
  nodes: readonly SceneNode[],
  edges: readonly PlacedEdge[],
): SceneLink[] {
  const byId = new Map(nodes.map((node) => [node.node.id, node]));
  const shown = new Map(
    nodes.filter(({ columns }) => columns.length > 0).map(({ node, columns }) => [node, columns]),
  );
  const between = new Map(
    edges.map((edge) => [`${nodes[edge.from]?.node.id}\n${nodes[edge.to]?.node.id}`, edge.between]),
  );
  const links = choice.trace?.edges ?? columnLinks(site, shown);
  const seen = new Set<string>();
  return links.flatMap((link) => {
    const { from, to } = link;
    const key = `${columnKey(from.node.id, from.column)}\n${columnKey(to.node.id, to.column)}`;
    const start = byId.get(from.node.id);
    const end = byId.get(to.node.id);
    if (seen.has(key) || start === undefined || end === undefined) return [];
    seen.add(key);
    const startRow = start.columns.indexOf(from.column);
    const endRow = end.columns.indexOf(to.column);
    if (startRow < 0 || endRow < 0) return [];
    const path = pathThrough(
      [start.box.x + start.box.width, rowMiddle(start, startRow)],
      between.get(`${from.node.id}\n${to.node.id}`) ?? [],
      [end.box.x, rowMiddle(end, endRow)],
    );
    return [{ ...link, path }];
  });
}

function rowMiddle({ box }: SceneNode, row: number): number {
  return box.y + headHeight + row * rowHeight + rowHeight / 2;
}
