import type { NodeKind, SiteMacro, SiteNode } from '../data-types.ts';
import { type Child, fill, h } from './dom.ts';
import { bytes, count, duration, plural } from './format.ts';
import { macroLink } from './macro-page.ts';
import { firstLine } from './markdown-view.ts';
import { chip, nodeLink, resultStatus, status, table } from './parts.ts';
import { kindNames, type Site, worst } from './site.ts';

/** A column of a list: what it shows, and what it is sorted by. */
interface ListColumn<Item> {
  readonly title: string;
  readonly cell: (item: Item) => Child;
  readonly sortBy: (item: Item) => string | number;
  readonly number?: boolean;
  readonly wide?: boolean;
}

/** Rows that are drawn at first. */
const firstRows = 300;

/** All nodes of a kind, or all macros, in a table that is filtered and sorted. */
export function listPage(site: Site, kind: NodeKind | 'macro', filter = ''): HTMLElement {
  const names = kindNames[kind];
  const title = names[1].charAt(0).toUpperCase() + names[1].slice(1);
  if (kind === 'macro') return list(title, names, site.data.macros, macroColumns(), macroText, filter);
  const nodes = site.ofKind(kind);
  return list(title, names, nodes, nodeColumns(site, kind, nodes), nodeText, filter);
}

function nodeText(node: SiteNode): string {
  return `${node.label} ${node.description} ${node.tags.join(' ')} ${node.group ?? ''} ${node.owner ?? ''} ${node.materialized ?? ''} ${node.file}`.toLowerCase();
}

function macroText(macro: SiteMacro): string {
  return `${macro.name} ${macro.package} ${macro.description}`.toLowerCase();
}

function macroColumns(): ListColumn<SiteMacro>[] {
  return [
    { title: 'Name', cell: macroLink, sortBy: ({ name }) => name },
    {
      title: 'Description',
      cell: ({ description }) => firstLine(description),
      sortBy: ({ description }) => description,
      wide: true,
    },
    { title: 'Package', cell: (macro) => macro.package, sortBy: (macro) => macro.package },
  ];
}

function nodeColumns(site: Site, kind: NodeKind, nodes: readonly SiteNode[]): ListColumn<SiteNode>[] {
  const tests = (node: SiteNode) => site.tests(node);
  const all: readonly (ListColumn<SiteNode> & { readonly when: boolean })[] = [
    { title: 'Name', when: true, cell: nodeLink, sortBy: ({ label }) => label.toLowerCase() },
    {
      title: 'Description',
      when: kind !== 'test',
      wide: true,
      cell: ({ description }) => h('span', { class: 'clamp', dir: 'auto' }, firstLine(description)),
      sortBy: ({ description }) => description,
    },
    {
      title: 'Tests',
      when: kind === 'test' || kind === 'unit_test',
      cell: (node) => testedNode(site, node),
      sortBy: (node) => node.test?.node ?? '',
    },
    {
      title: 'Column',
      when: kind === 'test',
      cell: ({ test }) => h('span', { class: 'mono' }, test?.column),
      sortBy: ({ test }) => test?.column ?? '',
    },
    {
      title: 'Freshness',
      when: nodes.some(({ freshness }) => freshness !== null),
      cell: freshnessCell,
      sortBy: ({ freshness }) => freshness?.ageSeconds ?? -1,
    },
    {
      title: 'Materialized',
      when: kind === 'model',
      cell: ({ materialized }) => materialized,
      sortBy: ({ materialized }) => materialized ?? '',
    },
    {
      title: 'Rows',
      when: nodes.some(({ relation }) => relation?.rows !== null && relation?.rows !== undefined),
      number: true,
      cell: ({ relation }) => (relation?.rows === null || relation === null ? '' : count(relation.rows)),
      sortBy: ({ relation }) => relation?.rows ?? -1,
    },
    {
      title: 'Size',
      when: nodes.some(({ relation }) => (relation?.bytes ?? 0) > 0),
      number: true,
      cell: ({ relation }) => (relation?.bytes ? bytes(relation.bytes) : ''),
      sortBy: ({ relation }) => relation?.bytes ?? -1,
    },
    {
      title: 'Tests',
      when: nodes.some((node) => tests(node).length > 0),
      cell: (node) => testCell(tests(node)),
      sortBy: (node) => tests(node).length,
    },
    {
      title: 'Last result',
      when: nodes.some(({ result }) => result !== null),
      cell: ({ result }) => resultStatus(result),
      sortBy: ({ result }) =>
        result === null ? '~' : `${['bad', 'warn', 'skipped', 'good'].indexOf(result.health)}`,
    },
    {
      title: 'Tags',
      when: nodes.some(({ tags }) => tags.length > 0),
      cell: ({ tags }) =>
        h(
          'span',
          { class: 'chips' },
          tags.map((tag) => chip(tag)),
        ),
      sortBy: ({ tags }) => tags.join(' '),
    },
  ];
  return all.filter(({ when }) => when);
}

