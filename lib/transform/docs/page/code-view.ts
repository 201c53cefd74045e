import type { SiteNode } from '../data-types.ts';
import { type Child, h } from './dom.ts';
import { macroHref, nodeHref, type Site } from './site.ts';
import { sqlTokens } from './sql-tokens.ts';

/** A text in code that leads somewhere. */
type LinkOf = (text: string) => string | undefined;

/** Longer code is shown without colours, so that a page with a seed of SQL in it still opens at once. */
const longestColoured = 300_000;

/** Code with its colours, if it is SQL or may be. */
export function codeLines(text: string, language: string, links: CodeLinks = noLinks): Child[] {
  if (!['sql', 'jinja', 'jinja2', 'snowflake'].includes(language) || text.length > longestColoured)
    return [text];
  return sqlTokens(text).map(({ kind, text: piece }) => {
    if (kind === 'jinja')
      return h('span', { class: 't-jinja' }, linked(piece, links.inJinja, links.jinjaTarget));
    if (kind === 'text') return linked(piece, links.inSql, links.sqlTarget);
    return h('span', { class: `t-${kind}` }, piece);
  });
}

export interface CodeLinks {
  /** What may be a link, with the linked part in the last group that matched. */
  readonly inJinja: RegExp | undefined;
  readonly jinjaTarget: LinkOf;
  readonly inSql: RegExp | undefined;
  readonly sqlTarget: LinkOf;
}

const nowhere: LinkOf = () => undefined;
const noLinks: CodeLinks = { inJinja: undefined, jinjaTarget: nowhere, inSql: undefined, sqlTarget: nowhere };

/** Links of a node's code: to what it reads, by `ref` and `source` and by the names of relations, and to its macros. */
export function linksOf(site: Site, node: SiteNode): CodeLinks {
  const targets = new Map<string, string>();
  const relations = new Map<string, string>();
  for (const parent of site.parents(node)) {
    targets.set(parent.kind === 'source' ? parent.label : parent.name, nodeHref(parent));
    if (parent.relation !== null) relations.set(parent.relation.sql.toLowerCase(), nodeHref(parent));
  }
  for (const id of node.macros) {
    const macro = site.macro(id);
    if (macro !== undefined) targets.set(`${macro.name}(`, macroHref(macro));
  }
  const names = [...relations.keys()].sort((a, b) => b.length - a.length).map(escaped);
  return {
    inJinja:
      /\bref\(\s*(?:(['"])[^'"]*\1\s*,\s*)?(['"])[^'"]+\2|\bsource\(\s*(['"])[^'"]+\3\s*,\s*(['"])[^'"]+\4|\b\w+\(/g,
    jinjaTarget: (text) => {
      const quoted = [...text.matchAll(/(['"])([^'"]+)\1/g)].map((match) => match[2] ?? '');
      if (text.startsWith('source(')) return targets.get(quoted.join('.'));
      if (text.startsWith('ref(') && quoted.length > 0) return targets.get(quoted.at(-1) ?? '');
      return targets.get(text);
    },
    inSql: names.length === 0 ? undefined : new RegExp(`(?<![\\w.$])(?:${names.join('|')})(?![\\w$])`, 'gi'),
    sqlTarget: (text) => relations.get(text.toLowerCase()),
  };
}

function linked(text: string, pattern: RegExp | undefined, target: LinkOf): Child[] {
  if (pattern === undefined) return [text];
  const pieces: Child[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    const href = target(match[0]);
    if (href === undefined) continue;
    pieces.push(text.slice(end, match.index), h('a', { href }, match[0].replace(/\($/, '')));
    end = match.index + match[0].replace(/\($/, '').length;
  }
  return [...pieces, text.slice(end)];
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** One text of code in several forms (source, compiled), with line numbers and a button that copies. */
export function codePanel(
  forms: readonly { readonly title: string; readonly text: string; readonly links?: CodeLinks }[],
  language = 'sql',
): HTMLElement {
  const body = h('div', { class: 'code-body' });
  const copyButton = h('button', { type: 'button', class: 'quiet' }, 'Copy');
  const tabs = forms.map((form, index) =>
    h('button', { type: 'button', class: 'tab', on: { click: () => show(index) } }, form.title),
  );
  let shown = forms[0]?.text ?? '';
  const show = (index: number) => {
    const form = forms[index];
    if (form === undefined) return;
    shown = form.text;
    tabs.forEach((tab, at) => {
      tab.setAttribute('aria-pressed', String(at === index));
    });
    const lines = form.text.split('\n').length;
    body.replaceChildren(
      h(
        'pre',
        { class: 'lines', 'aria-hidden': 'true' },
        Array.from({ length: lines }, (_, at) => `${at + 1}\n`).join(''),
      ),
      h(
        'pre',
        { class: 'code', tabindex: 0, role: 'group', 'aria-label': `${form.title} code` },
        h('code', {}, codeLines(form.text, language, form.links)),
      ),
    );
  };
  copyButton.addEventListener('click', () => copy(shown, copyButton));
  show(0);
  return h(
    'div',
    { class: 'code-panel' },
    h(
      'div',
      { class: 'code-head' },
      h('div', { class: 'tabs', role: 'group', 'aria-label': 'Form of the code' }, tabs),
      copyButton,
    ),
    body,
  );
}

/** Copies a text and says so on the button; a page from a file may only copy the old way. */
export function copy(text: string, button: HTMLButtonElement): void {
  const before = button.textContent;
  const said = (what: string) => {
    button.textContent = what;
    setTimeout(() => {
      button.textContent = before;
    }, 1500);
  };
  const oldWay = () => {
    const area = h('textarea', { class: 'offscreen', 'aria-hidden': 'true' });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    said(done ? 'Copied' : 'Not copied');
    button.focus();
  };
  if (navigator.clipboard === undefined) oldWay();
  else navigator.clipboard.writeText(text).then(() => said('Copied'), oldWay);
}
