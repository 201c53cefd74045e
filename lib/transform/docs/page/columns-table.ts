import type { SiteColumn, SiteNode } from '../data-types.ts';
import { codeLines } from './code-view.ts';
import { type Child, h } from './dom.ts';
import { plural } from './format.ts';
import { inlineMarkdown } from './markdown-view.ts';
import { breakable, chip, jsonText, resultDetail, table } from './parts.ts';
import { hrefOf } from './route.ts';
import { nodeHref, type Site } from './site.ts';

/** The columns of a node: what they are, what they mean, how they are tested and where they come from. */
export function columnsTable(site: Site, node: SiteNode, marked: string | undefined): HTMLElement {
  const hasTests = node.columns.some(({ tests }) => tests.length > 0);
  const headings = ['Column', 'Type', 'Description', ...(hasTests ? ['Tests'] : [])];
  const rows = node.columns.map((column) =>
    h(
      'tr',
      { class: column.name === marked ? 'marked' : null, 'data-column': column.name },
      h(
        'th',
        { scope: 'row', class: 'mono', dir: 'auto' },
        h(
          'a',
          { class: 'plain-link', href: hrefOf(node.kind, node.id, { column: column.name }) },
          breakable(column.name),
        ),
      ),
      h('td', { class: 'mono type' }, column.type ?? h('span', { class: 'faint' }, 'unknown')),
      h('td', { class: 'wide' }, description(column), lineage(site, node, column)),
      hasTests ? h('td', {}, tests(site, node, column)) : null,
    ),
  );
  return table(`Columns of ${node.label}`, headings, rows, 'columns');
}

function description(column: SiteColumn): Child[] {
  const notes = [
    ...(column.masked === null ? [] : [chip(`masked: ${column.masked}`, 'before it leaves the source')]),
    ...column.constraints.map((constraint) => chip(constraint, 'constraint')),
    ...column.tags.map((tag) => chip(tag, 'tag')),
    ...metaEntries(column),
  ];
  return [
    column.description === ''
      ? h('span', { class: 'faint' }, 'No description')
      : inlineMarkdown(column.description),
    column.expression === null
      ? null
      : h(
          'code',
          { class: 'expression', title: column.expression },
          '= ',
          codeLines(column.expression, 'sql'),
        ),
    column.found === false ? h('p', { class: 'note' }, 'Described, and not in the relation.') : null,
    notes.length === 0 ? null : h('div', { class: 'chips' }, notes),
  ];
}

function metaEntries({ meta }: SiteColumn): HTMLElement[] {
  if (typeof meta !== 'object' || meta === null || Array.isArray(meta)) return [];
  return Object.entries(meta).map(([name, value]) => chip(`${name}: ${jsonText(value)}`, 'meta'));
}

function tests(site: Site, node: SiteNode, column: SiteColumn): Child {
  const found = column.tests.flatMap((id) => site.node(id) ?? []);
  if (found.length === 0) return h('span', { class: 'faint' }, '–');
  return h(
    'ul',
    { class: 'tests' },
    found.map((test) => {
      const health = test.result?.health;
      const said = test.result === null ? 'not run' : `${test.result.status}, ${resultDetail(test.result)}`;
      const name = test.test?.name ?? test.name;
      return h(
        'li',
        {},
        h(
          'a',
          {
            class: `test-link health-${health ?? 'skipped'}`,
            href: nodeHref(test),
            title: `${test.name}: ${said}`,
            'aria-label': `${name} of ${node.label}.${column.name}: ${said}`,
          },
          h(
            'span',
            { class: 'status-mark', 'aria-hidden': 'true' },
            health === undefined ? '·' : { good: '✓', warn: '!', bad: '✕', skipped: '–' }[health],
          ),
          name,
          test.test !== null && test.test.arguments.length > 0 ? h('span', { class: 'faint' }, ' …') : null,
        ),
      );
    }),
  );
}

/** Where the values come from, by name while there are few, and how many columns they go into. */
function lineage(site: Site, node: SiteNode, column: SiteColumn): Child {
  const at = { node, column: column.name };
  const above = site.columns(at, 'above');
  const below = site.columns(at, 'below');
  if (above.length + below.length === 0) return null;
  const from =
    above.length > 2
      ? plural(above.length, 'column')
      : above.map((one) => `${one.node.name}.${one.column}`).join(', ');
  const text = [
    from === '' ? '' : `from ${from}`,
    below.length > 0 ? `to ${plural(below.length, 'column')}` : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
  return h(
    'p',
    { class: 'column-lineage' },
    h(
      'a',
      {
        href: hrefOf('lineage', node.id, { column: column.name }),
        'aria-label': `Lineage of ${column.name}: ${text}`,
      },
      breakable(text),
    ),
  );
}
