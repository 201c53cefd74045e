import type { SiteNode } from '../data-types.ts';
import { type Child, fill, h, svg } from './dom.ts';
import { plural } from './format.ts';
import { chooseLineage, type LineageChoice, traceColumn } from './lineage-choice.ts';
import { textMeasure } from './lineage-draw.ts';
import { lineagePanel } from './lineage-panel.ts';
import { makeScene, type Scene } from './lineage-scene.ts';
import { LineageView } from './lineage-view.ts';
import { hrefOf, type Route } from './route.ts';
import { columnNamed, nodeHref, type Site } from './site.ts';

/** Steps to either side that are drawn when a node is in focus, unless the reader asks for others. */
const firstReach = 2;
/** Opening the columns of more nodes than this at once is a picture that nobody reads. */
const mostOpened = 80;

/** The lineage: of the whole project, around a node, or of one column. */
export class LineagePage {
  readonly element: HTMLElement;
  readonly #site: Site;
  readonly #route: Route;
  readonly #focus: SiteNode | undefined;
  readonly #column: string | undefined;
  readonly #choice: LineageChoice;
  readonly #opened = new Map<string, 'some' | 'all'>();
  readonly #measure = textMeasure();
  readonly #view: LineageView;
  readonly #panel = h('aside', { class: 'lineage-panel', 'aria-label': 'Chosen node' });
  readonly #stage: HTMLElement;
  readonly #said = h('p', { class: 'offscreen', role: 'status' });
  #scene: Scene;
  #selected: string | undefined;

