import { compare, prerelease, valid } from 'semver';
import { packagesInvalid } from './errors.ts';

/** One bound on a version, as dbt writes it: `>=1.0.0`; a version alone means exactly that one. */
export interface Bound {
  readonly operator: '=' | '>' | '>=' | '<' | '<=';
  readonly version: string;
}

const written = /^\s*(=|>=|<=|>|<)?\s*v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)\s*$/;

/**
 * Reads bounds; several may stand in one text, with commas.
 *
 * @param of what they are bounds of, for the message
 * @throws SluiceError PACKAGES_INVALID
 */
export function parseBounds(texts: readonly string[], of: string): Bound[] {
  return texts
    .flatMap((text) => text.split(','))
    .filter((text) => text.trim() !== '')
    .map((text) => {
      const [, operator, version] = written.exec(text) ?? [];
      const known = valid(version);
      if (known === null) {
        throw packagesInvalid(
          `"${text}" is not a version of ${of}.`,
          'Write three numbers, with an operator if it is a range: 1.1.1, or [">=1.0.0", "<2.0.0"].',
        );
      }
      return { operator: isOperator(operator) ? operator : '=', version: known };
    });
}

function isOperator(text: string | undefined): text is Bound['operator'] {
  return text !== undefined;
}

/** Whether a version is inside all bounds. */
export function isWithin(version: string, bounds: readonly Bound[]): boolean {
  return bounds.every((bound) => isOnRightSide(version, bound));
}

function isOnRightSide(version: string, bound: Bound): boolean {
  const order = compare(version, bound.version);
  switch (bound.operator) {
    case '=':
      return order === 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      // Who wants less than 1.0.0 does not want 1.0.0-rc1.
      return prerelease(bound.version) === null ? compare(version, `${bound.version}-0`) < 0 : order < 0;
    case '<=':
      return order <= 0;
  }
}

/** The highest of the versions that is inside all bounds; a prerelease only when asked for, or when a bound names one. */
export function highestWithin(
  versions: readonly string[],
  bounds: readonly Bound[],
  allowPrerelease: boolean,
): string | undefined {
  const alsoEarly = allowPrerelease || bounds.some((bound) => prerelease(bound.version) !== null);
  return sortVersions(versions)
    .filter((version) => alsoEarly || prerelease(version) === null)
    .findLast((version) => isWithin(version, bounds));
}

/** Versions from the lowest to the highest; what is no version is left out. */
export function sortVersions(versions: readonly string[]): string[] {
  return versions.filter((version) => valid(version) !== null).sort(compare);
}
