import { h } from './dom.ts';
import { hrefOf, type Route } from './route.ts';
import { SearchBox } from './search-box.ts';
import type { Site } from './site.ts';
import { themeSwitch } from './theme.ts';
import { databaseTree, projectTree } from './tree-data.ts';
import { TreeView } from './tree-view.ts';

const views = [
  ['overview', 'Overview'],
  ['lineage', 'Lineage'],
  ['run', 'Last run'],
] as const;

/** What stays around every page: the bar with search and colours, and the trees. */
export class Shell {
  readonly elements: readonly HTMLElement[];
  readonly main = h('main', { id: 'main', tabindex: -1 });
  readonly #search: SearchBox;
  readonly #side: HTMLElement;
  readonly #links: readonly HTMLAnchorElement[];
  readonly #trees: readonly TreeView[];

  constructor(site: Site) {
    this.#search = new SearchBox(site);
    this.#links = views.map(([view, title]) => h('a', { href: hrefOf(view), 'data-view': view }, title));
    this.#trees = [new TreeView(projectTree(site), 'Project'), new TreeView(databaseTree(site), 'Database')];
    this.#side = h(
      'nav',
      { class: 'side', id: 'side', 'aria-label': 'Project and database' },
      this.#tabs(),
      this.#trees.map(({ element }) => element),
    );
    const menu = h(
      'button',
      {
        type: 'button',
        class: 'menu',
        'aria-controls': 'side',
        'aria-expanded': 'false',
        'aria-label': 'Browse',
      },
      '☰',
    );
    menu.addEventListener('click', () => this.#drawer(menu.getAttribute('aria-expanded') !== 'true', menu));
    this.elements = [
      h(
        'button',
        { type: 'button', class: 'skip', on: { click: () => this.main.focus() } },
        'Skip to the content',
      ),
      h(
        'header',
        { class: 'top' },
        menu,
        h(
          'a',
          { class: 'brand', href: hrefOf('overview'), dir: 'auto' },
          h('span', { class: 'brand-mark', 'aria-hidden': 'true' }),
          site.data.project.name,
        ),
        h('nav', { class: 'views', 'aria-label': 'Views' }, this.#links),
        h(
          'button',
          { type: 'button', class: 'search-open', on: { click: () => this.#search.open() } },
          h('span', {}, 'Search'),
          h('kbd', { 'aria-hidden': 'true' }, '/'),
        ),
        themeSwitch(),
      ),
      h('div', { class: 'frame' }, this.#side, this.main),
      this.#search.element,
    ];
    addEventListener('keydown', (event) => this.#key(event, menu));
    addEventListener('hashchange', () => this.#drawer(false, menu));
    addEventListener('pointerdown', ({ target }) => {
      const inside = target instanceof Node && (this.#side.contains(target) || menu.contains(target));
      if (!inside) this.#drawer(false, menu);
    });
  }

  /** Marks in bar and trees what is shown. */
  show({ view, id }: Route): void {
    for (const link of this.#links) {
      if (link.dataset.view === view) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    for (const tree of this.#trees) tree.show(id);
  }

  #tabs(): HTMLElement {
    const names = ['Project', 'Database'];
    const tabs = names.map((name, index) =>
      h(
        'button',
        { type: 'button', class: 'tab', 'aria-pressed': 'false', on: { click: () => choose(index) } },
        name,
      ),
    );
    const choose = (chosen: number) => {
      tabs.forEach((tab, index) => {
        tab.setAttribute('aria-pressed', String(index === chosen));
      });
      this.#trees.forEach(({ element }, index) => {
        element.hidden = index !== chosen;
      });
    };
    choose(0);
    return h('div', { class: 'tabs', role: 'group', 'aria-label': 'Order of the tree' }, tabs);
  }

  #drawer(open: boolean, menu: HTMLElement): void {
    menu.setAttribute('aria-expanded', String(open));
    this.#side.classList.toggle('open', open);
    if (open) this.#side.querySelector<HTMLElement>('[role=tree]:not([hidden]) [tabindex="0"]')?.focus();
  }

  #key(event: KeyboardEvent, menu: HTMLElement): void {
    const typing =
      event.target instanceof HTMLElement && /^(?:INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    const asked =
      (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey) ||
      (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey));
    if (asked) {
      event.preventDefault();
      this.#search.open();
    }
    if (event.key === 'Escape') this.#drawer(false, menu);
  }
}
