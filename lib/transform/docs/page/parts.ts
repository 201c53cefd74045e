import type { Health, Json, NodeKind, SiteNode, SiteResult } from '../data-types.ts';
import { type Child, h } from './dom.ts';
import { duration } from './format.ts';
import { hrefOf } from './route.ts';
import { kindNames, nodeHref } from './site.ts';

/** A part of a page, with a heading that can be jumped to; nothing at all without content. */
export function section(title: string, ...content: readonly Child[]): HTMLElement {
  const id = `s-${title.toLowerCase().replace(/\W+/g, '-')}`;
  return h('section', { 'aria-labelledby': id }, h('h2', { id, class: 'section-title' }, title), content);
}

export function kindBadge(kind: NodeKind | 'macro'): HTMLElement {
  return h('span', { class: `badge kind-${kind}` }, kindNames[kind][0]);
}

export function chip(text: string, title?: string): HTMLElement {
  return h('span', { class: 'chip', title, dir: 'auto' }, text);
}

/** A name that may be broken after the signs that join its words, and only there if it can be helped. */
export function breakable(name: string): Child[] {
  return name.split(/(?<=[_.])/).flatMap((part, index) => (index === 0 ? [part] : [h('wbr'), part]));
}

/** A tag, a group, an owner: a link to all of the kind that have it too. */
export function filterLink(kind: NodeKind, text: string): HTMLElement {
  return h('a', { class: 'chip', href: hrefOf('list', kind, { filter: text }), dir: 'auto' }, text);
}

/** A link to a node, with the mark of its kind. */
export function nodeLink(node: SiteNode): HTMLElement {
  return h(
    'a',
    { class: 'node-link', href: nodeHref(node), title: `${kindNames[node.kind][0]} ${node.label}` },
    h('span', { class: `dot kind-${node.kind}`, 'aria-hidden': 'true' }),
    h('span', { dir: 'auto' }, breakable(node.label)),
  );
}

export function nodeList(nodes: readonly SiteNode[]): HTMLElement {
  return h(
    'ul',
    { class: 'node-list' },
    nodes.map((node) => h('li', {}, nodeLink(node))),
  );
}

const marks: Readonly<Record<Health, string>> = { good: '✓', warn: '!', bad: '✕', skipped: '–' };

/** How something went: a sign and a word, never a colour alone. */
export function status(health: Health, word: string): HTMLElement {
  return h(
    'span',
    { class: `status health-${health}` },
    h('span', { class: 'status-mark', 'aria-hidden': 'true' }, marks[health]),
    word,
  );
}

export function resultStatus(result: SiteResult | null): Child {
  return result === null ? h('span', { class: 'faint' }, 'not run') : status(result.health, result.status);
}

/** How long it took, and how many rows are wrong. */
export function resultDetail(result: SiteResult): string {
  const failures = result.failures === null || result.failures === 0 ? '' : `, ${result.failures} failing`;
  return `${duration(result.seconds)}${failures}`;
}

/** Labels and what they say; what says nothing is left out. */
export function factList(facts: readonly (readonly [label: string, value: Child])[]): HTMLElement | null {
  const known = facts.filter(
    ([, value]) => value !== null && value !== undefined && value !== '' && value !== false,
  );
  if (known.length === 0) return null;
  return h(
    'dl',
    { class: 'facts' },
    known.map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', { dir: 'auto' }, value))),
  );
}

/** Plain data, as one reads it in YAML. */
export function jsonText(value: Json): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.join(', ');
  return typeof value === 'object' && value !== null ? JSON.stringify(value, null, 2) : String(value);
}

export function jsonFacts(value: Json): HTMLElement | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return factList(
    Object.entries(value).map(([name, item]) => {
      const text = jsonText(item);
      return [
        name,
        text.includes('\n') ? h('pre', { class: 'code-block', tabindex: 0 }, text) : text,
      ] as const;
    }),
  );
}

/** A table with its headings; scrolls sideways by itself where the window is narrow. */
export function table(
  label: string,
  headings: readonly Child[],
  rows: readonly HTMLElement[],
  kind = '',
): HTMLElement {
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': label },
    h(
      'table',
      { class: kind },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          headings.map((heading) =>
            heading instanceof HTMLTableCellElement ? heading : h('th', { scope: 'col' }, heading),
          ),
        ),
      ),
      h('tbody', {}, rows),
    ),
  );
}
