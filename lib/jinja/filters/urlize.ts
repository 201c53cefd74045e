import { escapeHtml } from '../runtime/arithmetic.ts';
import { iterate } from '../runtime/iteration.ts';
import { str } from '../runtime/text.ts';
import { isTrue } from '../runtime/truth.ts';
import { Markup } from '../runtime/values.ts';

const web =
  /^(?:(?:https?:\/\/|www\.)(?:([\w%-]+\.)+)?(?:[a-z]{2,63}|xn--[\w%]{2,59})|(?:[\w%-]{2,63}\.)+(?:com|net|int|edu|gov|org|info|mil)|(?:https?:\/\/)(?:(?:\d{1,3})(?:\.\d{1,3}){3}|\[(?:[\da-f]{0,4}:){2}(?:[\da-f]{0,4}:?){1,6}\]))(?::\d{1,5})?(?:[/?#]\S*)?$/i;
const email = /^\S+@\w[\w.-]*\.\w+$/;

/** Links for the addresses in a text. */
export function urlize(
  value: unknown,
  limit: unknown = null,
  nofollow: unknown = false,
  target: unknown = null,
  rel: unknown = null,
  schemes: unknown = [],
): string {
  const relations = new Set([...(rel === null ? [] : str(rel).split(/\s+/)), 'noopener']);
  if (isTrue(nofollow)) relations.add('nofollow');
  const attributes = ` rel="${escapeHtml([...relations].sort().join(' '))}"${target === null ? '' : ` target="${escapeHtml(str(target))}"`}`;
  const text = value instanceof Markup ? value.text : escapeHtml(str(value));
  return text
    .split(/(\s+)/)
    .map((word) =>
      link(word, attributes, typeof limit === 'number' ? limit : undefined, iterate(schemes).map(str)),
    )
    .join('');
}

function link(
  word: string,
  attributes: string,
  limit: number | undefined,
  schemes: readonly string[],
): string {
  const { head, middle, tail } = parts(word);
  return `${head}${linked(middle, attributes, limit, schemes)}${tail}`;
}

/** An address without the brackets and punctuation around it. */
function parts(word: string): { head: string; middle: string; tail: string } {
  const head = /^(?:[(<]|&lt;)+/.exec(word)?.[0] ?? '';
  let middle = word.slice(head.length);
  let tail = '';
  while (/[)>.,\n]$|&gt;$/.test(middle)) {
    const end = middle.endsWith('&gt;') ? 4 : 1;
    tail = middle.slice(-end) + tail;
    middle = middle.slice(0, -end);
  }
  for (const [open, close] of [
    ['(', ')'],
    ['<', '>'],
    ['&lt;', '&gt;'],
  ] as const) {
    const opened = middle.split(open).length - 1;
    if (opened <= middle.split(close).length - 1) continue;
    for (let i = Math.min(opened, tail.split(close).length - 1); i > 0; i--) {
      const end = tail.indexOf(close) + close.length;
      middle += tail.slice(0, end);
      tail = tail.slice(end);
    }
  }
  return { head, middle, tail };
}

function linked(
  text: string,
  attributes: string,
  limit: number | undefined,
  schemes: readonly string[],
): string {
  const shown = limit !== undefined && text.length > limit ? `${text.slice(0, limit)}...` : text;
  if (web.test(text)) {
    const address = /^https?:\/\//.test(text) ? text : `https://${text}`;
    return `<a href="${address}"${attributes}>${shown}</a>`;
  }
  if (text.startsWith('mailto:') && email.test(text.slice(7)))
    return `<a href="${text}">${text.slice(7)}</a>`;
  if (/^(?!www\.|@)[^:]*@/.test(text) && !text.includes(':') && email.test(text)) {
    return `<a href="mailto:${text}">${text}</a>`;
  }
  const scheme = schemes.find((start) => text !== start && text.startsWith(start));
  return scheme === undefined ? text : `<a href="${text}"${attributes}>${text}</a>`;
}
