import type { SiteNode } from '../data-types.ts';
import { codePanel, copy, linksOf } from './code-view.ts';
import { columnsTable } from './columns-table.ts';
import { type Child, h } from './dom.ts';
import { bytes, count, duration, moment, plural } from './format.ts';
import { neighbourPicture } from './lineage-inline.ts';
import { safeHref } from './markdown-inline.ts';
import { markdown } from './markdown-view.ts';
import {
  factList,
  filterLink,
  jsonFacts,
  kindBadge,
  nodeLink,
  nodeList,
  resultDetail,
  resultStatus,
  section,
  status,
  table,
} from './parts.ts';
import { hrefOf } from './route.ts';
import { isTest, macroHref, nodeHref, type Site, worst } from './site.ts';

/** The page of a node. */
export function nodePage(site: Site, node: SiteNode, parameters: ReadonlyMap<string, string>): HTMLElement {
  return h(
    'article',
    { class: 'page' },
    heading(node),
    h(
      'div',
      { class: 'with-side' },
      h('div', { class: 'page-body' }, body(site, node, parameters)),
      h('aside', { class: 'side-facts', 'aria-label': 'Facts' }, facts(site, node)),
    ),
  );
}

function heading(node: SiteNode): HTMLElement {
  const { relation } = node;
  const button = h(
    'button',
    { type: 'button', class: 'quiet', 'aria-label': 'Copy the name of the relation' },
    'Copy',
  );
  button.addEventListener('click', () => copy(relation?.sql ?? '', button));
  return h(
    'header',
    { class: 'page-head' },
    h(
      'p',
      { class: 'crumbs' },
      kindBadge(node.kind),
      h('span', { dir: 'auto' }, [...node.folders].join(' / ')),
    ),
    h('h1', { dir: 'auto' }, node.label),
    relation === null ? null : h('p', { class: 'relation' }, h('code', { dir: 'ltr' }, relation.sql), button),
    node.tags.length === 0
      ? null
      : h(
          'p',
          { class: 'chips' },
          node.tags.map((tag) => filterLink(node.kind, tag)),
        ),
  );
}

function body(site: Site, node: SiteNode, parameters: ReadonlyMap<string, string>): Child[] {
  const tests = isTest(node) ? [] : site.tests(node);
  const parents = site.parents(node);
  const children = site.children(node);
  return [
    resultNote(node),
    description(node),
    isTest(node) ? testOf(site, node) : null,
    node.columns.length === 0 ? null : section('Columns', columnsTable(site, node, parameters.get('column'))),
    isTest(node) || parents.length + children.length === 0
      ? null
      : section(
          'Lineage',
          neighbourPicture(site, node),
          rowsDecidedBy(site, node),
          h('p', {}, h('a', { href: hrefOf('lineage', node.id) }, 'Open in the lineage graph')),
        ),
    tests.length === 0 ? null : section('Tests', testTable(site, node, tests)),
    code(site, node),
    parents.length === 0 ? null : section('Depends on', nodeList(parents)),
    children.length === 0 ? null : section('Used by', nodeList(children)),
    macros(site, node),
    settings(node),
  ];
}

/** The columns by which rows are filtered, joined and grouped: a change of theirs changes which rows there are. */
function rowsDecidedBy(site: Site, node: SiteNode): Child {
  const columns = site.decidedBy(node);
  if (columns.length === 0) return null;
  return h(
    'p',
    { class: 'small running' },
    h('span', { class: 'faint' }, 'Filtered, joined or grouped by '),
    columns.map((at, index) => [
      index === 0 ? null : ', ',
      h('a', { href: hrefOf('lineage', at.node.id, { column: at.column }) }, `${at.node.name}.${at.column}`),
    ]),
  );
}

/** Tests mostly speak for themselves; of all else it is said that nobody wrote about it. */
function description(node: SiteNode): Child {
  if (node.description !== '') return section('Description', markdown(node.description));
  return isTest(node)
    ? null
    : section('Description', h('p', { class: 'faint' }, 'Nothing was written about it yet.'));
}

