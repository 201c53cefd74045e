import type { Health, SiteNode } from '../data-types.ts';
import { h } from './dom.ts';
import { count, duration, moment, plural } from './format.ts';
import { kindBadge, nodeLink, section, status, table } from './parts.ts';
import type { Site } from './site.ts';

const order: readonly Health[] = ['bad', 'warn', 'skipped', 'good'];
const slowest = 10;

/** The last run: what failed first, with why; then all that ran. */
export function runPage(site: Site): HTMLElement {
  const { run } = site.data;
  const results = site.data.nodes.filter(({ result }) => result !== null);
  const sorted = results.toSorted((a, b) => rank(a) - rank(b) || seconds(b) - seconds(a));
  const troubled = sorted.filter(({ result }) => result?.health === 'bad' || result?.health === 'warn');
  return h(
    'article',
    { class: 'page' },
    h(
      'header',
      { class: 'page-head' },
      h('h1', {}, 'Last run'),
      run === null
        ? h(
            'p',
            { class: 'faint' },
            'No run was recorded where this page was made. Build, then make the page again.',
          )
        : h(
            'p',
            { class: 'faint' },
            [
              `sluice ${run.command}`,
              run.target,
              run.at === null ? null : moment(run.at),
              duration(run.seconds),
              plural(results.length, 'node'),
            ]
              .filter((part) => part !== null)
              .join(' · '),
          ),
    ),
    troubled.length === 0 ? null : section('To be looked at', troubled.map(trouble)),
    results.length === 0 ? null : section('Slowest', slow(results)),
    results.length === 0 ? null : section('All results', allResults(sorted)),
  );
}

function rank({ result }: SiteNode): number {
  return order.indexOf(result?.health ?? 'good');
}

function seconds({ result }: SiteNode): number {
  return result?.seconds ?? 0;
}

function trouble(node: SiteNode): HTMLElement {
  const { result } = node;
  return h(
    'div',
    { class: `callout health-${result?.health ?? 'skipped'}` },
    h(
      'p',
      {},
      result === null ? null : status(result.health, result.status),
      ' ',
      kindBadge(node.kind),
      ' ',
      nodeLink(node),
    ),
    result?.message ? h('pre', { class: 'message', tabindex: 0 }, result.message) : null,
  );
}

function slow(results: readonly SiteNode[]): HTMLElement {
  const shown = results.toSorted((a, b) => seconds(b) - seconds(a)).slice(0, slowest);
  const longest = Math.max(0.001, ...shown.map(seconds));
  return h(
    'ul',
    { class: 'slow' },
    shown.map((node) => {
      const part = h('span', { class: 'slow-bar', 'aria-hidden': 'true' });
      part.style.width = `${Math.max(1, (100 * seconds(node)) / longest)}%`;
      return h(
        'li',
        {},
        nodeLink(node),
        h('span', { class: 'slow-track' }, part),
        h('span', { class: 'slow-time' }, duration(seconds(node))),
      );
    }),
  );
}

function allResults(sorted: readonly SiteNode[]): HTMLElement {
  const rows = sorted.map((node) =>
    h(
      'tr',
      {},
      h('td', {}, node.result === null ? null : status(node.result.health, node.result.status)),
      h('td', {}, kindBadge(node.kind)),
      h('td', {}, nodeLink(node)),
      h('td', { class: 'number' }, duration(seconds(node))),
      h('td', { class: 'number' }, node.result?.failures ? count(node.result.failures) : ''),
    ),
  );
  const number = (text: string) => h('th', { scope: 'col', class: 'number' }, text);
  return table('All results', ['Result', 'Kind', 'Node', number('Time'), number('Failing')], rows);
}
