import { float, int } from './runtime/values.ts';

const simpleEscapes: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const escapePattern = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g;

/** A string literal's text with Python's escapes decoded (unknown ones stay); undefined if one is cut short. */
export function decodeString(text: string): string | undefined {
  let broken = false;
  const decoded = text.replace(
    escapePattern,
    (all, octal?: string, hex?: string, four?: string, eight?: string, char?: string) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      const digits = hex ?? four ?? eight;
      if (digits !== undefined) {
        const point = Number.parseInt(digits, 16);
        if (point > 0x10ffff) broken = true;
        return point > 0x10ffff ? '' : String.fromCodePoint(point);
      }
      if (char === 'x' || char === 'u' || char === 'U' || char === 'N') broken = true;
      return simpleEscapes[char ?? ''] ?? all;
    },
  );
  return broken ? undefined : decoded;
}

/** The value of an integer literal in any of Python's bases. */
export function parseInteger(text: string): number | bigint {
  return int(BigInt(text.replaceAll('_', '')));
}

/** The value of a float literal. */
export function parseFloatLiteral(text: string): unknown {
  return float(Number(text.replaceAll('_', '')));
}
