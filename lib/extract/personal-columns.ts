import type { MaskMethod } from '../config/index.ts';
import { wordsOf } from './column-words.ts';
import { SourceError } from './errors.ts';
import { quoteIdentifier, quoteLiteral, quoteTable } from './quote.ts';
import type { Queryable } from './source.ts';

/** A column that looks as if it told of a person, and how it would be masked. */
export interface PersonalColumn {
  readonly column: string;
  readonly method: MaskMethod;
  readonly because: string;
}

interface Kind {
  readonly what: string;
  readonly method: MaskMethod;
  /** Of the column's name. */
  readonly name: RegExp;
  /** Of its values, as Postgres' own regular expression; undefined when values do not show it. */
  readonly values?: string;
}

/** What tells secrets and persons, the more telling first. What joins tables is hashed, so that it still does. */
const kinds: readonly Kind[] = [
  { what: 'a secret', method: 'null', name: /pass(word|wd|phrase)|secret|api_?key|(^|_)token$|(^|_)salt$/i },
  {
    what: 'an e-mail address',
    method: 'hash',
    name: /e_?mail/i,
    values: '^[^@[:space:]]+@[^@[:space:]]+[.][a-z]{2,}$',
  },
  {
    what: 'a bank account',
    method: 'partial',
    name: /(^|_)iban($|_)/i,
    values: '^[A-Z]{2}[0-9]{2}([ ]?[A-Z0-9]{4}){3,7}([ ]?[A-Z0-9]{1,3})?$',
  },
  {
    what: 'a card number',
    method: 'partial',
    name: /(card|pan)_?(no|num|number)$|credit_?card/i,
    values: '^[0-9]{4}([ -]?[0-9]{4}){2}[ -]?[0-9]{1,7}$',
  },
  {
    what: 'a number of identity',
    method: 'hash',
    name: /(^|_)(ssn|passport|tax_?id|national_?id|nino|vat_?no)($|_)/i,
    values: '^[0-9]{3}-[0-9]{2}-[0-9]{4}$',
  },
  {
    what: 'a phone number',
    method: 'partial',
    name: /phone|mobile|(^|_)(tel|fax)($|_)/i,
    values: '^[+][0-9][0-9 ()/.-]{7,}$',
  },
  {
    what: "a person's name",
    method: 'redact',
    name: /(first|last|full|given|family|middle|sur|maiden|nick)_?name|^(surname|forename)$/i,
  },
  { what: 'a day of birth', method: 'null', name: /birth|(^|_)dob($|_)/i },
  {
    what: 'an address',
    method: 'redact',
    name: /street|(^|_)(post_?code|zip(_?code)?)($|_)|(billing|shipping|home|postal)_?address|address_?(line)?_?[0-9]?$/i,
  },
  {
    what: 'the address of a computer',
    method: 'hash',
    name: /(^|_)ip(_?addr(ess)?)?($|_)/i,
    values: '^([0-9]{1,3}[.]){3}[0-9]{1,3}$',
  },
];

/** Rows that are looked at, and the share of those with a value that has to look alike. */
const sampledRows = 1000;
const shareThatTells = 0.5;

const textTypes = new Set(['text', 'varchar', 'bpchar', 'citext', 'name']);

/** What was found, and why the values of a table could not be looked at; undefined when they could. */
export interface PersonalColumns {
  readonly found: readonly PersonalColumn[];
  readonly unsampled: string | undefined;
}

/** Columns that look personal by name, or by a sample of their values that is compared inside the server. */
export async function personalColumns(
  source: Queryable,
  table: { readonly schema: string; readonly table: string },
  columns: readonly { readonly name: string; readonly type: string }[],
): Promise<PersonalColumns> {
  const found: PersonalColumn[] = [];
  const unknown: string[] = [];
  for (const { name, type } of columns) {
    // A number called phone_count, or a flag called has_email, tells nothing.
    const canTell =
      textTypes.has(type) || /^(date|inet|cidr|int8|numeric|timestamp|timestamptz|jsonb?|hstore)$/.test(type);
    const kind = canTell ? kinds.find((each) => each.name.test(wordsOf(name))) : undefined;
    if (kind !== undefined) {
      found.push({ column: name, method: kind.method, because: `its name says that it is ${kind.what}` });
    } else if (textTypes.has(type)) unknown.push(name);
  }
  try {
    return { found: [...found, ...(await personalBySample(source, table, unknown))], unsampled: undefined };
  } catch (error) {
    // A view that fails, a foreign server that is gone: the others go on. What the server says may quote a value.
    if (!(error instanceof SourceError) || error.scope !== 'table') throw error;
    return { found, unsampled: error.sqlState === undefined ? error.code : `SQLSTATE ${error.sqlState}` };
  }
}

async function personalBySample(
  source: Queryable,
  table: { readonly schema: string; readonly table: string },
  columns: readonly string[],
): Promise<readonly PersonalColumn[]> {
  if (columns.length === 0) return [];
  const tests = kinds.flatMap((kind) => (kind.values === undefined ? [] : [{ kind, pattern: kind.values }]));
  const counts = columns.flatMap((column) => {
    const quoted = quoteIdentifier(column);
    return [
      `count(*) FILTER (WHERE ${quoted} <> '')`,
      ...tests.map(({ pattern }) => `count(*) FILTER (WHERE ${quoted} ~* ${quoteLiteral(pattern)})`),
    ];
  });
  const list = columns.map(quoteIdentifier).join(', ');
  const [row] = await source.query<{ counts: readonly string[] }>(
    `SELECT ARRAY[${counts.join(', ')}]::text[] AS counts FROM (SELECT ${list} FROM ${quoteTable(table)} LIMIT ${sampledRows}) AS sample`,
  );
  const width = tests.length + 1;
  return columns.flatMap((column, i) => {
    const [filled = 0, ...matches] = (row?.counts ?? []).slice(i * width, (i + 1) * width).map(Number);
    const hit = tests.find((_, test) => filled > 0 && (matches[test] ?? 0) >= filled * shareThatTells);
    if (hit === undefined) return [];
    const { what, method } = hit.kind;
    return [{ column, method, because: `in a sample of ${filled} most values look like ${what}` }];
  });
}
