import { fill, svg } from './dom.ts';
import { relatives } from './lineage-choice.ts';
import { drawNode } from './lineage-draw.ts';
import type { Scene, SceneNode } from './lineage-scene.ts';
import { columnKey } from './site.ts';
import { fitted, revealing, type Size, type View, zoomed } from './viewport.ts';

/** What the reader does to the drawing. */
export interface LineageActions {
  readonly select: (id: string) => void;
  readonly column: (id: string, column: string) => void;
  readonly more: (id: string) => void;
}

/** Below this scale words cannot be read, and are not drawn. */
const readable = 0.32;

/**
 * The drawing of a lineage that is moved and enlarged. Only what is in view is in the document, so that thousands of nodes
 * move as smoothly as ten.
 */
export class LineageView {
  readonly element: SVGSVGElement;
  readonly #actions: LineageActions;
  readonly #canvas = svg('g');
  readonly #edges = svg('path', { class: 'edge' });
  readonly #litEdges = svg('path', { class: 'edge lit' });
  readonly #copies = svg('path', { class: 'column-edge' });
  readonly #computed = svg('path', { class: 'column-edge computed' });
  readonly #litLinks = svg('path', { class: 'column-edge lit' });
  readonly #nodes = svg('g');
  readonly #drawn = new Map<string, SVGGElement>();
  #scene: Scene = { nodes: [], edges: [], links: [], width: 0, height: 0 };
  #view: View = { x: 0, y: 0, scale: 1 };
  #detail: 'full' | 'outline' = 'full';
  #selected: string | undefined;
  #lit: ReadonlySet<string> | undefined;
  #waiting = false;
  readonly #pointers = new Map<number, PointerEvent>();
  #moved = false;