function testedNode(site: Site, { test }: SiteNode): Child {
  const node = test?.node ? site.node(test.node) : undefined;
  return node === undefined ? '' : nodeLink(node);
}

function freshnessCell({ freshness }: SiteNode): Child {
  if (freshness === null) return h('span', { class: 'faint' }, 'not checked');
  return status(
    freshness.health,
    freshness.ageSeconds === null ? freshness.status : `${duration(freshness.ageSeconds)} old`,
  );
}

function testCell(tests: readonly SiteNode[]): Child {
  if (tests.length === 0) return h('span', { class: 'faint' }, 'none');
  const health = worst(tests.map(({ result }) => result?.health));
  return health === undefined ? count(tests.length) : status(health, count(tests.length));
}

function list<Item>(
  title: string,
  names: readonly [one: string, many: string],
  items: readonly Item[],
  columns: readonly ListColumn<Item>[],
  textOf: (item: Item) => string,
  filter: string,
): HTMLElement {
  const place = h('div');
  const found = h('p', { class: 'faint', role: 'status' });
  const input = h('input', {
    type: 'search',
    class: 'filter',
    placeholder: 'Filter',
    'aria-label': `Filter the ${title.toLowerCase()}`,
    on: { input: () => draw() },
  });
  input.value = filter;
  let sort = 0;
  let descending = false;
  let all = false;
  const texts = new Map(items.map((item) => [item, textOf(item)]));
  const draw = () => {
    const words = input.value.toLowerCase().split(/\s+/);
    const chosen = items.filter((item) => words.every((word) => texts.get(item)?.includes(word)));
    const by = columns[sort]?.sortBy ?? (() => 0);
    chosen.sort((a, b) => ordered(by(a), by(b)) * (descending ? -1 : 1));
    const shown = all ? chosen : chosen.slice(0, firstRows);
    found.textContent =
      chosen.length === items.length
        ? plural(items.length, ...names)
        : `${count(chosen.length)} of ${plural(items.length, ...names)}`;
    fill(
      place,
      table(
        title,
        columns.map((_, index) => heading(index)),
        shown.map((item) =>
          h(
            'tr',
            {},
            columns.map((column) =>
              h('td', { class: column.number ? 'number' : column.wide ? 'wide' : null }, column.cell(item)),
            ),
          ),
        ),
        'list',
      ),
      shown.length === chosen.length
        ? null
        : h(
            'button',
            {
              type: 'button',
              class: 'button',
              on: {
                click: () => {
                  all = true;
                  draw();
                },
              },
            },
            `Show all ${count(chosen.length)}`,
          ),
    );
  };
  const heading = (index: number) => {
    const column = columns[index];
    const sorted = index === sort ? (descending ? 'descending' : 'ascending') : 'none';
    const button = h('button', { type: 'button', class: 'sort', 'data-sort': index }, column?.title);
    button.addEventListener('click', () => {
      descending = index === sort && !descending;
      sort = index;
      draw();
      place.querySelector<HTMLElement>(`[data-sort="${index}"]`)?.focus();
    });
    return h('th', { scope: 'col', 'aria-sort': sorted, class: column?.number ? 'number' : null }, button);
  };
  draw();
  return h(
    'article',
    { class: 'page' },
    h('header', { class: 'page-head' }, h('h1', {}, title), found),
    input,
    place,
  );
}

function ordered(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number'
    ? a - b
    : String(a).localeCompare(String(b), 'en', { numeric: true });
}
