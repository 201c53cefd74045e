import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseScript } from '../../../../../lib/local/snowflake/loading/scripting/index.ts';
import { Scope } from '../../../../../lib/local/snowflake/loading/scripting/scope.ts';
import { substitute } from '../../../../../lib/local/snowflake/loading/scripting/substitute.ts';
import { literalOf } from '../../../../../lib/local/snowflake/loading/scripting/values.ts';
import { tokenize } from '../../../../../lib/sql/index.ts';

test('a block has declarations, steps and handlers', () => {
  const block = parseScript(`
    DECLARE total NUMBER(10, 2) DEFAULT 1; c CURSOR FOR SELECT 1; bad EXCEPTION (-20002, 'no');
    BEGIN
      LET text VARCHAR := 'a;b';
      SELECT COUNT(*), MAX(x) INTO :total, :text FROM t WHERE CASE WHEN a THEN b END = 1;
      IF (total > 1) THEN RETURN total; ELSEIF (total = 0) THEN NULL; ELSE RAISE bad; END IF;
      FOR r IN c DO INSERT INTO t SELECT r; END FOR;
      FOR i IN REVERSE 1 TO total DO BREAK; END FOR;
      WHILE (TRUE) DO CONTINUE; END WHILE;
      REPEAT total := total - 1; UNTIL (total < 0) END REPEAT;
      BEGIN BEGIN TRANSACTION; COMMIT; EXCEPTION WHEN STATEMENT_ERROR OR bad THEN ROLLBACK; RAISE; END;
    EXCEPTION WHEN OTHER THEN RETURN SQLERRM;
    END;`);
  expect(block.declarations.map(({ kind }) => kind)).toEqual(['variable', 'cursor', 'exception']);
  expect(block.steps.map(({ kind }) => kind)).toEqual([
    'declare',
    'sql',
    'if',
    'forRows',
    'forRange',
    'while',
    'repeat',
    'block',
  ]);
  expect(block.steps[1]).toMatchObject({ into: ['TOTAL', 'TEXT'] });
  expect(block.handlers.map(({ names }) => names)).toEqual([['OTHER']]);
  expect(block.steps[7]).toMatchObject({
    steps: [{ kind: 'sql' }, { kind: 'sql' }],
    handlers: [
      { names: ['STATEMENT_ERROR', 'BAD'], steps: [{ kind: 'sql' }, { kind: 'raise', name: undefined }] },
    ],
  });
});

test.each([
  ['BEGIN AWAIT ALL; END', 'AWAIT of Snowflake Scripting'],
  ['BEGIN NULL; EXCEPTION WHEN OTHER CONTINUE THEN NULL; END', 'WHEN … CONTINUE THEN'],
  ['BEGIN SELECT 1', 'syntax error'],
  ['BEGIN IF (TRUE) NULL; END IF; END', 'syntax error'],
])('%s is refused', (text, message) => {
  expect(() => parseScript(text)).toThrow(message);
});

function scopeOf(values: Readonly<Record<string, string | number>>): Scope {
  const scope = new Scope();
  for (const [name, value] of Object.entries(values)) {
    const type = typeof value === 'number' ? 'FIXED' : 'TEXT';
    scope.declare(name, { kind: 'variable', value: { type, value: String(value) }, type: undefined });
  }
  return scope;
}

const piece = (text: string) => ({ tokens: tokenize(text) });

test('in SQL a colon makes a variable, but not in a path; in an expression the bare name is one', () => {
  const scope = scopeOf({ RUN: "it's", N: -3 });
  expect(
    substitute(piece('SELECT v:run::VARCHAR, run FROM t WHERE a = :run AND b IN (:n)'), scope, 'sql'),
  ).toBe("SELECT v:run::VARCHAR, run FROM t WHERE a = 'it''s' AND b IN ((-3))");
  expect(
    substitute(piece('n + LENGTH(run) + t.n + n(1) || (SELECT n FROM t WHERE x = :n)'), scope, 'expression'),
  ).toBe("(-3) + LENGTH('it''s') + t.n + n(1) || (SELECT n FROM t WHERE x = (-3))");
  expect(() => substitute(piece('SELECT :missing'), scope, 'sql')).toThrow('Bind variable :missing not set');
});

test('any text as a literal is read back as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const [token, ...more] = tokenize(literalOf({ type: 'TEXT', value }));
      return token?.kind === 'string' && token.value === value && more.length === 0;
    }),
  );
});

test.each([
  ['DATE', '14975', "'2011-01-01'::DATE"],
  ['TIME', '3661.500000000', "'01:01:01.500000000'::TIME"],
  ['TIMESTAMP_NTZ', '1293870360.123456000', "'2011-01-01 08:26:00.123456000'::TIMESTAMP_NTZ"],
  ['TIMESTAMP_NTZ', '-1.500000000', "'1969-12-31 23:59:58.500000000'::TIMESTAMP_NTZ"],
  ['TIMESTAMP_TZ', '1293870360.000000000 1500', "'2011-01-01 09:26:00.000000000 +0100'::TIMESTAMP_TZ"],
  ['BOOLEAN', 'true', 'TRUE'],
  ['VARIANT', '{"a":"b\\n"}', 'PARSE_JSON(\'{"a":"b\\\\n"}\')'],
] as const)('a %s is written as SQL', (type, value, expected) => {
  expect(literalOf({ type, value })).toBe(expected);
});
