import { describe, expect, test } from 'vitest';
import { renderTemplate } from '../../lib/snowflake/templates.ts';

const values = { ops: '"DB"."OPS"', columns: '"A" NUMBER,\n"B" VARCHAR', yes: true, no_rows: false };

function render(text: string, tables: readonly Readonly<Record<string, string | boolean>>[] = []): string {
  return renderTemplate({ file: 'X.sql', text }, { values, tables });
}

describe('templates', () => {
  test('a placeholder becomes its value, and lines of a value keep the indentation', () => {
    expect(render('SELECT * FROM {{ ops }}.LOADS;')).toBe('SELECT * FROM "DB"."OPS".LOADS;');
    expect(render('CREATE TABLE t (\n  {{ columns }},\n  C DATE\n)')).toBe(
      'CREATE TABLE t (\n  "A" NUMBER,\n  "B" VARCHAR,\n  C DATE\n)',
    );
  });

  test('what looks like a pattern of replacement in a value is only text', () => {
    expect(
      renderTemplate({ file: 'X.sql', text: '{{ a }}' }, { values: { a: "$& $' {{ b }}" }, tables: [] }),
    ).toBe("$& $' {{ b }}");
  });

  test('a section stands once for each table, with the values of the project too', () => {
    const text = '-- for each table\n{{ name }} in {{ ops }}\n-- end for each\nend';
    expect(render(text, [{ name: 'a' }, { name: 'b' }])).toBe('a in "DB"."OPS"\nb in "DB"."OPS"\nend');
  });

  test('a condition may stand in a section', () => {
    const text =
      '-- for each table\n  -- if big\n  {{ name }}\n  -- end if\n-- end for each\n-- if no rows\nnever\n-- end if';
    expect(
      render(text, [
        { name: 'a', big: true },
        { name: 'b', big: false },
      ]),
    ).toBe('  a');
  });

  test.each([
    ['SELECT {{ nothing }}', 'line 1: there is no value "nothing"'],
    ['\nSELECT {{ yes }}', 'line 2: there is no value "yes"'],
    ['SELECT {{ops}}', 'line 1: a placeholder is written {{ name }}'],
    ['-- for each table\nx', 'line 1: the section that starts here does not end'],
    [
      '-- if yes\n-- for each table\n-- end if\n-- end for each',
      'line 3: found "-- end if", expected "-- end for each"',
    ],
    ['x\n-- end if', 'line 2: found "-- end if", expected "-- a section"'],
    ['-- if ops\n-- end if', 'line 1: there is no condition "ops"'],
  ])('%j is refused', (text, message) => {
    expect(() => render(text)).toThrow(`snowflake/X.sql, ${message}`);
  });
});
