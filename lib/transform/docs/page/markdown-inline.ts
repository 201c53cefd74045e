/** A piece of a line of Markdown. */
export type Inline =
  | { readonly kind: 'text' | 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'emphasis' | 'deleted'; readonly children: readonly Inline[] }
  | { readonly kind: 'link'; readonly href: string; readonly children: readonly Inline[] }
  | { readonly kind: 'break' };

/** Deeper nesting than this is shown as it was written; nobody writes it but to do harm. */
const deepest = 12;

// Bounds keep a text that opens a thousand brackets from being searched to its end a thousand times.
const patterns = {
  escape: /\\([!-/:-@[-`{-~])/y,
  code: /(`{1,8})(?!`)([\s\S]{0,2000}?[^`])\1(?!`)/y,
  image: /!\[([^\]\n]{0,500})\]\(\s*<?([^\s)>]{0,2000})>?(?:\s+"[^"\n]{0,500}")?\s*\)/y,
  link: /\[((?:[^[\]\n]|\[[^[\]\n]{0,200}\]){1,500})\]\(\s*<?([^\s)>]{0,2000})>?(?:\s+"[^"\n]{0,500}")?\s*\)/y,
  angle: /<((?:https?:\/\/|mailto:)[^\s<>]{1,2000})>/y,
  bare: /https?:\/\/[^\s<>"')\]]{1,2000}/y,
  strong: /(\*\*|__)(?=\S)([\s\S]{0,2000}?\S)\1/y,
  emphasis: /(\*|_)(?=[^\s*_])([\s\S]{0,2000}?[^\s*_])\1(?![\w*])/y,
  deleted: /~~(?=\S)([\s\S]{0,2000}?\S)~~/y,
  break: /(?: {2,}|\\)\n/y,
} as const;

/** Reads the inside of a paragraph. Whatever is no Markdown, HTML included, is text. */
export function parseInline(text: string, depth = 0): Inline[] {
  const found: Inline[] = [];
  let plain = '';
  let at = 0;
  while (at < text.length) {
    const next = depth < deepest ? pieceAt(text, at, depth) : undefined;
    if (next === undefined) {
      plain += text[at];
      at++;
      continue;
    }
    if (next.piece.kind === 'text') plain += next.piece.text;
    else {
      if (plain !== '') found.push({ kind: 'text', text: plain });
      plain = '';
      found.push(next.piece);
    }
    at = next.end;
  }
  if (plain !== '') found.push({ kind: 'text', text: plain });
  return found;
}

/** Links lead out over HTTP or mail, or to a place in this page; any other address, `javascript:` above all, is no link. */
export function safeHref(href: string): string | undefined {
  return /^(?:https?:\/\/|mailto:|#!\/)/i.test(href) ? href : undefined;
}

type Found = { readonly piece: Inline; readonly end: number };

function pieceAt(text: string, at: number, depth: number): Found | undefined {
  const match = (name: keyof typeof patterns): RegExpExecArray | null => {
    const pattern = patterns[name];
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  const inside = (part: string | undefined) => parseInline(part ?? '', depth + 1);
  const found = (all: string, piece: Inline): Found => ({ piece, end: at + all.length });
  const linked = (all: string, address: string, children: readonly Inline[]): Found => {
    const href = safeHref(address);
    return found(all, href === undefined ? { kind: 'emphasis', children } : { kind: 'link', href, children });
  };
  let hit: RegExpExecArray | null;
  switch (text[at]) {
    case '\\':
      hit = match('break');
      if (hit) return found(hit[0], { kind: 'break' });
      hit = match('escape');
      return hit ? found(hit[0], { kind: 'text', text: hit[1] ?? '' }) : undefined;
    case '`':
      hit = match('code');
      return hit ? found(hit[0], { kind: 'code', text: (hit[2] ?? '').trim() }) : undefined;
    case '!':
      // An image would be fetched; the page fetches nothing, so what it shows is said in words.
      hit = match('image');
      return hit ? linked(hit[0], hit[2] ?? '', [{ kind: 'text', text: hit[1] || 'image' }]) : undefined;
    case '[':
      hit = match('link');
      return hit ? linked(hit[0], hit[2] ?? '', inside(hit[1])) : undefined;
    case '<':
      hit = match('angle');
      return hit ? linked(hit[0], hit[1] ?? '', [{ kind: 'text', text: hit[1] ?? '' }]) : undefined;
    case 'h': {
      if (/\w/.test(text[at - 1] ?? '')) return undefined;
      hit = match('bare');
      const address = hit?.[0].replace(/[.,;:!?*_]+$/, '');
      return address ? linked(address, address, [{ kind: 'text', text: address }]) : undefined;
    }
    case '*':
    case '_':
      // `snake_case_names` are names, not emphasis.
      if (text[at] === '_' && /\w/.test(text[at - 1] ?? '')) return undefined;
      hit = match('strong');
      if (hit) return found(hit[0], { kind: 'strong', children: inside(hit[2]) });
      hit = match('emphasis');
      return hit ? found(hit[0], { kind: 'emphasis', children: inside(hit[2]) }) : undefined;
    case '~':
      hit = match('deleted');
      return hit ? found(hit[0], { kind: 'deleted', children: inside(hit[1]) }) : undefined;
    case ' ':
      hit = match('break');
      return hit ? found(hit[0], { kind: 'break' }) : undefined;
    default:
      return undefined;
  }
}
