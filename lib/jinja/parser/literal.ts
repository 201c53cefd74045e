import type { Expression } from './nodes.ts';
import type { TokenStream } from './stream.ts';

/** The value of an expression in a tag's header, which must be a literal: nothing runs while a file is parsed. */
export function literalOf(node: Expression, stream: TokenStream): unknown {
  if (node.kind === 'const') return node.value;
  if (node.kind === 'list' || node.kind === 'tuple') return node.items.map((item) => literalOf(item, stream));
  if (node.kind === 'dict') {
    return Object.fromEntries(
      node.pairs.map(([key, value]) => [String(literalOf(key, stream)), literalOf(value, stream)]),
    );
  }
  return stream.fail('Only literals can stand in the header of a tag', node.at);
}
