import type { SiteNode } from '../data-types.ts';
import { codeLines } from './code-view.ts';
import { type Child, h } from './dom.ts';
import { plural } from './format.ts';
import { firstLine } from './markdown-view.ts';
import { kindBadge, resultStatus } from './parts.ts';
import { hrefOf } from './route.ts';
import { type ColumnAt, type ColumnStep, columnNamed, nodeHref, type Site } from './site.ts';

/** What the lineage says of the chosen node in words: the same for who cannot see the drawing. */
export function lineagePanel(
  site: Site,
  node: SiteNode | undefined,
  column: string | undefined,
  columns: { readonly opened: boolean; readonly toggle: () => void },
): Child[] {
  if (node === undefined) {
    return [
      h('p', { class: 'faint' }, 'Choose a node to see what it comes from and what comes of it.'),
      h(
        'ul',
        { class: 'keys' },
        [
          ['← → ↑ ↓', 'walk'],
          ['Enter', 'open the node'],
          ['F', 'focus on it'],
          ['C', 'its columns'],
          ['+ − 0', 'zoom, fit'],
        ].map(([key, what]) => h('li', {}, h('kbd', {}, key), what)),
      ),
    ];
  }
  return [
    h('p', { class: 'crumbs' }, kindBadge(node.kind), node.materialized),
    h('h2', { dir: 'auto' }, h('a', { href: nodeHref(node) }, node.label)),
    node.description === '' ? null : h('p', { class: 'clamp-4', dir: 'auto' }, firstLine(node.description)),
    node.result === null ? null : h('p', {}, resultStatus(node.result)),
    h(
      'p',
      { class: 'panel-actions' },
      h('a', { class: 'button', href: hrefOf('lineage', node.id) }, 'Focus'),
      node.columns.length === 0
        ? null
        : h(
            'button',
            {
              type: 'button',
              class: 'button',
              'aria-pressed': String(columns.opened),
              on: { click: columns.toggle },
            },
            plural(node.columns.length, 'column'),
          ),
    ),
    site.hasColumnLineage && node.columns.length > 0 ? columnChoice(node, column) : null,
    column === undefined ? null : columnFacts(site, { node, column }),
    neighbours('Reads', site.parents(node)),
    neighbours('Read by', site.children(node)),
  ];
}

function columnChoice(node: SiteNode, column: string | undefined): HTMLElement {
  const select = h(
    'select',
    {
      on: {
        change: () => {
          location.hash = hrefOf('lineage', node.id, { column: select.value });
        },
      },
    },
    h('option', { value: '' }, 'choose'),
    node.columns.map(({ name }) => h('option', { value: name, selected: name === column }, name)),
  );
  return h('label', { class: 'reach' }, 'Follow column', select);
}

/** How a column is made, and what hangs on it. */
function columnFacts(site: Site, at: ColumnAt): Child {
  const column = columnNamed(at.node, at.column);
  if (column === undefined) return null;
  const steps = (title: string, columns: readonly ColumnStep[]) =>
    columns.length === 0
      ? null
      : [
          h('h3', {}, title),
          h(
            'ul',
            { class: 'plain' },
            columns.map(({ node, column: name, how }) =>
              h(
                'li',
                {},
                h(
                  'a',
                  { href: hrefOf('lineage', node.id, { column: name }), dir: 'auto' },
                  `${node.name}.${name}`,
                ),
                how === 'computed' ? h('span', { class: 'small faint' }, ' computed') : null,
              ),
            ),
          ),
        ];
  return [
    column.description === ''
      ? null
      : h('p', { class: 'clamp-4', dir: 'auto' }, firstLine(column.description)),
    column.expression === null
      ? null
      : h('code', { class: 'expression' }, '= ', codeLines(column.expression, 'sql')),
    steps('Made from', site.columns(at, 'above')),
    steps('Goes into', site.columns(at, 'below')),
    neighbours('Decides the rows of', site.decides(at)),
  ];
}

function neighbours(title: string, nodes: readonly SiteNode[]): Child {
  if (nodes.length === 0) return null;
  return [
    h('h3', {}, `${title} ${nodes.length}`),
    h(
      'ul',
      { class: 'plain' },
      nodes.map((node) =>
        h(
          'li',
          {},
          h(
            'a',
            { class: 'node-link', href: hrefOf('lineage', node.id) },
            h('span', { class: `dot kind-${node.kind}`, 'aria-hidden': 'true' }),
            h('span', { dir: 'auto' }, node.label),
          ),
        ),
      ),
    ),
  ];
}
