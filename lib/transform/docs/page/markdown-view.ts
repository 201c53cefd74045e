import { codeLines } from './code-view.ts';
import { type Child, h } from './dom.ts';
import { type Block, parseMarkdown } from './markdown.ts';
import type { Inline } from './markdown-inline.ts';

/**
 * Markdown as elements.
 *
 * @param above level of the heading that the text stands under
 */
export function markdown(text: string, above = 2): HTMLElement {
  const blocks = parseMarkdown(text);
  const levels = blocks.flatMap((block) => (block.kind === 'heading' ? [block.level] : []));
  return h('div', { class: 'prose', dir: 'auto' }, new View(above, Math.min(...levels)).blocks(blocks));
}

/** The first paragraph of a Markdown text, as plain text: for lists and tables. */
export function firstLine(text: string): string {
  const paragraph = parseMarkdown(text).find((block) => block.kind === 'paragraph');
  return paragraph === undefined ? text.trim().slice(0, 200) : plain(paragraph.children);
}

/** A short Markdown text as one line of elements: for cells of tables. */
export function inlineMarkdown(text: string): Child {
  const blocks = parseMarkdown(text);
  const [only] = blocks;
  if (blocks.length === 1 && only?.kind === 'paragraph') return inlines(only.children);
  return markdown(text, 3);
}

class View {
  readonly #above: number;
  readonly #top: number;
  #last: number;

  constructor(above: number, top: number) {
    this.#above = above;
    this.#top = top;
    this.#last = above;
  }

  blocks(blocks: readonly Block[]): Child[] {
    return blocks.map((block) => this.#block(block));
  }

  #block(block: Block): Child {
    switch (block.kind) {
      case 'heading':
        return this.#heading(block.level, block.children);
      case 'paragraph':
        return h('p', {}, inlines(block.children));
      case 'code':
        return h(
          'pre',
          { class: 'code-block', tabindex: 0 },
          h('code', {}, codeLines(block.text, block.language)),
        );
      case 'quote':
        return h('blockquote', {}, this.blocks(block.blocks));
      case 'list': {
        const items = block.items.map(({ checked, blocks }) =>
          h(
            'li',
            { class: checked === null ? null : 'task' },
            checked === null ? null : checked ? '☑ ' : '☐ ',
            this.#item(blocks),
          ),
        );
        return block.ordered ? h('ol', { start: block.start }, items) : h('ul', {}, items);
      }
      case 'table':
        return h(
          'div',
          { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Table' },
          h(
            'table',
            {},
            h(
              'thead',
              {},
              h(
                'tr',
                {},
                block.header.map((cell) => h('th', { scope: 'col' }, inlines(cell))),
              ),
            ),
            h(
              'tbody',
              {},
              block.rows.map((row) =>
                h(
                  'tr',
                  {},
                  row.map((cell) => h('td', {}, inlines(cell))),
                ),
              ),
            ),
          ),
        );
      case 'rule':
        return h('hr');
    }
  }

  /** An item of one paragraph needs no paragraph. */
  #item(blocks: readonly Block[]): Child {
    return blocks.map((block, index) =>
      index === 0 && block.kind === 'paragraph' ? inlines(block.children) : this.#block(block),
    );
  }

  /** Headings go on from the one above without leaving out a level, as readers of screens expect. */
  #heading(level: number, children: readonly Inline[]): HTMLElement {
    this.#last = Math.min(this.#above + 1 + level - this.#top, this.#last + 1, 6);
    const tags = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'] as const;
    return h(tags[this.#last - 1] ?? 'h6', {}, inlines(children));
  }
}

function inlines(pieces: readonly Inline[]): Child[] {
  return pieces.map(inline);
}

function inline(piece: Inline): Child {
  switch (piece.kind) {
    case 'text':
      return piece.text;
    case 'code':
      return h('code', {}, piece.text);
    case 'strong':
      return h('strong', {}, inlines(piece.children));
    case 'emphasis':
      return h('em', {}, inlines(piece.children));
    case 'deleted':
      return h('del', {}, inlines(piece.children));
    case 'break':
      return h('br');
    case 'link': {
      const outward = piece.href.startsWith('#') ? {} : { rel: 'noopener noreferrer', target: '_blank' };
      return h('a', { href: piece.href, ...outward }, inlines(piece.children));
    }
  }
}

function plain(pieces: readonly Inline[]): string {
  return pieces
    .map((piece) => {
      if ('text' in piece) return piece.text;
      return piece.kind === 'break' ? ' ' : plain(piece.children);
    })
    .join('')
    .replace(/\s+/g, ' ');
}
