import { defineMethods, type Methods } from './define.ts';

/** The first character in upper case, the others in lower case. */
export function capitalize(text: string): string {
  const [first = '', ...rest] = text;
  return first.toUpperCase() + rest.join('').toLowerCase();
}

/** Every word's first letter in upper case; a word is a run of letters. */
function titleCase(text: string): string {
  let afterLetter = false;
  let result = '';
  for (const char of text) {
    result += afterLetter ? char.toLowerCase() : char.toUpperCase();
    afterLetter = isCased(char);
  }
  return result;
}

function isCased(char: string): boolean {
  return /[\p{Lu}\p{Ll}\p{Lt}]/u.test(char);
}

function swapCase(text: string): string {
  return [...text].map((char) => (/\p{Lu}/u.test(char) ? char.toLowerCase() : char.toUpperCase())).join('');
}

/** True if there are cased characters and none of them has another case than the function gives. */
function hasCase(text: string, other: RegExp): boolean {
  return /[\p{Lu}\p{Ll}\p{Lt}]/u.test(text) && !other.test(text);
}

export function isLower(text: string): boolean {
  return hasCase(text, /[\p{Lu}\p{Lt}]/u);
}

export function isUpper(text: string): boolean {
  return hasCase(text, /[\p{Ll}\p{Lt}]/u);
}

const whole = ['self'];
const is = (pattern: RegExp) => (text: string) => pattern.test(text);

/** The methods of a str that change or ask for the kind of its characters. */
export const casingMethods: Methods = defineMethods({
  lower: [whole, (text: string) => text.toLowerCase()],
  upper: [whole, (text: string) => text.toUpperCase()],
  casefold: [whole, (text: string) => text.toLowerCase().replaceAll('ß', 'ss')],
  capitalize: [whole, capitalize],
  title: [whole, titleCase],
  swapcase: [whole, swapCase],
  islower: [whole, isLower],
  isupper: [whole, isUpper],
  istitle: [whole, (text: string) => /[\p{Lu}\p{Ll}\p{Lt}]/u.test(text) && titleCase(text) === text],
  isalnum: [whole, is(/^[\p{L}\p{N}]+$/u)],
  isalpha: [whole, is(/^\p{L}+$/u)],
  isascii: [whole, (text: string) => [...text].every((char) => (char.codePointAt(0) ?? 0) < 128)],
  isdecimal: [whole, is(/^\p{Nd}+$/u)],
  isdigit: [whole, is(/^[\p{Nd}\u00b2\u00b3\u00b9\u2070-\u2089]+$/u)],
  isnumeric: [whole, is(/^\p{N}+$/u)],
  isidentifier: [whole, is(/^[\p{ID_Start}_]\p{ID_Continue}*$/u)],
  isprintable: [
    whole,
    is(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]*$/u),
  ],
  isspace: [whole, is(/^\s+$/)],
});
