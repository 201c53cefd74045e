import { describe, expect, test } from 'vitest';
import { list } from '../../../lib/transform/index.ts';
import { projectFlags } from '../../../lib/transform/run/project-flags.ts';
import { dbtProject, shop } from '../support/projects.ts';

function flagsOf(flags: string) {
  return projectFlags(dbtProject({ 'dbt_project.yml': `name: p\nflags: ${flags}` }));
}

describe('flags of dbt_project.yml', () => {
  test('choose for every run', () => {
    expect(
      flagsOf('{fail_fast: true, store_failures: false, indirect_selection: cautious, warn_error: true}'),
    ).toEqual({
      failFast: true,
      storeFailures: false,
      indirectSelection: 'cautious',
      warnError: { error: 'all', warn: [], silence: [] },
    });
    expect(flagsOf('{warn_error_options: {include: all, exclude: LogTestResult, silence: [A, B]}}')).toEqual({
      warnError: { error: 'all', warn: ['LogTestResult'], silence: ['A', 'B'] },
    });
  });

  test('that have no meaning here are passed over', () => {
    expect(flagsOf('{send_anonymous_usage_stats: false, partial_parse: true, printer_width: 120}')).toEqual(
      {},
    );
    expect(projectFlags(dbtProject({}))).toEqual({});
  });

  test('have to have a value that they can have', () => {
    expect(() => flagsOf('{fail_fast: maybe, indirect_selection: shy}')).toThrow(
      /fail_fast` is "maybe", which is neither true nor false.[\s\S]*`indirect_selection` is "shy", which is none of eager/,
    );
  });

  test('give way to what a run says', () => {
    const directory = dbtProject({
      'dbt_project.yml': 'name: p\nflags: {indirect_selection: empty}',
      'models/a.sql': 'select 1 as id',
      'models/s.yml': 'models: [{name: a, columns: [{name: id, data_tests: [unique]}]}]',
    });
    const names = (indirectSelection?: 'eager') =>
      list({
        directory,
        project: shop,
        select: ['a'],
        ...(indirectSelection === undefined ? {} : { indirectSelection }),
      }).nodes.map(({ name }) => name);
    expect(names()).toEqual(['a']);
    expect(names('eager')).toEqual(['a', 'unique_a_id']);
  });

  test('make warnings of the project errors', () => {
    const directory = dbtProject({
      'dbt_project.yml': 'name: p\nflags: {warn_error_options: {error: [NoNodeForYamlKey]}}',
      'models/s.yml': 'models: [{name: gone}]',
    });
    expect(() => list({ directory, project: shop })).toThrow(
      '"gone" is described, but there is no such model.',
    );
  });
});
