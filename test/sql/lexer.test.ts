import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quoteIdentifier } from '../../lib/snowflake/index.ts';
import { splitStatements, tokenize } from '../../lib/sql/index.ts';

const values = (sql: string) => tokenize(sql).map((token) => token.value);

test('unquoted names fold, quoted names and strings keep what they hold', () => {
  expect(values(`select a."b""C", 'it''s', $$x'y$$, 1.5e3, $var, ?`)).toEqual([
    'SELECT',
    'A',
    '.',
    'b"C',
    ',',
    "it's",
    ',',
    "x'y",
    ',',
    '1.5e3',
    ',',
    'VAR',
    ',',
    '?',
  ]);
});

test('escapes of a string are read, comments and blanks are not tokens', () => {
  expect(values(`'a\\nb\\\\c\\'d\\x41\\u00e9' -- no\n // no\n /* no */ x`)).toEqual(["a\nb\\c'dAé", 'X']);
});

test('statements end at semicolons, not inside strings or blocks', () => {
  const texts = splitStatements(`select ';'; begin; insert into t values (1); commit;
    create task t as begin let x := 1; if (x = 1) then select case when 1 = 1 then 2 end; end if; end; select 2`).map(
    (statement) => statement.text.split('\n')[0]?.slice(0, 20),
  );
  expect(texts).toEqual([
    "select ';'",
    'begin',
    'insert into t values',
    'commit',
    'create task t as beg',
    'select 2',
  ]);
});

test('a declared block is one statement', () => {
  expect(splitStatements('declare x int; begin x := 1; return x; end; select 1')).toHaveLength(2);
});

test('an unclosed string, name or comment is a syntax error', () => {
  for (const sql of ["select 'a", 'select "a', 'select /* a', 'select $$a']) {
    expect(() => tokenize(sql)).toThrow(/syntax error unclosed/);
  }
});

test('a string literal is read back as the text it was made of', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const written = `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
      expect(values(`select ${written}`)).toEqual(['SELECT', text]);
    }),
  );
});

test('a quoted name is read back as the name it was made of', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
      expect(values(`select ${quoteIdentifier(name)}`)).toEqual(['SELECT', name]);
    }),
  );
});

test('tokens stand where they say, in order, and nothing but blanks is between them', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('select', '"a b"', "'x'", '1.5', '::', '(', ')', ',', '$1', '=>', 'a.b')),
      (parts) => {
        const sql = parts.join(' ');
        let at = 0;
        for (const token of tokenize(sql)) {
          expect(sql.slice(token.start, token.end)).toBe(token.text);
          expect(sql.slice(at, token.start).trim()).toBe('');
          at = token.end;
        }
        expect(sql.slice(at).trim()).toBe('');
      },
    ),
  );
});