  constructor(site: Site, route: Route) {
    this.#site = site;
    this.#route = route;
    this.#focus = site.node(route.id);
    const column = route.parameters.get('column');
    this.#column =
      this.#focus !== undefined && column !== undefined && columnNamed(this.#focus, column) !== undefined
        ? column
        : undefined;
    this.#choice =
      this.#focus !== undefined && this.#column !== undefined
        ? traceColumn(site, { node: this.#focus, column: this.#column })
        : chooseLineage(site, this.#focus, { up: reachOf(route, 'up'), down: reachOf(route, 'down') });
    if (route.parameters.get('columns') === '1' && this.#choice.nodes.length <= mostOpened) {
      for (const { id } of this.#choice.nodes) this.#opened.set(id, 'some');
    }
    this.#scene = this.#makeScene();
    this.#view = new LineageView({
      select: (id) => this.#select(id),
      column: (id, name) => this.#go(site.node(id), { column: name }),
      more: (id) => this.#open(id, 'all'),
    });
    this.#stage = h(
      'div',
      {
        class: 'lineage-stage',
        tabindex: 0,
        role: 'application',
        'aria-roledescription': 'graph',
        'aria-label': `Lineage, ${plural(this.#choice.nodes.length, 'node')}. Arrows walk along it, Enter opens a node, F focuses on it, C shows its columns, plus and minus zoom, zero fits.`,
        on: { keydown: (event) => this.#key(event) },
      },
      this.#view.element,
      this.#choice.nodes.length === 0 ? h('p', { class: 'empty' }, 'Nothing to draw.') : null,
      this.#zoomButtons(),
    );
    this.element = h(
      'div',
      { class: 'lineage' },
      h('h1', { class: 'offscreen' }, this.#title()),
      this.#controls(),
      h('div', { class: 'lineage-main' }, this.#stage, this.#panel),
      this.#said,
    );
    this.#drawPanel();
  }

  /** To be called when the page is in the document: only then the window of the drawing has a size. */
  start(focus: boolean): void {
    this.#view.show(this.#scene);
    if (this.#focus !== undefined) this.#select(this.#focus.id);
    if (focus) this.#stage.focus({ preventScroll: true });
  }

  #title(): string {
    if (this.#focus === undefined) return 'Lineage of the project';
    return this.#column === undefined
      ? `Lineage of ${this.#focus.label}`
      : `Lineage of ${this.#focus.label}.${this.#column}`;
  }

  #makeScene(): Scene {
    return makeScene(this.#site, this.#choice, { opened: this.#opened, measure: this.#measure });
  }

  #select(id: string): void {
    this.#selected = id;
    this.#view.select(id);
    this.#drawPanel();
    const node = this.#site.node(id);
    if (node === undefined) return;
    const [parents, children] = [this.#site.parents(node).length, this.#site.children(node).length];
    this.#said.textContent = `${node.label}, ${node.kind}, ${plural(parents, 'parent')}, ${plural(children, 'child', 'children')}`;
  }

  #open(id: string, how: 'some' | 'all'): void {
    this.#opened.set(id, how);
    this.#redraw(id);
  }

  #toggle(id: string): void {
    if (!this.#opened.delete(id)) this.#opened.set(id, 'some');
    this.#redraw(id);
  }

  #redraw(keep: string): void {
    this.#scene = this.#makeScene();
    this.#view.show(this.#scene, keep);
    this.#view.select(this.#selected);
  }

  #go(node: SiteNode | undefined, changes: Readonly<Record<string, string | null>>): void {
    const kept = Object.fromEntries([...this.#route.parameters].filter(([name]) => name !== 'column'));
    location.hash = hrefOf('lineage', node?.id ?? '', { ...kept, ...changes });
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== this.#stage) return;
    const id = this.#selected;
    const node = id === undefined ? undefined : this.#site.node(id);
    const step = (direction: 'left' | 'right' | 'up' | 'down', x: number, y: number) => {
      if (event.shiftKey) return this.#view.pan(x, y);
      const next = id === undefined ? this.#choice.nodes[0]?.id : this.#view.neighbour(id, direction);
      if (next !== undefined) this.#select(next);
    };
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => step('left', 80, 0),
      ArrowRight: () => step('right', -80, 0),
      ArrowUp: () => step('up', 0, 80),
      ArrowDown: () => step('down', 0, -80),
      Enter: () => {
        if (node !== undefined) location.hash = nodeHref(node);
      },
      f: () => this.#go(node, {}),
      c: () => {
        if (id !== undefined) this.#toggle(id);
      },
      '+': () => this.#view.zoom(1.25),
      '=': () => this.#view.zoom(1.25),
      '-': () => this.#view.zoom(0.8),
      '0': () => this.#view.fit(),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  }

  #drawPanel(): void {
    const node = this.#selected === undefined ? undefined : this.#site.node(this.#selected);
    fill(
      this.#panel,
      lineagePanel(this.#site, node, this.#column, {
        opened: node !== undefined && this.#opened.has(node.id),
        toggle: () => {
          if (node !== undefined) this.#toggle(node.id);
          this.#drawPanel();
        },
      }),
    );
  }

  #zoomButtons(): HTMLElement {
    const button = (label: string, text: string, click: () => void) =>
      h('button', { type: 'button', 'aria-label': label, title: label, on: { click } }, text);
    return h(
      'div',
      { class: 'zoom', role: 'group', 'aria-label': 'Zoom' },
      button('Enlarge', '+', () => this.#view.zoom(1.25)),
      button('Make smaller', '−', () => this.#view.zoom(0.8)),
      button('Fit into the window', '⤢', () => this.#view.fit()),
    );
  }

  #controls(): HTMLElement {
    const focus = this.#focus;
    return h(
      'div',
      { class: 'lineage-controls' },
      h(
        'p',
        { class: 'lineage-title' },
        focus === undefined
          ? `The whole project, ${plural(this.#choice.nodes.length, 'node')}`
          : [
              h('span', { class: `dot kind-${focus.kind}`, 'aria-hidden': 'true' }),
              h('strong', { dir: 'auto' }, focus.label),
              this.#column === undefined ? null : h('code', { dir: 'auto' }, this.#column),
            ],
      ),
      this.#legend(),
      focus === undefined || this.#column !== undefined
        ? null
        : [this.#reach('up', 'Up'), this.#reach('down', 'Down')],
      this.#column === undefined
        ? this.#columnsButton()
        : h('a', { class: 'button', href: hrefOf('lineage', focus?.id ?? '') }, 'All of the node'),
      focus === undefined ? null : h('a', { class: 'button', href: hrefOf('lineage') }, 'Whole project'),
    );
  }

  /** What the lines between columns mean, where there are any. */
  #legend(): Child {
    if (this.#scene.links.length === 0) return null;
    const sample = (how: string) =>
      svg(
        'svg',
        { width: 28, height: 8, 'aria-hidden': 'true' },
        svg('path', { class: `column-edge ${how}`, d: 'M0 4H28' }),
      );
    return h('p', { class: 'legend' }, sample('copied'), 'copied', sample('computed'), 'computed');
  }

  #columnsButton(): Child {
    if (
      this.#choice.nodes.length > mostOpened ||
      !this.#choice.nodes.some(({ columns }) => columns.length > 0)
    )
      return null;
    const on = this.#route.parameters.get('columns') === '1';
    return h(
      'button',
      {
        type: 'button',
        class: 'button',
        'aria-pressed': String(on),
        on: { click: () => this.#go(this.#focus, { columns: on ? null : '1' }) },
      },
      'Columns',
    );
  }

  #reach(direction: 'up' | 'down', label: string): HTMLElement {
    const now = reachOf(this.#route, direction);
    const steps = [0, 1, 2, 3, null];
    const select = h(
      'select',
      {
        'aria-label': `Steps ${direction}`,
        on: { change: () => this.#go(this.#focus, { [direction]: select.value }) },
      },
      steps.map((step) =>
        h('option', { value: step ?? 'all', selected: step === now }, step === null ? 'all' : String(step)),
      ),
    );
    return h('label', { class: 'reach' }, label, select);
  }
}

function reachOf({ parameters }: Route, direction: 'up' | 'down'): number | null {
  const text = parameters.get(direction);
  if (text === 'all') return null;
  return text !== undefined && /^\d{1,3}$/.test(text) ? Number(text) : firstReach;
}
