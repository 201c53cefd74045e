import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commentMarker, type ReviewReport, renderComment } from '../../../lib/run/index.ts';

const report: ReviewReport = {
  pullRequest: 1,
  schema: 'PR_1',
  base: '0123456789abcdef',
  changed: ['orders'],
  downstream: [],
  everythingBecause: null,
  deletedFiles: [],
  models: [],
  tests: [
    { name: 'unique_orders', status: 'fail', failures: 1, severity: 'error', ms: 1, file: 'orders.yml' },
  ],
  freshness: [],
  comparisons: [],
  failingRows: [],
  problems: [],
};
const options = { secrets: [], embedded: false, baseProblems: [] };

function withValue(value: string): ReviewReport {
  return { ...report, failingRows: [{ test: 'unique_orders', columns: ['V'], rows: [[value]] }] };
}

test('begins with its marker, and is a comment that GitHub takes', () => {
  const huge = renderComment(
    { ...report, problems: Array.from({ length: 50 }, () => 'x'.repeat(5000)) },
    options,
  );
  expect(huge.startsWith(commentMarker)).toBe(true);
  expect(huge.length).toBeLessThan(65_536);
  expect(huge).toContain('the rest is in the log');
});

test('a value can be nothing but a value: no HTML, mention, link or cell of its own', () => {
  const shown = (value: string): string => {
    const line = renderComment(withValue(value), options)
      .split('\n')
      .find(
        (text) => text.startsWith('| <code>') && !text.includes('unique_orders') && !text.includes('unique&'),
      );
    return line ?? '';
  };
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (value) => {
      const inside = shown(value)
        .replace(/^\| <code>/, '')
        .replace(/<\/code> \|$/, '');
      expect(inside).not.toMatch(/[<>|`@[\]]/);
    }),
  );
});

test('a secret is struck out wherever it turns up', () => {
  const secret = `hunter2@more|${'x'.repeat(100)}`;
  const text = renderComment(
    { ...withValue(secret), problems: [`login with ${secret} failed`] },
    { ...options, secrets: ['hunter2', secret] },
  );
  expect(text).not.toContain('hunter2');
  expect(text).not.toContain('xxx');
  expect(text).toContain('login with *** failed');
});

test('no text of an error can close the fence around it', () => {
  const text = renderComment({ ...report, problems: ['a ```` b\n````\n# not a title'] }, options);
  expect(text).toContain('`````\na ```` b\n````\n# not a title\n`````');
});
