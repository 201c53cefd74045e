import { createHmac } from 'node:crypto';
import { type Contract, type MaskMethod, SluiceError, type Table } from '../config/index.ts';

/** What a mask makes of a value; NULL stays NULL and is never asked for. */
export type Mask = (value: string) => string | null;

const redacted = 'REDACTED';
const leastKeyCharacters = 32;
/** Distinct values whose hash is remembered, for columns that repeat theirs. Longer texts are not worth it. */
const hashesRemembered = 20_000;
const longestRemembered = 128;

/**
 * The type that a masked column has in Snowflake: text, whatever it was; only a column that is always NULL keeps its own.
 * @param own type without the mask
 */
export function maskedTarget(method: MaskMethod | undefined, own: string): string {
  return method === undefined || method === 'null' ? own : 'VARCHAR';
}

/**
 * The mask of a method.
 * @param key secret of `hash`
 * @throws SluiceError MASKING_KEY_MISSING, MASKING_KEY_SHORT
 */
export function maskOf(method: MaskMethod, key: string | undefined): Mask {
  switch (method) {
    case 'hash':
      return hashing(checkedKey(key));
    case 'redact':
      return () => redacted;
    case 'partial':
      return partly;
    case 'null':
      return () => null;
  }
}

/** Refuses masks that cannot be made, before anything is read. */
export function checkMasks(tables: readonly Table[], key: string | undefined): void {
  const hashes = tables.some(({ mask }) => Object.values(mask).includes('hash'));
  if (hashes) checkedKey(key);
}

/** Refuses a mask or policy of a column that is not there: a misspelt mask would let values pass in clear. */
export function checkNamedColumns(table: Table, contract: Contract): void {
  const known = new Set(contract.columns.map(({ name }) => name));
  const unknown = Object.keys({ ...table.mask, ...table.values }).filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new SluiceError({
    code: 'TABLE_NO_COLUMN',
    kind: 'usage',
    message: `mask or values of tables.${table.name} name ${unknown.map((name) => `"${name}"`).join(', ')}, which ${table.name} does not have`,
    hint: `Its columns are ${[...known].join(', ')}.`,
    details: { table: table.name, columns: unknown },
  });
}

/** HMAC-SHA-256 (RFC 2104) of the value's text in UTF-8, in hex: whoever lacks the key can neither undo nor guess it. */
function hashing(key: string): Mask {
  const known = new Map<string, string>();
  return (value) => {
    const before = known.get(value);
    if (before !== undefined) return before;
    const hash = createHmac('sha256', key).update(value).digest('hex');
    if (value.length <= longestRemembered && known.size < hashesRemembered) known.set(value, hash);
    return hash;
  };
}

/** The last 4 characters of 8 or more, the domain of an address; how long the rest is does not show. */
function partly(value: string): string {
  const [, domain] = value.includes('@') ? (/^[^@\s]+@([^@\s]+)$/.exec(value) ?? []) : [];
  if (domain !== undefined) return `****@${domain}`;
  // 8 characters need 8 code units at least; only the end has to be taken apart.
  const end = [...value.slice(-16)];
  return end.length < 8 ? '****' : `****${end.slice(-4).join('')}`;
}

function checkedKey(key: string | undefined): string {
  if (key !== undefined && key.length >= leastKeyCharacters) return key;
  throw new SluiceError({
    code: key === undefined ? 'MASKING_KEY_MISSING' : 'MASKING_KEY_SHORT',
    kind: 'usage',
    message:
      key === undefined
        ? 'A column is masked by hash, but there is no key to hash with'
        : `The key of the masks has fewer than ${leastKeyCharacters} characters`,
    hint: 'Set SLUICE_MASKING_KEY (for instance to the output of `openssl rand -hex 32`), and keep it: another key gives other hashes.',
  });
}
