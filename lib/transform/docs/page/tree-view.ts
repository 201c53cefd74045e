import { fill, h } from './dom.ts';
import { count } from './format.ts';
import { type Branch, leaves, pathTo, type TreeItem } from './tree-data.ts';

/** A tree that opens and closes, walked with the arrows as trees are: one stop of the Tab key. */
export class TreeView {
  readonly element: HTMLElement;
  readonly #items: readonly TreeItem[];
  readonly #open = new Set<string>();
  #current = '';

  constructor(items: readonly TreeItem[], label: string) {
    this.#items = items;
    // A small project is shown whole; of a large one the first level.
    const all = items.reduce((sum, item) => sum + (item.kind === 'branch' ? leaves(item) : 1), 0);
    for (const item of items)
      if (item.kind === 'branch' && !item.key.startsWith('section:')) this.#open.add(item.key);
    if (all <= 60) this.#openAll(items);
    this.element = h('ul', {
      class: 'tree',
      role: 'tree',
      'aria-label': label,
      on: { keydown: (event) => this.#key(event), click: (event) => this.#click(event) },
    });
    this.#draw();
  }

  /** Opens the tree down to what is shown and marks it. */
  show(key: string): void {
    this.#current = key;
    for (const above of pathTo(this.#items, key) ?? []) this.#open.add(above);
    this.#draw();
    this.element.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }

  #openAll(items: readonly TreeItem[]): void {
    for (const item of items) {
      if (item.kind !== 'branch' || item.key === 'packages') continue;
      this.#open.add(item.key);
      this.#openAll(item.items);
    }
  }

  #draw(focus?: string): void {
    fill(
      this.element,
      this.#items.map((item) => this.#item(item, 1)),
    );
    const stop =
      this.element.querySelector('[aria-current]') ?? this.element.querySelector('[role=treeitem]');
    stop?.setAttribute('tabindex', '0');
    if (focus !== undefined) this.#focus(this.#visible().find((item) => item.dataset.key === focus));
  }

  #item(item: TreeItem, level: number): HTMLElement {
    if (item.kind === 'branch') return this.#branch(item, level);
    const current = item.key === this.#current;
    return h(
      'li',
      { role: 'none' },
      h(
        'a',
        {
          role: 'treeitem',
          href: item.href,
          tabindex: -1,
          'data-key': item.key,
          'aria-level': level,
          'aria-current': current ? 'page' : null,
          class: 'tree-item',
          title: item.label,
        },
        h('span', { class: `dot kind-${item.kind}`, 'aria-hidden': 'true' }),
        h('span', { class: 'tree-label', dir: 'auto' }, item.label),
      ),
    );
  }

  #branch(item: Branch, level: number): HTMLElement {
    const open = this.#open.has(item.key);
    return h(
      'li',
      { role: 'none' },
      h(
        'div',
        {
          role: 'treeitem',
          tabindex: -1,
          'data-key': item.key,
          'data-branch': true,
          'aria-level': level,
          'aria-expanded': String(open),
          class: 'tree-item',
        },
        h('span', { class: 'twist', 'aria-hidden': 'true' }),
        h('span', { class: 'tree-label', dir: 'auto' }, item.label),
        h('span', { class: 'tree-count' }, count(leaves(item))),
      ),
      open
        ? h(
            'ul',
            { role: 'group' },
            item.items.map((below) => this.#item(below, level + 1)),
          )
        : null,
    );
  }

  #click(event: MouseEvent): void {
    const at = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-branch]') : null;
    if (at !== null) this.#toggle(at.dataset.key ?? '');
  }

  #toggle(key: string): void {
    if (!this.#open.delete(key)) this.#open.add(key);
    this.#draw(key);
  }

  #visible(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>('[role=treeitem]')];
  }

  #focus(item: HTMLElement | undefined): void {
    if (item === undefined) return;
    for (const other of this.#visible()) other.setAttribute('tabindex', '-1');
    item.setAttribute('tabindex', '0');
    item.focus();
  }

  #key(event: KeyboardEvent): void {
    const items = this.#visible();
    const at = items.indexOf(document.activeElement as HTMLElement);
    const item = items[at];
    if (item === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const open = item.getAttribute('aria-expanded');
    const above = () =>
      items.slice(0, at).findLast((other) => Number(other.ariaLevel) < Number(item.ariaLevel));
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => this.#focus(items[at + 1]),
      ArrowUp: () => this.#focus(items[at - 1]),
      Home: () => this.#focus(items[0]),
      End: () => this.#focus(items.at(-1)),
      ArrowRight: () =>
        open === 'false' ? this.#toggle(item.dataset.key ?? '') : this.#focus(items[at + 1]),
      ArrowLeft: () => (open === 'true' ? this.#toggle(item.dataset.key ?? '') : this.#focus(above())),
      Enter: () => (open === null ? item.click() : this.#toggle(item.dataset.key ?? '')),
      ' ': () => (open === null ? item.click() : this.#toggle(item.dataset.key ?? '')),
    };
    const move = moves[event.key];
    if (move !== undefined) {
      event.preventDefault();
      move();
    } else if (event.key.length === 1 && event.key !== '/') {
      const letter = event.key.toLowerCase();
      const next = [...items.slice(at + 1), ...items.slice(0, at)].find((other) =>
        other.textContent.trim().toLowerCase().startsWith(letter),
      );
      this.#focus(next);
    }
  }
}
