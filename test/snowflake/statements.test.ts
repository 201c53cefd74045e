import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitStatements } from '../../lib/snowflake/statements.ts';

test('statements end with a semicolon that is code', () => {
  expect(
    splitStatements(`-- first; not a statement
      SELECT ';' AS "a;b"; /* ; */ SELECT $$;$$;
      -- the end;
    `),
  ).toEqual([`SELECT ';' AS "a;b"`, 'SELECT $$;$$']);
});

test('the body of a task stays in one piece', () => {
  const task = `CREATE TASK t AS
BEGIN
  BEGIN TRANSACTION;
  SELECT x:window.end, y.begin;
  LET a NUMBER := CASE WHEN 1 = 1 THEN 2 END;
  FOR row IN rows DO
    IF (a = 1) THEN
      BEGIN
        COMMIT;
      EXCEPTION
        WHEN OTHER THEN
          ROLLBACK;
      END;
    END IF;
  END FOR;
END;`;
  expect(splitStatements(`BEGIN TRANSACTION;\n${task}\nCOMMIT;`)).toEqual([
    'BEGIN TRANSACTION',
    task,
    'COMMIT',
  ]);
});

test('BEGIN alone opens a transaction', () => {
  expect(splitStatements('BEGIN; SELECT 1; END; SELECT 2')).toEqual(['BEGIN', 'SELECT 1', 'END', 'SELECT 2']);
});

test('simple statements are found whatever stands between them', () => {
  const between = fc.constantFrom('\n', ' -- a;b\n', ' /* ; */ ', '\n\n');
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(), between)), (parts) => {
      const sql = parts.map(([number, blank]) => `${blank}SELECT ${number};${blank}`).join('');
      expect(splitStatements(sql)).toEqual(parts.map(([number]) => `SELECT ${number}`));
    }),
  );
});
