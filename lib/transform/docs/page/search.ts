import type { NodeKind } from '../data-types.ts';

/** What can be found. */
export interface Entry {
  readonly kind: NodeKind | 'macro';
  readonly name: string;
  readonly href: string;
  readonly path: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly columns: readonly { readonly name: string; readonly description: string }[];
  readonly code: string;
}

export interface Hit {
  readonly entry: Entry;
  readonly score: number;
  /** Where it was found, if it was not by its name. */
  readonly where: Field;
  /** The text around what was found. */
  readonly snippet: string;
  /** Column that was found, if one was. */
  readonly column: string | null;
}

const fields = ['name', 'column', 'tag', 'path', 'description', 'sql'] as const;
export type Field = (typeof fields)[number];

/** A word to look for, in one field or in any. */
interface Term {
  readonly text: string;
  readonly field: Field | 'kind' | undefined;
}

interface Indexed {
  readonly entry: Entry;
  readonly name: string;
  readonly path: string;
  readonly description: string;
  readonly code: string;
  readonly tags: readonly string[];
  readonly columns: readonly { readonly name: string; readonly description: string }[];
}

/** Texts in lower case, made once; a project of some megabytes is looked through in milliseconds without more. */
export type SearchIndex = readonly Indexed[];

export function searchIndex(entries: readonly Entry[]): SearchIndex {
  return entries.map((entry) => ({
    entry,
    name: entry.name.toLowerCase(),
    path: entry.path.toLowerCase(),
    description: entry.description.toLowerCase(),
    code: entry.code.toLowerCase(),
    tags: entry.tags.map((tag) => tag.toLowerCase()),
    columns: entry.columns.map(({ name, description }) => ({
      name: name.toLowerCase(),
      description: description.toLowerCase(),
    })),
  }));
}

/** What is worth less when all else is equal: a person who types `orders` wants the model, not its tests. */
const weightOfKind: Readonly<Partial<Record<Entry['kind'], number>>> = {
  test: 0.5,
  unit_test: 0.6,
  macro: 0.8,
  analysis: 0.8,
  source: 0.95,
};

/**
 * Finds what has all words of a query somewhere, best first. `tag:daily`, `column:id`, `name:…`, `path:…`,
 * `description:…`, `sql:…` and `kind:source` ask for one field.
 */
export function search(index: SearchIndex, query: string, limit: number): Hit[] {
  const terms = termsOf(query);
  if (terms.length === 0) return [];
  const hits: Hit[] = [];
  for (const indexed of index) {
    const hit = match(indexed, terms);
    if (hit !== undefined) hits.push(hit);
  }
  hits.sort((a, b) => b.score - a.score || compare(a.entry.name, b.entry.name));
  return hits.slice(0, limit);
}

export function termsOf(query: string): Term[] {
  return query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => {
      const [, prefix = '', rest = ''] = /^(\w+):(.+)$/.exec(word) ?? [];
      const field = ([...fields, 'kind'] as const).find((known) => known === prefix);
      return field === undefined ? { text: word, field: undefined } : { text: rest, field };
    });
}

function compare(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}

interface Found {
  readonly score: number;
  readonly where: Field;
  readonly snippet: string;
  readonly column: string | null;
}

function match(indexed: Indexed, terms: readonly Term[]): Hit | undefined {
  let score = 0;
  let shown: Found | undefined;
  for (const term of terms) {
    const found = findTerm(indexed, term);
    if (found === undefined) return undefined;
    score += found.score;
    // What was found outside of the name is what has to be shown.
    if (shown === undefined || (shown.where === 'name' && found.where !== 'name')) shown = found;
  }
  if (shown === undefined) return undefined;
  const { where, snippet, column } = shown;
  return {
    entry: indexed.entry,
    score: score * (weightOfKind[indexed.entry.kind] ?? 1),
    where,
    snippet,
    column,
  };
}

function findTerm(indexed: Indexed, { text, field }: Term): Found | undefined {
  if (field === 'kind') {
    return indexed.entry.kind.startsWith(text)
      ? { score: 1, where: 'name', snippet: '', column: null }
      : undefined;
  }
  const finders: Readonly<Record<Field, () => Found | undefined>> = {
    name: () => inName(indexed, text),
    column: () => inColumns(indexed, text),
    tag: () => inTags(indexed, text),
    path: () => inText(indexed.path, indexed.entry.path, text, 'path', 16),
    description: () => inText(indexed.description, indexed.entry.description, text, 'description', 14),
    sql: () => inText(indexed.code, indexed.entry.code, text, 'sql', 6),
  };
  if (field !== undefined) return finders[field]();
  for (const name of fields) {
    const found = finders[name]();
    if (found !== undefined) return found;
  }
  return fuzzyName(indexed, text);
}

function found(where: Field, score: number, snippet = '', column: string | null = null): Found {
  return { where, score, snippet, column };
}

function inName({ name }: Indexed, text: string): Found | undefined {
  if (name === text || name.endsWith(`.${text}`)) return found('name', 100);
  if (name.startsWith(text)) return found('name', 80 - Math.min(20, name.length - text.length) / 10);
  const at = name.indexOf(text);
  if (at < 0) return undefined;
  return found('name', /[\W_]/.test(name[at - 1] ?? '') ? 65 : 50);
}

function inColumns({ columns, entry }: Indexed, text: string): Found | undefined {
  let best: Found | undefined;
  columns.forEach(({ name, description }, index) => {
    const score =
      name === text
        ? 45
        : name.startsWith(text)
          ? 35
          : name.includes(text)
            ? 25
            : description.includes(text)
              ? 12
              : 0;
    if (score <= (best?.score ?? 0)) return;
    const column = entry.columns[index];
    best = found('column', score, column?.description ?? '', column?.name ?? null);
  });
  return best;
}

function inTags({ tags, entry }: Indexed, text: string): Found | undefined {
  const exact = tags.indexOf(text);
  const at = exact >= 0 ? exact : tags.findIndex((tag) => tag.includes(text));
  return at < 0 ? undefined : found('tag', exact >= 0 ? 40 : 25, entry.tags[at] ?? '');
}

function inText(lower: string, text: string, term: string, where: Field, score: number): Found | undefined {
  const at = lower.indexOf(term);
  return at < 0 ? undefined : found(where, score, around(text, at, term.length));
}

/** All letters in their order, as one types `stgord` for `stg_orders`. */
function fuzzyName({ name }: Indexed, text: string): Found | undefined {
  if (text.length < 3) return undefined;
  let at = -1;
  let jumps = 0;
  for (const letter of text) {
    const next = name.indexOf(letter, at + 1);
    if (next < 0) return undefined;
    if (next !== at + 1) jumps++;
    at = next;
  }
  return jumps > 4 ? undefined : found('name', 20 - jumps * 3);
}

function around(text: string, at: number, length: number): string {
  const from = Math.max(0, at - 40);
  const piece = text
    .slice(from, at + length + 80)
    .replace(/\s+/g, ' ')
    .trim();
  return `${from > 0 ? '…' : ''}${piece}${at + length + 80 < text.length ? '…' : ''}`;
}

/** A text cut where words of the query stand in it: odd pieces are what was found. */
export function highlighted(text: string, query: string): string[] {
  const words = termsOf(query).map((term) => term.text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  if (words.length === 0) return [text];
  return text.split(new RegExp(`(${words.join('|')})`, 'gi'));
}
