import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  defaultMigrationsDirectory,
  ledgerFile,
  readMigrations,
  readTemplate,
} from '../../lib/snowflake/migration-files.ts';
import { templateContext } from '../../lib/snowflake/template-values.ts';
import { renderTemplate } from '../../lib/snowflake/templates.ts';
import { comparisonSql } from './comparison-sql.ts';
import { fiveTables, oneTable } from './samples.ts';

/**
 * Writes `snowflake/`, rendered for one and for five tables, and the statements that compare, to a folder, for a second opinion on its grammar:
 *
 *     node test/snowflake/render-sql.ts DIR && sqlfluff lint --config test/snowflake/.sqlfluff DIR
 */
async function renderAll(directory: string): Promise<void> {
  for (const [name, { project, contracts }] of Object.entries({
    'one-table': oneTable,
    'five-tables': fiveTables,
  })) {
    const context = templateContext(project, contracts, { bucket: 'staging-bucket' });
    const folder = join(directory, name);
    const source = defaultMigrationsDirectory();
    const parts = readMigrations(source).flatMap((migration) => migration.parts);
    for (const part of [readTemplate(source, ledgerFile), ...parts]) {
      const file = join(folder, part.file);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${renderTemplate(part, context).trimEnd()}\n`);
    }
    writeFileSync(join(folder, 'comparison.sql'), await comparisonSql(project, contracts));
  }
}

const [directory] = process.argv.slice(2);
if (directory === undefined) {
  process.stderr.write('Give the folder to write to: node test/snowflake/render-sql.ts DIR\n');
  process.exitCode = 2;
} else {
  await renderAll(directory);
}
