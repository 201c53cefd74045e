import type { SiteNode } from '../data-types.ts';
import { type Child, h } from './dom.ts';
import { plural } from './format.ts';
import { firstLine } from './markdown-view.ts';
import { kindBadge, resultStatus } from './parts.ts';
import { hrefOf } from './route.ts';
import { nodeHref, type Site } from './site.ts';

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
