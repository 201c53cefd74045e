import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProgram } from '../../bin/program.ts';
import { transformChoice } from '../../bin/transform-choice.ts';

/** What a command would be called with, by its own declaration. */
function parsed(...args: string[]): object {
  const program = createProgram(() => {});
  const command = program.commands.find((known) => known.name() === args[0]);
  if (command === undefined) throw new Error(`there is no command ${args[0]}`);
  command.parseOptions(args.slice(1));
  return transformChoice(command.opts());
}

describe('the flags of the commands', () => {
  test('let every command that builds go without the check', () => {
    for (const command of ['run', 'build', 'test', 'compile']) {
      expect(parsed(command, '--no-check')).toEqual({ check: false });
      expect(parsed(command)).toEqual({});
    }
  });

  test('mean what they mean to dbt', () => {
    expect(
      parsed(
        ...['build', '-s', 'a', 'b+', '-m', 'tag:x', '--exclude', 'c', '--indirect-selection', 'cautious'],
        ...['--resource-type', 'model', 'seed', '--exclude-resource-type', 'unit_test', '--threads', '3'],
        ...[
          '-t',
          'prod',
          '-f',
          '-x',
          '--empty',
          '--defer',
          '--favor-state',
          '--state',
          'x',
          '--store-failures',
        ],
        ...['--no-audit', '--target-path', 'y', '--warn-error'],
      ),
    ).toMatchObject({
      select: ['a', 'b+', 'tag:x'],
      exclude: ['c'],
      indirectSelection: 'cautious',
      resourceTypes: ['model', 'seed'],
      excludeResourceTypes: ['unit_test'],
      threads: 3,
      target: 'prod',
      fullRefresh: true,
      failFast: true,
      empty: true,
      defer: true,
      favorState: true,
      state: resolve('x'),
      storeFailures: true,
      audit: false,
      artifactsDirectory: resolve('y'),
      warnError: { error: 'all', warn: [], silence: [] },
    });
  });

  test('leave out what was not said, so that a retry keeps what the earlier command said', () => {
    expect(parsed('retry')).toEqual({});
    expect(parsed('ls', '--selector', 'nightly')).toEqual({ selector: 'nightly' });
  });

  test.each([
    ['{name: value, list: [1, 2]}', { name: 'value', list: [1, 2] }],
    ['{"name": "value"}', { name: 'value' }],
    ['name: value', { name: 'value' }],
    ['{day: 2026-01-31, flag: true}', { day: '2026-01-31', flag: true }],
  ])('--vars %s', (text, vars) => {
    expect(parsed('ls', '--vars', text)).toEqual({ vars });
  });

  test('tell a value that cannot be read', () => {
    expect(() => parsed('ls', '--vars', '[1]')).toThrowError(
      expect.objectContaining({ code: 'VARS_INVALID' }),
    );
    expect(() => parsed('ls', '--vars', '{a: ')).toThrowError(expect.objectContaining({ kind: 'usage' }));
    const half = () => parsed('build', '--event-time-start', '2026-01-01');
    expect(half).toThrowError(/belong together/);
    const wrong = () => parsed('build', '--event-time-start', '2026-02-30', '--event-time-end', '2026-03-01');
    expect(wrong).toThrowError(expect.objectContaining({ code: 'EVENT_TIME_INVALID' }));
    expect(() => parsed('build', '--sample', 'a week')).toThrowError(/The sample is "a week"/);
  });

  test('take times in UTC, and spans as their bounds', () => {
    expect(
      parsed('build', '--event-time-start', '2026-01-01', '--event-time-end', '2026-01-02T06:00:00'),
    ).toMatchObject({ eventTimeStart: '2026-01-01T00:00:00.000Z', eventTimeEnd: '2026-01-02T06:00:00.000Z' });
    expect(parsed('build', '--sample', '{start: 2026-01-01, end: "2026-01-02 12:00:00"}')).toMatchObject({
      sample: { start: '2026-01-01T00:00:00.000Z', end: '2026-01-02T12:00:00.000Z' },
    });
  });

  test('name the warnings that are errors', () => {
    expect(
      parsed('build', '--warn-error-options', '{error: all, warn: [LogTestResult], silence: [X]}'),
    ).toMatchObject({ warnError: { error: 'all', warn: ['LogTestResult'], silence: ['X'] } });
    expect(parsed('build', '--warn-error-options', '{"include": ["A"], "exclude": []}')).toMatchObject({
      warnError: { error: ['A'], warn: [], silence: [] },
    });
  });
});

test('every command of the dbt project says what each of its options is for', () => {
  const program = createProgram(() => {});
  for (const command of program.commands) {
    for (const { description, long, hidden } of command.options) {
      expect(hidden || description !== '', `${command.name()} ${long}`).toBe(true);
    }
  }
});
