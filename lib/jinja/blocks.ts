import { Lexer, syntaxError, type Token } from './lexer.ts';
import { locate } from './positions.ts';
import { dbtTags } from './tags.ts';

/** A block that defines something at a file's top level; offsets count UTF-16 units from the source's start. */
export interface Block {
  /** The tag: `macro`, `test`, `snapshot`, `docs` … */
  tag: string;
  /** The name after the tag. */
  name: string;
  /** From the opening tag's first brace to after the closing tag. */
  start: number;
  end: number;
  /** What stands between the tags. */
  bodyStart: number;
  bodyEnd: number;
  /** Where the block starts, from 1. */
  line: number;
  column: number;
}

export interface ListOptions {
  /** What errors call the source. */
  file: string;
  /** The tags to list; `macro` and those of dbt unless told. */
  tags?: readonly string[];
}

/** The blocks at a source's top level, in order, without rendering or even parsing what is in them. */
export function listBlocks(source: string, options: ListOptions): Block[] {
  const tags = new Set(options.tags ?? ['macro', ...Object.keys(dbtTags)]);
  const rawTags = new Set([...tags].filter((tag) => dbtTags[tag]?.body === 'raw'));
  const tokens = new Lexer(source, {
    file: options.file,
    trimBlocks: false,
    lstripBlocks: false,
    keepTrailingNewline: true,
    rawTags,
    start: 0,
    end: source.length,
  }).run();
  return new BlockFinder(source, options.file, tags, tokens).run();
}

class BlockFinder {
  private readonly source: string;
  private readonly file: string;
  private readonly tags: ReadonlySet<string>;
  private readonly tokens: readonly Token[];
  private readonly blocks: Block[] = [];
  private open: { block: Block; depth: number } | undefined;

  constructor(source: string, file: string, tags: ReadonlySet<string>, tokens: readonly Token[]) {
    this.source = source;
    this.file = file;
    this.tags = tags;
    this.tokens = tokens;
  }

  run(): Block[] {
    for (const [index, token] of this.tokens.entries()) {
      const tag = this.tokens[index + 1];
      if (token.type === 'block_begin' && tag?.type === 'name') this.tag(index, token, tag.text);
    }
    if (this.open !== undefined) {
      const { tag, name, start } = this.open.block;
      throw syntaxError(`The file ends before {% end${tag} %} of '${name}'`, this.source, start, this.file);
    }
    return this.blocks;
  }

  private tag(index: number, begin: Token, tag: string): void {
    const closing = this.tokens.slice(index, index + 500).find(({ type }) => type === 'block_end');
    const end = closing?.end ?? begin.end;
    if (this.open === undefined) {
      if (this.tags.has(tag)) this.begin(index, begin, tag, end);
      return;
    }
    const { block } = this.open;
    if (tag === block.tag) this.open.depth++;
    else if (tag === `end${block.tag}` && --this.open.depth === 0) {
      block.bodyEnd = begin.start;
      block.end = end;
      this.blocks.push(block);
      this.open = undefined;
    }
  }

  private begin(index: number, begin: Token, tag: string, end: number): void {
    const name = this.tokens[index + 2];
    if (name?.type !== 'name') {
      throw syntaxError(`{% ${tag} %} needs a name`, this.source, begin.start, this.file);
    }
    const { line, column } = locate(this.source, begin.start, this.file);
    const block = {
      tag,
      name: name.text,
      start: begin.start,
      end,
      bodyStart: end,
      bodyEnd: end,
      line,
      column,
    };
    this.open = { block, depth: 1 };
  }
}