/** A failure is what one came for: it stands before all else. */
function resultNote({ result, freshness }: SiteNode): Child {
  const bad = [
    result !== null && result.health !== 'good'
      ? { health: result.health, word: result.status, text: result.message }
      : null,
    freshness !== null && freshness.health !== 'good'
      ? {
          health: freshness.health,
          word: `freshness ${freshness.status}`,
          text: freshness.error ?? freshnessText(freshness),
        }
      : null,
  ];
  return bad.flatMap((one) =>
    one === null
      ? []
      : h(
          'div',
          { class: `callout health-${one.health}` },
          h('p', {}, status(one.health, one.word), one.health === 'skipped' ? ' in the last run' : null),
          one.text === null ? null : h('pre', { class: 'message', tabindex: 0 }, one.text),
        ),
  );
}

function freshnessText({ ageSeconds, warnAfter, errorAfter }: NonNullable<SiteNode['freshness']>): string {
  const limits = [
    warnAfter === null ? '' : `warns after ${warnAfter}`,
    errorAfter === null ? '' : `fails after ${errorAfter}`,
  ];
  const age = ageSeconds === null ? '' : `The newest row was ${duration(ageSeconds)} old. `;
  return `${age}It ${limits.filter((limit) => limit !== '').join(' and ')}.`;
}

function facts(site: Site, node: SiteNode): Child[] {
  const { relation, result, freshness, group } = node;
  const tests = isTest(node) ? [] : site.tests(node);
  const owner = site.data.groups.find(({ name }) => name === group);
  return [
    factList([
      ['Materialized', isTest(node) ? null : node.materialized],
      ['In the warehouse', relation?.type === node.materialized ? null : relation?.type],
      ['Rows', relation?.rows === null || relation?.rows === undefined ? null : count(relation.rows)],
      ['Size', relation?.bytes === null || relation?.bytes === undefined ? null : bytes(relation.bytes)],
      ['Last altered', relation?.lastAltered ? moment(relation.lastAltered) : null],
      [
        'Last run',
        result === null
          ? null
          : [
              resultStatus(result),
              h('span', { class: 'small faint' }, ` ${resultDetail(result)}`),
              result.at === null ? null : h('span', { class: 'small faint block' }, moment(result.at)),
            ],
      ],
      ['Tests', testSummary(tests)],
      [
        'Freshness',
        freshness === null
          ? null
          : [
              status(freshness.health, freshness.status),
              freshness.ageSeconds === null
                ? null
                : h('span', { class: 'small faint' }, ` ${duration(freshness.ageSeconds)} old`),
            ],
      ],
      ['Newest row', freshness?.maxLoadedAt ? moment(freshness.maxLoadedAt) : null],
      ['Warns after', freshness?.warnAfter],
      ['Fails after', freshness?.errorAfter],
      ['Access', node.access],
      ['Group', group === null ? null : filterLink(node.kind, group)],
      ['Owner', node.owner ?? owner?.owner],
      ['Contract', node.contract ? 'enforced' : null],
      ['Constraints', node.constraints.join(', ')],
      ...node.facts.map(([label, text]) => [label, linkOrText(text)] as const),
      ['Relation owner', relation?.owner],
      ['Comment', relation?.comment && relation.comment !== node.description ? relation.comment : null],
      ['Package', node.package],
      ['File', h('code', { class: 'path' }, node.file)],
    ]),
  ];
}

/** An exposure's address is a link, as far as it is one that may be followed. */
function linkOrText(text: string): Child {
  const href = safeHref(text);
  if (href === undefined) return text;
  return h('a', { href, rel: 'noopener noreferrer', target: '_blank' }, text);
}