  constructor(actions: LineageActions) {
    this.#actions = actions;
    this.#canvas.append(
      this.#edges,
      this.#litEdges,
      this.#nodes,
      this.#copies,
      this.#computed,
      this.#litLinks,
    );
    this.element = svg(
      'svg',
      { class: 'lineage-drawing', 'aria-hidden': 'true', focusable: 'false' },
      this.#canvas,
    );
    this.#listen();
  }

  /** Shows another drawing, as a whole unless something is to be kept in view. */
  show(scene: Scene, keep?: string): void {
    const before = keep === undefined ? undefined : this.#sceneNode(keep);
    this.#scene = scene;
    this.#drawn.clear();
    fill(this.#nodes);
    const after = keep === undefined ? undefined : this.#sceneNode(keep);
    if (before !== undefined && after !== undefined) {
      const { scale } = this.#view;
      this.#view = {
        scale,
        x: this.#view.x + (before.box.x - after.box.x) * scale,
        y: this.#view.y + (before.box.y - after.box.y) * scale,
      };
      this.#later();
    } else this.fit();
  }

  fit(): void {
    this.#view = fitted(this.#scene, this.#size());
    this.#later();
  }

  zoom(factor: number): void {
    const { width, height } = this.#size();
    this.#view = zoomed(this.#view, factor, width / 2, height / 2);
    this.#later();
  }

  pan(x: number, y: number): void {
    this.#view = { ...this.#view, x: this.#view.x + x, y: this.#view.y + y };
    this.#later();
  }

  /** Marks a node, and lights up what it comes from and what comes of it. */
  select(id: string | undefined): void {
    this.#selected = id;
    this.#lit = id === undefined ? undefined : relatives(this.#pairs(), id);
    const node = id === undefined ? undefined : this.#sceneNode(id);
    if (node !== undefined) this.#view = revealing(this.#view, node.box, this.#size());
    this.#later();
  }

  /** The node that lies next in a direction: along the edges sideways, within the layer up and down. */
  neighbour(id: string, direction: 'left' | 'right' | 'up' | 'down'): string | undefined {
    const from = this.#sceneNode(id);
    if (from === undefined) return undefined;
    const middle = from.box.y + from.box.height / 2;
    const distance = (node: SceneNode) => Math.abs(node.box.y + node.box.height / 2 - middle);
    const beside =
      (direction === 'left' || direction === 'right') &&
      this.#pairs().flatMap(([a, b]) => {
        const other = direction === 'left' ? (b === id ? a : undefined) : a === id ? b : undefined;
        return other === undefined ? [] : (this.#sceneNode(other) ?? []);
      });
    const candidates =
      beside ||
      this.#scene.nodes.filter(
        ({ box }) =>
          box.layer === from.box.layer && (direction === 'up' ? box.y < from.box.y : box.y > from.box.y),
      );
    return candidates.toSorted((a, b) => distance(a) - distance(b))[0]?.node.id;
  }

  #pairs(): (readonly [string, string])[] {
    return this.#scene.edges.map(({ from, to }) => [from, to] as const);
  }

  #sceneNode(id: string): SceneNode | undefined {
    return this.#scene.nodes.find(({ node }) => node.id === id);
  }

  #size(): Size {
    const { width, height } = this.element.getBoundingClientRect();
    return { width: width || 800, height: height || 500 };
  }

  /** Draws once a frame, whatever happened in it. */
  #later(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      this.#draw();
    });
  }

  #draw(): void {
    const { x, y, scale } = this.#view;
    this.#canvas.setAttribute('transform', `translate(${x} ${y}) scale(${scale})`);
    const detail = scale < readable ? 'outline' : 'full';
    if (detail !== this.#detail) {
      this.#drawn.clear();
      fill(this.#nodes);
      this.#detail = detail;
      this.element.classList.toggle('far', detail === 'outline');
    }
    const { width, height } = this.#size();
    const [left, top, right, bottom] = [
      -x / scale - 60,
      -y / scale - 60,
      (width - x) / scale + 60,
      (height - y) / scale + 60,
    ];
    const inView = (a: number, b: number, c: number, d: number) =>
      c >= left && a <= right && d >= top && b <= bottom;
    const seen = new Set<string>();
    for (const node of this.#scene.nodes) {
      const { box } = node;
      if (!inView(box.x, box.y, box.x + box.width, box.y + box.height)) continue;
      seen.add(node.node.id);
      let element = this.#drawn.get(node.node.id);
      if (element === undefined) {
        element = drawNode(node, detail);
        this.#drawn.set(node.node.id, element);
        this.#nodes.append(element);
      }
      const dim = this.#lit !== undefined && !this.#lit.has(node.node.id);
      element.classList.toggle('dim', dim);
      element.classList.toggle('selected', node.node.id === this.#selected);
    }
    for (const [id, element] of this.#drawn) {
      if (seen.has(id)) continue;
      element.remove();
      this.#drawn.delete(id);
    }
    this.#drawEdges(inView);
  }

  #drawEdges(inView: (a: number, b: number, c: number, d: number) => boolean): void {
    const plain: string[] = [];
    const lit: string[] = [];
    for (const { from, to, path, bounds } of this.#scene.edges) {
      if (!inView(...bounds)) continue;
      const isLit = this.#lit?.has(from) === true && this.#lit.has(to);
      (isLit ? lit : plain).push(path);
    }
    this.#edges.setAttribute('d', plain.join(''));
    this.#litEdges.setAttribute('d', lit.join(''));
    this.#edges.classList.toggle('dim', this.#lit !== undefined || this.#scene.links.length > 0);
    const pathsOf = (how: string) =>
      this.#scene.links.flatMap((link) => (link.how === how ? link.path : [])).join('');
    this.#copies.setAttribute('d', pathsOf('copied'));
    this.#computed.setAttribute('d', pathsOf('computed'));
  }

  /** Lights up the ways of the values of a column. */
  pointAtColumn(id: string | undefined, column = ''): void {
    const lit = new Set<string>();
    for (const [near, far] of [['from', 'to'] as const, ['to', 'from'] as const]) {
      const waiting = id === undefined ? [] : [columnKey(id, column)];
      const seen = new Set(waiting);
      for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
        for (const link of this.#scene.links) {
          if (columnKey(link[near].node.id, link[near].column) !== key) continue;
          lit.add(link.path);
          const next = columnKey(link[far].node.id, link[far].column);
          if (!seen.has(next)) waiting.push(next);
          seen.add(next);
        }
      }
    }
    this.#litLinks.setAttribute('d', [...lit].join(''));
  }

  #listen(): void {
    const { element } = this;
    element.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        const { left, top } = element.getBoundingClientRect();
        const lines = event.deltaMode === 1 ? 16 : 1;
        if (event.shiftKey) this.pan(-(event.deltaX || event.deltaY) * lines, 0);
        else {
          const factor = Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0016));
          this.#view = zoomed(this.#view, factor, event.clientX - left, event.clientY - top);
          this.#later();
        }
      },
      { passive: false },
    );
    element.addEventListener('pointerdown', (event) => {
      this.#pointers.set(event.pointerId, event);
      this.#moved = false;
    });
    element.addEventListener('pointermove', (event) => this.#pointerMove(event));
    for (const name of ['pointerup', 'pointercancel'] as const) {
      element.addEventListener(name, (event) => this.#pointers.delete(event.pointerId));
    }
    element.addEventListener('pointerover', (event) => {
      const at = rowAt(event);
      this.pointAtColumn(at?.id, at?.column);
    });
    element.addEventListener('click', (event) => this.#click(event));
  }

  #pointerMove(event: PointerEvent): void {
    const before = this.#pointers.get(event.pointerId);
    if (before === undefined) return;
    const [x, y] = [event.clientX - before.clientX, event.clientY - before.clientY];
    if (!this.#moved && Math.hypot(x, y) < 4) return;
    if (!this.#moved) this.element.setPointerCapture(event.pointerId);
    this.#moved = true;
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other === undefined) this.pan(x, y);
    else {
      const distance = (at: PointerEvent) =>
        Math.hypot(at.clientX - other.clientX, at.clientY - other.clientY);
      const { left, top } = this.element.getBoundingClientRect();
      const factor = distance(event) / Math.max(1, distance(before));
      this.#view = zoomed(
        this.#view,
        factor,
        (event.clientX + other.clientX) / 2 - left,
        (event.clientY + other.clientY) / 2 - top,
      );
      this.#later();
    }
    this.#pointers.set(event.pointerId, event);
  }

  #click(event: MouseEvent): void {
    if (this.#moved) return;
    const at = rowAt(event);
    if (at === undefined) return;
    if (at.more) this.#actions.more(at.id);
    else if (at.column !== undefined) this.#actions.column(at.id, at.column);
    else this.#actions.select(at.id);
  }
}

/** The node, and the column, that the pointer is on. */
function rowAt(event: Event): { id: string; column: string | undefined; more: boolean } | undefined {
  if (!(event.target instanceof Element)) return undefined;
  const node = event.target.closest<SVGGElement>('[data-id]');
  if (node?.dataset.id === undefined) return undefined;
  const row = event.target.closest<SVGGElement>('[data-column], [data-more]');
  return { id: node.dataset.id, column: row?.dataset.column, more: row?.dataset.more !== undefined };
}
