import { S3Error } from './errors.ts';

/** The subset of XML that S3 speaks: elements and text. Attributes are read over, never written but `xmlns`. */
export interface XmlElement {
  readonly name: string;
  readonly children: readonly XmlElement[];
  /** Text of the element itself, entities resolved. */
  readonly text: string;
}

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** A document with S3's namespace on its root. `content` is already XML. */
export function document(root: string, content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${NAMESPACE}">${content}</${root}>`;
}

/** `<name>value</name>` with the value escaped; nothing at all for `undefined`. */
export function text(name: string, value: string | number | boolean | undefined): string {
  return value === undefined ? '' : `<${name}>${escapeXml(String(value))}</${name}>`;
}

/** `<name>…</name>` around what is already XML. */
export function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

/** Control characters, which a key may hold, go out as numeric references, as S3 sends them. */
function escapeXml(value: string): string {
  // biome's rule on control characters in patterns does not apply to \p{Cc}.
  return value.replace(/[&<>"']|\p{Cc}/gu, (character) => {
    switch (character) {
      case '&':
        return '&amp;';
      case '<':
        return '&lt;';
      case '>':
        return '&gt;';
      case '"':
        return '&quot;';
      case "'":
        return '&apos;';
      default:
        return `&#x${character.charCodeAt(0).toString(16)};`;
    }
  });
}

/** Parses a request body. Raises MalformedXML for anything that is not well-formed or not named `root`. */
export function parseXml(source: string, root: string): XmlElement {
  const tokens = source.replace(/^\uFEFF/, '').matchAll(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<[^>]*>|[^<]+|</g);
  const stack: { name: string; children: XmlElement[]; text: string }[] = [];
  let result: XmlElement | undefined;
  for (const [token] of tokens) {
    if (token.startsWith('<!--') || token.startsWith('<?')) continue;
    const top = stack.at(-1);
    if (!token.startsWith('<')) {
      if (top !== undefined) top.text += resolveEntities(token);
      else if (token.trim() !== '') throw malformed();
      continue;
    }
    const tag = /^<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>$/.exec(
      token,
    );
    const name = tag?.[2];
    if (tag === null || name === undefined || result !== undefined) throw malformed();
    const closes = tag[1] === '/';
    if (!closes) stack.push({ name, children: [], text: '' });
    if (closes || tag[4] === '/') {
      const finished = stack.pop();
      if (finished === undefined || finished.name !== name) throw malformed();
      const parent = stack.at(-1);
      if (parent === undefined) result = finished;
      else parent.children.push(finished);
    }
  }
  if (result === undefined || result.name !== root) throw malformed();
  return result;
}

/** The children of that name. */
export function childrenOf(parent: XmlElement, name: string): readonly XmlElement[] {
  return parent.children.filter((child) => child.name === name);
}

/** The text of the first child of that name. */
export function childText(parent: XmlElement, name: string): string | undefined {
  return parent.children.find((child) => child.name === name)?.text;
}

function resolveEntities(raw: string): string {
  return raw.replace(/&([^;]*);?/g, (whole, name: string) => {
    if (!whole.endsWith(';')) throw malformed();
    const numeric = /^#(?:x([0-9a-fA-F]+)|([0-9]+))$/.exec(name);
    if (numeric !== null) {
      const code = Number.parseInt(numeric[1] ?? numeric[2] ?? '', numeric[1] === undefined ? 10 : 16);
      if (code > 0x10ffff) throw malformed();
      return String.fromCodePoint(code);
    }
    const value = ENTITIES[name];
    if (value === undefined) throw malformed();
    return value;
  });
}

function malformed(): S3Error {
  return new S3Error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}
