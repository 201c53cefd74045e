import type { PackageProperties, SourceOverride, SourceTableProperties } from '../project/properties.ts';

/**
 * Puts what `overrides: <package>` says of a source of another package over what that package says: its keys replace those
 * of the source, and those of its tables the tables'.
 *
 * @param all what the schema files of all packages say; sources that are overridden are replaced in it
 */
export function overrideSources(all: readonly PackageProperties[], warn: (message: string) => void): void {
  for (const override of all.flatMap(({ sourceOverrides }) => sourceOverrides)) {
    const { packageName, sourceName, file, line } = override;
    let found = false;
    for (const { sources } of all) {
      for (const [index, table] of sources.entries()) {
        if (table.packageName !== packageName || table.sourceName !== sourceName) continue;
        found = true;
        sources[index] = overridden(table, override);
      }
    }
    if (!found) {
      warn(
        `${file}:${line}: the source "${sourceName}" of the package "${packageName}" is overridden, and is not there.`,
      );
    }
  }
}

function overridden(table: SourceTableProperties, override: SourceOverride): SourceTableProperties {
  const own = override.tables.find(({ name }) => name === table.name);
  const { name: _, overrides: __, ...source } = override.source;
  return {
    ...table,
    source: { ...table.source, ...source },
    sourceDescription: override.sourceDescription || table.sourceDescription,
    patchedIn: `${override.by}://${override.path}`,
    ...(own === undefined
      ? {}
      : {
          raw: { ...table.raw, ...own.raw },
          config: { ...table.config, ...own.config },
          description: own.description || table.description,
          columns: own.columns.length > 0 ? own.columns : table.columns,
          tests: own.tests.length > 0 ? own.tests : table.tests,
        }),
  };
}
