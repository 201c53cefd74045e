import { typeError, valueError } from '../errors.ts';
import { escapeHtml } from '../runtime/arithmetic.ts';
import type { Operation } from '../runtime/core.ts';
import { canIterate, iterate, unpack } from '../runtime/iteration.ts';
import { entriesOf, isDict } from '../runtime/names.ts';
import { str } from '../runtime/text.ts';
import { isTrue } from '../runtime/truth.ts';
import { Undefined } from '../runtime/undefined.ts';
import { Markup } from '../runtime/values.ts';
import { defineOperations } from './define.ts';
import { urlize } from './urlize.ts';

function escapeValue(value: unknown): Markup {
  return value instanceof Markup ? value : new Markup(escapeHtml(str(value)));
}

/** A text as part of a URL; `/` stays, unless it is part of a query. */
function quoteUrl(value: unknown, forQuery = false): string {
  const quoted = encodeURIComponent(str(value)).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return forQuery ? quoted.replaceAll('%20', '+') : quoted.replaceAll('%2F', '/');
}

function urlencode(value: unknown): string {
  if (typeof value === 'string' || value instanceof Markup || !canIterate(value)) return quoteUrl(value);
  const pairs = isDict(value) ? entriesOf(value) : iterate(value).map((pair) => unpack(pair, 2));
  return pairs.map(([key, item]) => `${quoteUrl(key, true)}=${quoteUrl(item, true)}`).join('&');
}

function xmlattr(value: unknown, autospace: unknown = true): string {
  if (!isDict(value)) throw typeError('xmlattr needs a mapping');
  const attributes = entriesOf(value)
    .filter(([, item]) => item !== null && !(item instanceof Undefined))
    .map(([key, item]) => {
      if (/[ \t\n\r\f\v/>=]/.test(str(key)))
        throw valueError(`Invalid character in attribute name: '${str(key)}'`);
      return `${escapeValue(key).text}="${escapeValue(item).text}"`;
    })
    .join(' ');
  return isTrue(autospace) && attributes !== '' ? ` ${attributes}` : attributes;
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
};

/** Without comments and tags, blanks run together, entities decoded. */
function stripTags(value: unknown): string {
  const text = withoutParts(withoutParts(str(value), '<!--', '-->'), '<', '>');
  return text
    .split(/\s+/)
    .filter((word) => word !== '')
    .join(' ')
    .replace(
      /&(?:#(\d+)|#[xX]([\da-fA-F]+)|(\w+));/g,
      (all, decimal?: string, hex?: string, name?: string) => {
        if (name !== undefined) return entities[name] ?? all;
        const point = Number.parseInt(decimal ?? hex ?? '', decimal === undefined ? 16 : 10);
        return point > 0 && point < 0x110000 ? String.fromCodePoint(point) : '\ufffd';
      },
    );
}

function withoutParts(text: string, open: string, close: string): string {
  let result = '';
  let from = 0;
  for (;;) {
    const start = text.indexOf(open, from);
    const end = start === -1 ? -1 : text.indexOf(close, start);
    if (end === -1) return result + text.slice(from);
    result += text.slice(from, start);
    from = end + close.length;
  }
}

/** Filters for HTML and URLs. */
export function htmlFilters(): [string, Operation][] {
  return defineOperations({
    e: [['value'], escapeValue],
    escape: [['value'], escapeValue],
    forceescape: [['value'], (value: unknown) => new Markup(escapeHtml(str(value)))],
    safe: [['value'], (value: unknown) => new Markup(str(value))],
    striptags: [['value'], stripTags],
    urlencode: [['value'], urlencode],
    urlize: [['value', 'trim_url_limit?', 'nofollow?', 'target?', 'rel?', 'extra_schemes?'], urlize],
    xmlattr: [['d', 'autospace?'], xmlattr],
  });
}
