import type { NodeKind, SiteData } from '../data-types.ts';
import { fill, h } from './dom.ts';
import { LineagePage } from './lineage-page.ts';
import { listPage } from './list-page.ts';
import { macroPage } from './macro-page.ts';
import { nodePage } from './node-page.ts';
import { overview } from './overview.ts';
import { parseRoute, type Route } from './route.ts';
import { runPage } from './run-page.ts';
import { ScrollMemory } from './scroll-memory.ts';
import { Shell } from './shell.ts';
import { kindNames, Site } from './site.ts';
import { applyRememberedTheme } from './theme.ts';

/** Draws what the address says, now and whenever it changes. */
function start(data: SiteData): void {
  applyRememberedTheme();
  const site = new Site(data);
  const shell = new Shell(site);
  document.body.append(...shell.elements);
  const scroll = new ScrollMemory();
  let first = true;
  const draw = () => {
    scroll.leave();
    const route = parseRoute(location.hash);
    document.title = `${titleOf(site, route)} · ${data.project.name}`;
    shell.show(route);
    fill(shell.main);
    const lineage = route.view === 'lineage' ? new LineagePage(site, route) : undefined;
    shell.main.append(lineage?.element ?? pageOf(site, route));
    shell.main.classList.toggle('full', lineage !== undefined);
    if (lineage !== undefined) lineage.start(!first);
    else if (!first) shell.main.focus({ preventScroll: true });
    scroll.arrive();
    if (scroll.isNew) shell.main.querySelector('tr.marked')?.scrollIntoView({ block: 'center' });
    first = false;
  };
  addEventListener('hashchange', draw);
  draw();
}

function pageOf(site: Site, { view, id, parameters }: Route): HTMLElement {
  if (view === 'overview') return overview(site);
  if (view === 'run') return runPage(site);
  if (view === 'list' && isListed(id)) return listPage(site, id, parameters.get('filter'));
  const macro = view === 'macro' ? site.macro(id) : undefined;
  if (macro !== undefined) return macroPage(site, macro);
  const node = site.node(id);
  if (node !== undefined) return nodePage(site, node, parameters);
  return h(
    'article',
    { class: 'page' },
    h('h1', {}, 'Not here'),
    h(
      'p',
      {},
      `This page knows nothing of ${id === '' ? view : id}. It may have been renamed or removed since the link was made.`,
    ),
    h('p', {}, h('a', { href: '#!/overview' }, 'To the overview')),
  );
}

function isListed(kind: string): kind is NodeKind | 'macro' {
  return kind in kindNames;
}

function titleOf(site: Site, { view, id }: Route): string {
  if (view === 'lineage') return 'Lineage';
  if (view === 'run') return 'Last run';
  if (view === 'list' && isListed(id)) return kindNames[id][1];
  return site.node(id)?.label ?? site.macro(id)?.name ?? 'Overview';
}

start(JSON.parse(document.getElementById('site-data')?.textContent ?? 'null'));
