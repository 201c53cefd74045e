import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  highestWithin,
  isWithin,
  parseBounds,
  sortVersions,
} from '../../../lib/transform/packages/versions.ts';

// What dbt_common.semver.versions_compatible says of each.
test.each([
  ['1.2.3', '1.2.3', true],
  ['1.2.3', '=1.2.3', true],
  ['v1.2.3', '1.2.3', true],
  ['1.2.3', '>1.2.3', false],
  ['1.2.3', '>=1.2.3', true],
  ['1.10.0', '>1.9.9', true],
  ['2.0.0-b1', '<2.0.0', false],
  ['2.0.0-b1', '<2.0.0-b2', true],
  ['1.9.0-b1', '<2.0.0', true],
  ['2.0.0-b1', '>=1.0.0', true],
  ['2.0.0-b1', '<=2.0.0', true],
  ['2.0.0', '>2.0.0-rc1', true],
])('%s is within %s: %s', (version, bound, expected) => {
  const [exact] = parseBounds([version], 'a');
  expect(isWithin(exact?.version ?? '', parseBounds([bound], 'a'))).toBe(expected);
});

const number = fc.integer({ min: 0, max: 12 });
const version = fc
  .tuple(number, number, number, fc.constantFrom('', '-a1', '-b2', '-rc.1'))
  .map(([major, minor, patch, early]) => `${major}.${minor}.${patch}${early}`);
const bound = fc.tuple(fc.constantFrom('=', '<', '<=', '>', '>='), version).map((parts) => parts.join(''));

test('takes the highest of those within all bounds, and none that is outside one', () => {
  fc.assert(
    fc.property(
      fc.array(version),
      fc.array(bound, { maxLength: 3 }),
      fc.boolean(),
      (versions, texts, early) => {
        const bounds = parseBounds(texts, 'a');
        const highest = highestWithin(versions, bounds, early);
        const allowed = versions.filter(
          (candidate) =>
            isWithin(candidate, bounds) &&
            (early || !candidate.includes('-') || texts.some((text) => text.includes('-'))),
        );
        expect(highest).toBe(sortVersions(allowed).at(-1));
      },
    ),
  );
});

test('reads several bounds in one text as it reads them apart', () => {
  fc.assert(
    fc.property(fc.array(bound), (texts) => {
      expect(parseBounds([texts.join(', ')], 'a')).toEqual(parseBounds(texts, 'a'));
    }),
  );
});
