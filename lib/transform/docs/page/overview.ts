import type { NodeKind, SiteNode } from '../data-types.ts';
import { type Child, h } from './dom.ts';
import { count, duration, moment, plural, share } from './format.ts';
import { projectPicture } from './lineage-inline.ts';
import { markdown } from './markdown-view.ts';
import { nodeLink, resultDetail, section, status } from './parts.ts';
import { hrefOf } from './route.ts';
import { isTest, kindNames, type Site } from './site.ts';

const countedKinds: readonly NodeKind[] = [
  'model',
  'source',
  'seed',
  'snapshot',
  'exposure',
  'metric',
  'test',
  'unit_test',
];

/** The first page: what the project is, how the last run went, how fresh the data are, how well it is described. */
export function overview(site: Site): HTMLElement {
  const { project } = site.data;
  return h(
    'article',
    { class: 'page' },
    h(
      'header',
      { class: 'page-head' },
      h('h1', { dir: 'auto' }, project.name),
      h(
        'p',
        { class: 'faint' },
        `Made ${moment(project.generatedAt)}`,
        project.target === null ? null : ` for the target ${project.target}`,
      ),
    ),
    counts(site),
    h('div', { class: 'cards' }, lastRun(site), freshnessCard(site), coverage(site)),
    way(site),
    project.overview === null
      ? null
      : section('About', h('div', { class: 'about' }, markdown(project.overview))),
  );
}

/** How the data flow, where the project is small enough to be seen at once. */
function way(site: Site): Child {
  const drawn = projectPicture(site);
  if (drawn === null) return null;
  return section(
    'Lineage',
    drawn,
    h('p', {}, h('a', { href: hrefOf('lineage') }, 'Open in the lineage graph')),
  );
}

function counts(site: Site): HTMLElement {
  const known = countedKinds
    .map((kind) => [kind, site.ofKind(kind).length] as const)
    .filter(([, number]) => number > 0);
  const macros = site.data.macros.length;
  return h(
    'ul',
    { class: 'counts' },
    known.map(([kind, number]) => counted(kind, number, kindNames[kind][number === 1 ? 0 : 1])),
    macros === 0 ? null : counted('macro', macros, kindNames.macro[macros === 1 ? 0 : 1]),
  );
}

function counted(kind: string, number: number, name: string): HTMLElement {
  return h(
    'li',
    {},
    h(
      'a',
      { href: hrefOf('list', kind) },
      h('span', { class: 'counts-number' }, count(number)),
      h('span', { class: 'counts-name' }, name),
    ),
  );
}

function card(title: string, ...content: readonly Child[]): HTMLElement {
  const id = `c-${title.toLowerCase().replace(/\W+/g, '-')}`;
  return h('section', { class: 'card', 'aria-labelledby': id }, h('h2', { id }, title), content);
}

function lastRun(site: Site): HTMLElement {
  const { run } = site.data;
  if (run === null)
    return card('Last run', h('p', { class: 'faint' }, 'No run was recorded where this page was made.'));
  const results = site.data.nodes.filter(({ result }) => result !== null);
  const bad = results.filter(({ result }) => result?.health === 'bad');
  const warn = results.filter(({ result }) => result?.health === 'warn');
  const good = results.filter(({ result }) => result?.health === 'good');
  const skipped = results.filter(({ result }) => result?.health === 'skipped');
  return card(
    'Last run',
    h(
      'p',
      { class: 'big' },
      bad.length > 0
        ? status('bad', `${count(bad.length)} failed`)
        : warn.length > 0
          ? status('warn', plural(warn.length, 'warning'))
          : status('good', 'All is well'),
    ),
    h(
      'p',
      { class: 'faint' },
      `sluice ${run.command}, ${run.at === null ? '' : `${moment(run.at)}, `}${duration(run.seconds)}`,
    ),
    bar([
      ['bad', bad.length],
      ['warn', warn.length],
      ['skipped', skipped.length],
      ['good', good.length],
    ]),
    h(
      'p',
      { class: 'small' },
      `${count(good.length)} good, ${plural(warn.length, 'warning')}, ${count(bad.length)} failed, ${count(skipped.length)} skipped`,
    ),
    troubled([...bad, ...warn]),
    h('p', {}, h('a', { href: hrefOf('run') }, 'All results')),
  );
}

function bar(parts: readonly (readonly [health: string, number: number])[]): HTMLElement {
  const element = h('div', { class: 'bar', 'aria-hidden': 'true' });
  for (const [health, number] of parts) {
    if (number === 0) continue;
    const part = h('span', { class: `bar-part health-${health}` });
    part.style.flexGrow = String(number);
    element.append(part);
  }
  return element;
}

function troubled(nodes: readonly SiteNode[]): Child {
  if (nodes.length === 0) return null;
  const shown = nodes.slice(0, 6);
  return h(
    'ul',
    { class: 'troubled' },
    shown.map((node) =>
      h(
        'li',
        {},
        node.result === null ? null : status(node.result.health, node.result.status),
        nodeLink(node),
        node.result === null ? null : h('span', { class: 'small faint' }, resultDetail(node.result)),
      ),
    ),
  );
}

function freshnessCard(site: Site): Child {
  const sources = site.ofKind('source').filter(({ freshness }) => freshness !== null);
  if (sources.length === 0) return null;
  const order = ['bad', 'warn', 'skipped', 'good'];
  const sorted = sources.toSorted(
    (a, b) => order.indexOf(a.freshness?.health ?? '') - order.indexOf(b.freshness?.health ?? ''),
  );
  return card(
    'Freshness',
    h(
      'ul',
      { class: 'fresh' },
      sorted
        .slice(0, 8)
        .map((node) =>
          h(
            'li',
            {},
            nodeLink(node),
            node.freshness === null
              ? null
              : status(
                  node.freshness.health,
                  node.freshness.ageSeconds === null
                    ? node.freshness.status
                    : `${duration(node.freshness.ageSeconds)} old`,
                ),
          ),
        ),
    ),
    h('p', {}, h('a', { href: hrefOf('list', 'source') }, 'All sources')),
  );
}

function coverage(site: Site): HTMLElement {
  const described = site.ofKind('model', 'source', 'seed', 'snapshot');
  const columns = described.flatMap((node) => node.columns);
  const models = site.ofKind('model', 'seed', 'snapshot');
  const tested = models.filter((node) => site.tests(node).some(isTest));
  const lines: readonly (readonly [string, number, number])[] = [
    ['Nodes described', described.filter(({ description }) => description !== '').length, described.length],
    ['Columns described', columns.filter(({ description }) => description !== '').length, columns.length],
    ['Models tested', tested.length, models.length],
  ];
  return card(
    'Documentation',
    lines.map(([name, part, all]) => {
      const text = share(part, all);
      if (text === null) return null;
      return h(
        'div',
        { class: 'coverage' },
        h('span', {}, name),
        h(
          'span',
          { class: 'coverage-number' },
          text,
          h('span', { class: 'faint small' }, ` ${count(part)} of ${count(all)}`),
        ),
        h('meter', { min: 0, max: all, value: part, 'aria-label': name }),
      );
    }),
  );
}
