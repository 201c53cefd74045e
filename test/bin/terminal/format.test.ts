import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatBytes, formatCount, formatDuration, formatRate } from '../../../bin/terminal/format.ts';
import { createOutput } from '../../../bin/terminal/output.ts';
import { renderTable } from '../../../bin/terminal/table.ts';

test.each([
  [formatCount(541_909), '541,909'],
  [formatBytes(512), '512 B'],
  [formatBytes(7_441_021), '7.1 MiB'],
  [formatDuration(840), '840 ms'],
  [formatDuration(12_340), '12.3 s'],
  [formatDuration(245_000), '4 min 05 s'],
  [formatDuration(12_000_000), '3 h 20 min'],
  [formatRate(412_000, 1000), '412k rows/s'],
  [formatRate(10, 0), '0 rows/s'],
])('%s', (text, expected) => {
  expect(text).toBe(expected);
});

test('a table stands in columns and cuts no name', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,90}$/), { minLength: 1 }), (names) => {
      const [, ...lines] = renderTable(
        [{ title: 'name' }, { title: 'rows', align: 'right' }],
        names.map((name) => [name, '7']),
      ).split('\n');
      expect(lines.map((line) => line.split(/ +/))).toEqual(names.map((name) => [name, '7']));
      expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    }),
  );
});

function captured(json: boolean) {
  const stdout = new PassThrough();
  const output = createOutput(json, { stdout });
  return { output, text: () => String(stdout.read() ?? '') };
}

test('without a terminal there are plain lines, and live ones only when they settle', () => {
  const { output, text } = captured(false);
  output.line('begin');
  output.live('films', 'half');
  output.settle('films', 'whole');
  output.result({ ignored: true });
  expect(text()).toBe(`begin\nwhole\n`);
  expect(output.style('red', 'x')).toBe('x');
});

test('with --json there is one object and nothing else', () => {
  const { output, text } = captured(true);
  output.line('begin');
  output.settle('films', 'whole');
  output.result({ rows: 3 });
  expect(text()).toBe('{"rows":3}\n');
});
