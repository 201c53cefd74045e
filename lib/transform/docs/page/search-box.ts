import { fill, h } from './dom.ts';
import { type Entry, type Hit, highlighted, type SearchIndex, search, searchIndex } from './search.ts';
import { kindNames, macroHref, nodeHref, type Site } from './site.ts';

const shown = 60;

/** The search: a dialog over the page, opened with `/`, walked with the arrows, ended with Enter or Escape. */
export class SearchBox {
  readonly element: HTMLDialogElement;
  readonly #input: HTMLInputElement;
  readonly #list: HTMLElement;
  readonly #status: HTMLElement;
  readonly #entries: () => readonly Entry[];
  #index: SearchIndex | undefined;
  #hits: readonly Hit[] = [];
  #active = 0;

  constructor(site: Site) {
    this.#entries = () => entriesOf(site);
    this.#list = h('ul', { id: 'found', class: 'found', role: 'listbox', 'aria-label': 'Found' });
    this.#status = h('p', { class: 'found-status', role: 'status' });
    this.#input = h('input', {
      type: 'search',
      class: 'search-input',
      placeholder: 'Names, columns, descriptions, tags, SQL',
      'aria-label': 'Search the project',
      role: 'combobox',
      'aria-expanded': 'false',
      'aria-controls': 'found',
      'aria-autocomplete': 'list',
      autocomplete: 'off',
      spellcheck: 'false',
      on: { input: () => this.#look(), keydown: (event) => this.#key(event) },
    });
    this.element = h(
      'dialog',
      {
        class: 'search',
        'aria-label': 'Search',
        on: {
          click: (event) => {
            if (event.target === this.element) this.element.close();
          },
        },
      },
      h('div', { class: 'search-panel' }, this.#input, this.#list, this.#status),
    );
  }

  open(): void {
    if (this.element.open) return;
    this.element.showModal();
    this.#input.select();
    this.#look();
  }

  #look(): void {
    // Made when it is first needed, so that the page itself opens at once.
    this.#index ??= searchIndex(this.#entries());
    this.#hits = search(this.#index, this.#input.value, shown);
    this.#active = 0;
    const query = this.#input.value;
    fill(
      this.#list,
      this.#hits.map((hit, index) => this.#option(hit, index, query)),
    );
    this.#input.setAttribute('aria-expanded', String(this.#hits.length > 0));
    this.#status.textContent = this.#hint(query);
    this.#mark();
  }

  #hint(query: string): string {
    if (query.trim() === '') return 'Try tag:daily, column:id, sql:join or kind:source.';
    if (this.#hits.length === 0) return 'Nothing found.';
    const more =
      this.#hits.length === shown ? `The first ${shown} are shown.` : `${this.#hits.length} found.`;
    return `${more} Arrows choose, Enter opens.`;
  }

  #option({ entry, where, snippet, column }: Hit, index: number, query: string): HTMLElement {
    return h(
      'li',
      {
        id: `found-${index}`,
        role: 'option',
        class: 'hit',
        on: { click: () => this.#go(index), mousemove: () => this.#choose(index) },
      },
      h('span', { class: `badge kind-${entry.kind}` }, kindNames[entry.kind][0]),
      h(
        'span',
        { class: 'hit-text' },
        h('span', { class: 'hit-name', dir: 'auto' }, marked(entry.name, query)),
        column === null ? null : h('span', { class: 'hit-column' }, ' › ', marked(column, query)),
        h(
          'span',
          { class: 'hit-snippet', dir: 'auto' },
          where === 'name' || where === 'column' ? null : `${where}: `,
          marked(snippet || entry.description.slice(0, 160), query),
        ),
      ),
    );
  }

  #key(event: KeyboardEvent): void {
    const last = this.#hits.length - 1;
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => this.#choose(this.#active >= last ? 0 : this.#active + 1),
      ArrowUp: () => this.#choose(this.#active <= 0 ? last : this.#active - 1),
      PageDown: () => this.#choose(Math.min(last, this.#active + 8)),
      PageUp: () => this.#choose(Math.max(0, this.#active - 8)),
      Enter: () => this.#go(this.#active),
      // The field would first empty itself.
      Escape: () => this.element.close(),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    move();
  }

  #choose(index: number): void {
    if (index === this.#active) return;
    this.#active = index;
    this.#mark();
  }

  #mark(): void {
    [...this.#list.children].forEach((option, index) => {
      option.setAttribute('aria-selected', String(index === this.#active));
    });
    const option = this.#list.children[this.#active];
    if (option === undefined) this.#input.removeAttribute('aria-activedescendant');
    else {
      this.#input.setAttribute('aria-activedescendant', option.id);
      option.scrollIntoView({ block: 'nearest' });
    }
  }

  #go(index: number): void {
    const hit = this.#hits[index];
    if (hit === undefined) return;
    this.element.close();
    location.hash =
      hit.column === null ? hit.entry.href : `${hit.entry.href}?column=${encodeURIComponent(hit.column)}`;
  }
}

function marked(text: string, query: string): (string | HTMLElement)[] {
  return highlighted(text, query).map((piece, index) => (index % 2 === 1 ? h('mark', {}, piece) : piece));
}

function entriesOf(site: Site): Entry[] {
  return [
    ...site.data.nodes.map((node) => ({
      kind: node.kind,
      name: node.label,
      href: nodeHref(node),
      path: node.file,
      description: node.description,
      tags: node.tags,
      columns: node.columns.map(({ name, description }) => ({ name, description })),
      code: node.rawCode ?? '',
    })),
    ...site.data.macros.map((macro) => ({
      kind: 'macro' as const,
      name: macro.name,
      href: macroHref(macro),
      path: macro.file,
      description: macro.description,
      tags: [],
      columns: [],
      code: macro.code,
    })),
  ];
}
