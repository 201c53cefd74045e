import { defineProject, type Project, parseProject, type TableInput } from '../../lib/config/index.ts';

/** A project of these tables and nothing else said. */
export function projectOf(tables: Record<string, TableInput>): Project {
  return parseProject(defineProject({ name: 'test', tables }), {
    directory: import.meta.dirname,
    file: 'sluice.config.ts',
  });
}
