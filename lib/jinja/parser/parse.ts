import { Lexer, type LexerOptions } from '../lexer.ts';
import type { TagExtension } from '../tags.ts';
import type { Statement } from './nodes.ts';
import { StatementParser } from './statements.ts';
import { TokenStream } from './stream.ts';

export interface ParseOptions extends Omit<LexerOptions, 'rawTags'> {
  tags: Readonly<Record<string, TagExtension>>;
}

/** The statements of a template. Throws a TemplateError with the place of the first mistake. */
export function parse(source: string, options: ParseOptions): Statement[] {
  const tokens = new Lexer(source, { ...options, rawTags: rawTagsOf(options.tags) }).run();
  return new StatementParser(new TokenStream(tokens, source, options.file), options.tags).template();
}

function rawTagsOf(tags: Readonly<Record<string, TagExtension>>): Set<string> {
  return new Set(Object.keys(tags).filter((tag) => tags[tag]?.body === 'raw'));
}
