import { type Inline, parseInline } from './markdown-inline.ts';

/** A block of Markdown. */
export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly children: readonly Inline[] }
  | { readonly kind: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | {
      readonly kind: 'list';
      readonly ordered: boolean;
      readonly start: number;
      readonly items: readonly Item[];
    }
  | { readonly kind: 'table'; readonly header: readonly Cell[]; readonly rows: readonly (readonly Cell[])[] }
  | { readonly kind: 'rule' };

export interface Item {
  /** Of a task list; null in any other. */
  readonly checked: boolean | null;
  readonly blocks: readonly Block[];
}

export type Cell = readonly Inline[];

const fence = /^ {0,3}(`{3,}|~{3,})\s*([^\s`]*)/;
const heading = /^ {0,3}(#{1,6})(?:\s+(.*?))?(?:\s+#+)?\s*$/;
const rule = /^ {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$/;
const quote = /^ {0,3}>\s?/;
const item = /^( {0,3})([-*+]|\d{1,9}[.)])( +|$)/;
const delimiter = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;
const deepest = 12;

/** Reads Markdown. It never fails: what it does not know is a paragraph. */
export function parseMarkdown(text: string): Block[] {
  const lines = text
    .replace(/<!--[\s\S]*?-->/g, '')
    .replaceAll('\r\n', '\n')
    .replaceAll('\t', '    ')
    .split('\n');
  return new BlockReader(lines, 0).read();
}

class BlockReader {
  readonly #lines: readonly string[];
  readonly #depth: number;
  #at = 0;

  constructor(lines: readonly string[], depth: number) {
    this.#lines = lines;
    this.#depth = depth;
  }

  read(): Block[] {
    const blocks: Block[] = [];
    while (this.#at < this.#lines.length) {
      if (this.#line.trim() === '') this.#at++;
      else blocks.push(this.#block());
    }
    return blocks;
  }

  get #line(): string {
    return this.#lines[this.#at] ?? '';
  }

  #block(): Block {
    const line = this.#line;
    const title = heading.exec(line);
    if (title !== null) {
      this.#at++;
      return { kind: 'heading', level: title[1]?.length ?? 1, children: parseInline(title[2] ?? '') };
    }
    if (fence.test(line)) return this.#code();
    if (rule.test(line)) {
      this.#at++;
      return { kind: 'rule' };
    }
    if (this.#depth < deepest && quote.test(line)) return this.#quote();
    if (this.#depth < deepest && item.test(line)) return this.#list();
    if (this.#isTable()) return this.#table();
    if (/^ {4}/.test(line)) return this.#indented();
    return this.#paragraph();
  }

  #code(): Block {
    const [, mark = '', language = ''] = fence.exec(this.#line) ?? [];
    const text: string[] = [];
    for (this.#at++; this.#at < this.#lines.length; this.#at++) {
      const [, closing = ''] = fence.exec(this.#line) ?? [];
      if (closing[0] === mark[0] && closing.length >= mark.length) break;
      text.push(this.#line);
    }
    this.#at++;
    return { kind: 'code', language: language.toLowerCase(), text: text.join('\n') };
  }

  #indented(): Block {
    const text: string[] = [];
    for (; this.#at < this.#lines.length && /^(?: {4}|\s*$)/.test(this.#line); this.#at++) {
      text.push(this.#line.slice(4));
    }
    return { kind: 'code', language: '', text: text.join('\n').trimEnd() };
  }

  #quote(): Block {
    const inside: string[] = [];
    for (; this.#at < this.#lines.length && quote.test(this.#line); this.#at++) {
      inside.push(this.#line.replace(quote, ''));
    }
    return { kind: 'quote', blocks: new BlockReader(inside, this.#depth + 1).read() };
  }

  #list(): Block {
    const [, , mark = ''] = item.exec(this.#line) ?? [];
    const ordered = /\d/.test(mark);
    const items: Item[] = [];
    while (this.#at < this.#lines.length) {
      const found = item.exec(this.#line);
      if (found === null || /\d/.test(found[2] ?? '') !== ordered || rule.test(this.#line)) break;
      items.push(this.#item(found));
    }
    return { kind: 'list', ordered, start: ordered ? Number.parseInt(mark, 10) : 1, items };
  }

  /** An item is its own line and all lines below that stand as far right as its text. */
  #item([all, , , space = '']: RegExpExecArray): Item {
    const width = space.length > 4 ? all.length - space.length + 1 : all.length;
    const first = this.#line.slice(all.length);
    const task = /^\[([ xX])\]\s+/.exec(first);
    const inside = [task === null ? first : first.slice(task[0].length)];
    for (this.#at++; this.#at < this.#lines.length; this.#at++) {
      const line = this.#line;
      const indented = line.search(/\S/) >= Math.min(width, 2);
      const goesOn =
        line.trim() !== '' && !item.test(line) && !startsBlock(line) && inside.at(-1)?.trim() !== '';
      const blankInside = line.trim() === '' && (this.#lines[this.#at + 1] ?? '').search(/\S/) >= 2;
      if (!indented && !goesOn && !blankInside) break;
      inside.push(line.replace(new RegExp(`^ {0,${width}}`), ''));
    }
    while (this.#line.trim() === '' && item.test(this.#lines[this.#at + 1] ?? '')) this.#at++;
    return {
      checked: task === null ? null : task[1] !== ' ',
      blocks: new BlockReader(inside, this.#depth + 1).read(),
    };
  }

  #isTable(): boolean {
    const below = this.#lines[this.#at + 1] ?? '';
    return this.#line.includes('|') && below.includes('|') && delimiter.test(below);
  }

  #table(): Block {
    const header = cells(this.#line);
    const rows: Cell[][] = [];
    for (this.#at += 2; this.#at < this.#lines.length; this.#at++) {
      if (!this.#line.includes('|') || this.#line.trim() === '') break;
      const row = cells(this.#line);
      rows.push(header.map((_, index) => row[index] ?? []));
    }
    return { kind: 'table', header, rows };
  }

  #paragraph(): Block {
    const text: string[] = [];
    for (; this.#at < this.#lines.length && this.#line.trim() !== ''; this.#at++) {
      const underline = /^ {0,3}(=+|-{2,})\s*$/.exec(this.#line);
      if (text.length > 0 && underline !== null) {
        this.#at++;
        const level = underline[1]?.startsWith('=') ? 1 : 2;
        return { kind: 'heading', level, children: parseInline(text.join('\n')) };
      }
      if (text.length > 0 && (startsBlock(this.#line) || item.test(this.#line))) break;
      text.push(this.#line.trimStart());
    }
    return { kind: 'paragraph', children: parseInline(text.join('\n').trimEnd()) };
  }
}

function startsBlock(line: string): boolean {
  return fence.test(line) || heading.test(line) || rule.test(line) || quote.test(line);
}

/** The cells of a line of a table; `\|` is a bar inside a cell. */
function cells(line: string): Cell[] {
  const inner = line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '');
  return inner.split(/(?<!\\)\|/).map((cell) => parseInline(cell.trim().replaceAll('\\|', '|')));
}