function testSummary(tests: readonly SiteNode[]): Child {
  if (tests.length === 0) return null;
  const health = worst(tests.map(({ result }) => result?.health));
  const bad = tests.filter(({ result }) => result?.health === 'bad' || result?.health === 'warn').length;
  const word =
    bad > 0
      ? `${bad} of ${tests.length} to look at`
      : health === 'good'
        ? `${plural(tests.length, 'test')} pass`
        : plural(tests.length, 'test');
  return health === undefined ? `${plural(tests.length, 'test')}, not run` : status(health, word);
}

function testTable(site: Site, node: SiteNode, tests: readonly SiteNode[]): HTMLElement {
  const rows = tests.map((test) =>
    h(
      'tr',
      {},
      h(
        'td',
        {},
        h('a', { href: nodeHref(test), dir: 'auto' }, test.test?.name ?? test.name),
        test.test?.arguments.length
          ? h('span', { class: 'small faint block clamp', dir: 'auto' }, test.test.arguments.join(' · '))
          : null,
      ),
      h(
        'td',
        { class: 'mono' },
        test.test?.column ?? (test.test?.node === node.id ? '' : otherNode(site, test)),
      ),
      h('td', {}, resultStatus(test.result)),
      h('td', { class: 'number' }, test.result === null ? '' : count(test.result.failures ?? 0)),
      h('td', {}, test.test?.severity ?? ''),
    ),
  );
  return table(
    `Tests of ${node.label}`,
    ['Test', 'Column', 'Last result', h('th', { scope: 'col', class: 'number' }, 'Failing'), 'Severity'],
    rows,
  );
}

function otherNode(site: Site, test: SiteNode): Child {
  const other = test.test?.node ? site.node(test.test.node) : undefined;
  return other === undefined ? '' : nodeLink(other);
}

function testOf(site: Site, node: SiteNode): Child {
  const { test } = node;
  if (test === null) return null;
  const tested = test.node === null ? undefined : site.node(test.node);
  return section(
    'What it tests',
    factList([
      ['Node', tested === undefined ? null : nodeLink(tested)],
      ['Column', test.column === null ? null : h('code', {}, test.column)],
      ['Test', test.name],
      [
        'Arguments',
        test.arguments.length === 0
          ? null
          : h(
              'ul',
              { class: 'plain' },
              test.arguments.map((one) => h('li', {}, h('code', {}, one))),
            ),
      ],
      ['Severity', test.severity],
      [
        'Run it again',
        node.kind === 'unit_test' || node.kind === 'test'
          ? h('code', {}, `sluice test --select ${node.name}`)
          : null,
      ],
    ]),
  );
}

function code(site: Site, node: SiteNode): Child {
  const links = linksOf(site, node);
  const forms = [
    ...(node.rawCode === null
      ? []
      : [{ title: node.kind === 'unit_test' ? 'Definition' : 'Source', text: node.rawCode, links }]),
    ...(node.compiledCode === null ? [] : [{ title: 'Compiled', text: node.compiledCode, links }]),
  ];
  return forms.length === 0
    ? null
    : section('Code', codePanel(forms, node.kind === 'unit_test' ? 'yaml' : 'sql'));
}

function macros(site: Site, node: SiteNode): Child {
  const used = node.macros.flatMap((id) => site.macro(id) ?? []);
  if (used.length === 0) return null;
  return section(
    'Macros used',
    h(
      'ul',
      { class: 'node-list' },
      used.map((macro) =>
        h(
          'li',
          {},
          h(
            'a',
            { class: 'node-link', href: macroHref(macro) },
            h('span', { class: 'dot kind-macro', 'aria-hidden': 'true' }),
            macro.package === node.package ? macro.name : `${macro.package}.${macro.name}`,
          ),
        ),
      ),
    ),
  );
}

function settings(node: SiteNode): Child {
  const meta = jsonFacts(node.meta);
  const config = jsonFacts(node.config);
  return [meta === null ? null : section('Meta', meta), config === null ? null : section('Settings', config)];
}
