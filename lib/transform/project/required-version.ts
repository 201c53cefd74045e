import { asTexts, type Data } from '../values.ts';

const requirement =
  /^\s*(>=|<=|!=|==|=|>|<)?\s*v?(\d+)(?:\.(\d+|\*))?(?:\.(\d+|\*))?(?:[-.]?(?:a|b|rc)\d+)?\s*$/;

/**
 * The requirements of `require-dbt-version` that a version of dbt does not meet. What has no such form is left to dbt: it
 * asks for something else than a version.
 */
export function unmetRequirements(required: Data | undefined, version: string): string[] {
  return asTexts(required)
    .flatMap((text) => text.split(','))
    .filter((text) => !isMet(text, version));
}

function isMet(text: string, version: string): boolean {
  const match = requirement.exec(text);
  if (match === null) return true;
  const [, operator = '=', ...parts] = match;
  const wanted = parts.map((part) => (part === undefined || part === '*' ? undefined : Number(part)));
  const own = version.split('.').map(Number);
  const order = compare(own, wanted, operator === '=' || operator === '==' || operator === '!=');
  switch (operator) {
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '<':
      return order < 0;
    case '!=':
      return order !== 0;
    default:
      return order === 0;
  }
}

/** @param open whether a part that is left out is any */
function compare(own: readonly number[], wanted: readonly (number | undefined)[], open: boolean): number {
  for (const [index, part] of wanted.entries()) {
    if (part === undefined && open) return 0;
    const difference = (own[index] ?? 0) - (part ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
