import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quoteIdentifier, quoteLiteral, quoteName } from '../../lib/snowflake/index.ts';
import { indentLines } from '../../lib/snowflake/quoting.ts';
import { splitStatements } from '../../lib/snowflake/statements.ts';

/** What Snowflake reads in a constant: a doubled quote is one, a backslash takes the next character as it is. */
function readLiteral(sql: string): string {
  return sql
    .slice(1, -1)
    .replaceAll(/''|\\([\s\S])/g, (both, escaped: string | undefined) => escaped ?? both[0] ?? '');
}

describe('quoting', () => {
  test('a name stays what it is, a quote in it is doubled', () => {
    expect(quoteIdentifier('INVOICENO')).toBe('"INVOICENO"');
    expect(quoteIdentifier('Straße "x"')).toBe('"Straße ""x"""');
    expect(quoteName('SHOP', 'OPS', 'LOADS')).toBe('"SHOP"."OPS"."LOADS"');
  });

  test.each(['', 'x'.repeat(256), 'a\0b'])('no identifier is made of %j', (name) => {
    expect(() => quoteIdentifier(name)).toThrow(expect.objectContaining({ code: 'SNOWFLAKE_NAME_INVALID' }));
  });

  test('a constant is read back as the text it was made of', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => readLiteral(quoteLiteral(text)) === text));
    expect(quoteLiteral("it's \\n")).toBe("'it''s \\\\n'");
  });

  test('lines are indented, what is quoted stays what it is', () => {
    expect(indentLines('SELECT 1\nFROM t', '  ')).toBe('SELECT 1\n  FROM t');
    const hostile = fc.string({ unit: fc.constantFrom("'", '"', '\\', '\n', 'a') });
    fc.assert(
      fc.property(hostile, hostile, (literal, name) => {
        const [constant, identifier] = [quoteLiteral(literal), quoteIdentifier(`x${name}`)];
        expect(indentLines(`${constant}\n${identifier}`, '  ')).toBe(`${constant}\n  ${identifier}`);
      }),
    );
  });

  test('nothing that is quoted ends a statement', () => {
    const hostile = fc.string({ unit: fc.constantFrom("'", '"', '\\', ';', '-', '/', '*', '$', '\n', 'a') });
    fc.assert(
      fc.property(hostile, hostile, (literal, name) => {
        const statement = `SELECT ${quoteLiteral(literal)} AS ${quoteIdentifier(`x${name}`)}`;
        expect(splitStatements(`${statement};\nSELECT 2;`)).toEqual([statement, 'SELECT 2']);
      }),
    );
  });
});
