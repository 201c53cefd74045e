import { dbtVersion } from '../artifacts/results.ts';
import type { Problems } from '../errors.ts';
import { unmetRequirements } from '../project/required-version.ts';
import { type LoadedPackages, shownPath } from './load.ts';

/** Says of packages that ask for another version of dbt than the one that is followed. */
export function checkRequiredVersions(loaded: LoadedPackages, problems: Problems): void {
  if (loaded.root.flags.version_check === false) return;
  for (const { name, requiredVersion } of loaded.packages.values()) {
    const unmet = unmetRequirements(requiredVersion, dbtVersion);
    if (unmet.length === 0) continue;
    problems.add({
      file: shownPath(loaded, name, 'dbt_project.yml'),
      message: `${name} asks for dbt ${unmet.join(', ')}, and what Sluice follows is dbt ${dbtVersion}.`,
      hint: 'Take another version of it, or set `flags: {version_check: false}` in dbt_project.yml.',
    });
  }
}
