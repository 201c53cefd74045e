import type { SiteMacro } from '../data-types.ts';
import { codePanel } from './code-view.ts';
import { h } from './dom.ts';
import { inlineMarkdown, markdown } from './markdown-view.ts';
import { factList, kindBadge, nodeLink, section, table } from './parts.ts';
import { macroHref, type Site } from './site.ts';

/** The page of a macro: what it takes, who uses it, its code. */
export function macroPage(site: Site, macro: SiteMacro): HTMLElement {
  const users = site.macroUsers(macro.id);
  const used = macro.macros.flatMap((id) => site.macro(id) ?? []);
  return h(
    'article',
    { class: 'page' },
    h(
      'header',
      { class: 'page-head' },
      h('p', { class: 'crumbs' }, kindBadge('macro'), macro.package),
      h('h1', { dir: 'auto' }, macro.name),
    ),
    h(
      'div',
      { class: 'with-side' },
      h(
        'div',
        { class: 'page-body' },
        section(
          'Description',
          macro.description === ''
            ? h('p', { class: 'faint' }, 'Nothing was written about it yet.')
            : markdown(macro.description),
        ),
        macro.arguments.length === 0
          ? null
          : section(
              'Arguments',
              table(
                'Arguments',
                ['Name', 'Type', 'Description'],
                macro.arguments.map(({ name, type, description }) =>
                  h(
                    'tr',
                    {},
                    h('th', { scope: 'row', class: 'mono' }, name),
                    h('td', { class: 'mono' }, type),
                    h('td', {}, inlineMarkdown(description)),
                  ),
                ),
              ),
            ),
        section('Code', codePanel([{ title: 'Source', text: macro.code }])),
        users.length === 0
          ? null
          : section(
              'Used by',
              h(
                'ul',
                { class: 'node-list' },
                users.map((user) => h('li', {}, 'kind' in user ? nodeLink(user) : macroLink(user))),
              ),
            ),
        used.length === 0
          ? null
          : section(
              'Macros used',
              h(
                'ul',
                { class: 'node-list' },
                used.map((one) => h('li', {}, macroLink(one))),
              ),
            ),
      ),
      h(
        'aside',
        { class: 'side-facts', 'aria-label': 'Facts' },
        factList([
          ['Package', macro.package],
          ['File', h('code', { class: 'path' }, macro.file)],
        ]),
      ),
    ),
  );
}

export function macroLink(macro: SiteMacro): HTMLElement {
  return h(
    'a',
    { class: 'node-link', href: macroHref(macro) },
    h('span', { class: 'dot kind-macro', 'aria-hidden': 'true' }),
    macro.name,
  );
}
