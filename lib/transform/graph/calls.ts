import type { RefCall, SourceCall, Version } from './node.ts';

/** What a text that is one call means: `ref('a', v=2)`, `source('s', 't')`, `metric('m')`. */
export type WrittenCall =
  | { readonly kind: 'ref'; readonly call: RefCall }
  | { readonly kind: 'source'; readonly call: SourceCall }
  | { readonly kind: 'metric'; readonly name: string };

const whole = /^\s*(?:\{\{-?\s*)?(ref|source|metric)\s*\((.*)\)\s*(?:-?\}\}\s*)?$/s;
const argument = /^\s*(?:(version|v)\s*=\s*)?(?:'([^']*)'|"([^"]*)"|(-?\d+(?:\.\d+)?))\s*(?:,|$)/;

/** Reads a text that schema files use for a call, with or without braces; undefined when it is none. */
export function readCall(text: string): WrittenCall | undefined {
  const [, name, inside = ''] = whole.exec(text) ?? [];
  const read = readArguments(inside);
  if (name === undefined || read === undefined) return undefined;
  const { names, version } = read;
  const [first, second] = names;
  if (first === undefined || names.length > 2) return undefined;
  if (name === 'ref') {
    const packageName = second === undefined ? null : first;
    return { kind: 'ref', call: { packageName, name: second ?? first, version } };
  }
  if (version !== null) return undefined;
  if (name === 'source') return second === undefined ? undefined : { kind: 'source', call: [first, second] };
  return { kind: 'metric', name: second ?? first };
}

function readArguments(inside: string): { names: string[]; version: Version | null } | undefined {
  const names: string[] = [];
  let version: Version | null = null;
  let rest = inside;
  while (rest.trim() !== '') {
    const match = argument.exec(rest);
    if (match === null) return undefined;
    const [text, keyword, single, double, digits] = match;
    const value = single ?? double ?? Number(digits);
    if (keyword !== undefined) version = value;
    else if (typeof value === 'string') names.push(value);
    else return undefined;
    rest = rest.slice(text.length);
  }
  return { names, version };
}
