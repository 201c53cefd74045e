import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isSeq, parseDocument, YAMLSeq } from 'yaml';
import { type RenderText, readDeclaredPackages } from './declared.ts';
import { packagesInvalid } from './errors.ts';
import { writeWhole } from './write-whole.ts';

/** A package to be added to packages.yml. */
export interface PackageToAdd {
  /** Name on the hub, address of a repository, or path. */
  readonly name: string;
  /** Version, range with commas, or revision. */
  readonly version?: string;
  readonly source: 'hub' | 'git' | 'local';
}

/**
 * Adds a package to the file that lists the project's packages, instead of an entry for the same one; comments stay.
 *
 * @throws SluiceError PACKAGES_INVALID; the file is not changed then
 */
export function addPackage(directory: string, add: PackageToAdd, render: RenderText): void {
  const { file, packages } = readDeclaredPackages(directory, render);
  const absolute = join(directory, file);
  const document = parseDocument(existsSync(absolute) ? readFileSync(absolute, 'utf8') : '');
  if (document.contents !== null && !isMap(document.contents)) {
    throw packagesInvalid(`${file} is not a mapping.`, 'Begin it with `packages:`.');
  }
  const known = document.get('packages');
  const list = isSeq(known) ? known : new YAMLSeq();
  const same = packages.findIndex(({ rendered }) => rendered[keyOfSource[add.source]] === add.name);
  const entry = document.createNode(entryOf(add));
  if (same >= 0) list.items[same] = entry;
  else list.items.push(entry);
  list.flow = false;
  document.set('packages', list);
  writeWhole(absolute, document.toString({ lineWidth: 0 }));
}

const keyOfSource = { hub: 'package', git: 'git', local: 'local' } as const;

function entryOf({ name, version, source }: PackageToAdd): Readonly<Record<string, unknown>> {
  const place = { [keyOfSource[source]]: name };
  if (source === 'local') return place;
  if (version === undefined) {
    if (source === 'git') return place;
    throw packagesInvalid(
      `${name} has no version.`,
      `Write it as ${name}@1.0.0 or "${name}@>=1.0.0,<2.0.0".`,
    );
  }
  if (source === 'git') return { ...place, revision: version };
  const versions = version.split(',').map((part) => part.trim());
  return { ...place, version: versions.length === 1 ? version : versions };
}
