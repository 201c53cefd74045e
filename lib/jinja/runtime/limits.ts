import { limitError } from '../errors.ts';

/** As in Jinja2's sandbox: no range, and no growth of a list while a loop runs over it, goes beyond this. */
export const mostItems = 100_000;

/** No text or list that a template makes is longer than this: characters or items. */
export const longestText = 10_000_000;

/** Padding to more than this is no layout but an attack on the memory. */
const widestField = 100_000;

/** The text, if it is not too long. */
export function bounded(text: string): string {
  if (text.length > longestText) throw limitError('The text grows too long.');
  return text;
}

/** Checks a width before anything is made that wide. */
export function checkWidth(width: number): void {
  if (width > widestField) throw limitError(`The field is too wide: at most ${widestField} characters.`);
}

/** How many parts of a value may be looked at in one go: lists can hold each other so that they never end. */
export class Budget {
  private left = 2_000_000;

  spend(): void {
    this.left--;
    if (this.left < 0)
      throw limitError('The value is too large: too many lists and dicts inside each other.');
  }
}
