import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import {
  type DeclaredPackage,
  declaredPackage,
  isPackageName,
  isRecord,
  type RenderText,
  readPackageYaml,
  WholeFloat,
} from './declared.ts';
import type { PinnedPackage } from './spec.ts';
import { writeWhole } from './write-whole.ts';

export const lockFileName = 'package-lock.yml';

export interface LockFile {
  /** Of the list of packages that it was made from. */
  readonly hash: string;
  readonly packages: readonly PinnedPackage[];
}

/**
 * Reads package-lock.yml of a project, dbt's or our own; undefined when there is none.
 *
 * @throws SluiceError PACKAGES_INVALID
 */
export function readLockFile(directory: string, render: RenderText): LockFile | undefined {
  const absolute = join(directory, lockFileName);
  if (!existsSync(absolute)) return undefined;
  const data = readPackageYaml(absolute, lockFileName);
  const packages = isRecord(data) && Array.isArray(data.packages) ? data.packages : [];
  const hash = isRecord(data) && typeof data.sha1_hash === 'string' ? data.sha1_hash : '';
  const pinned = packages.flatMap((entry, index) => pinnedOf(entry, index, render) ?? []);
  // Locks of dbt before 1.9 hold no names: such a lock fits nothing and is made anew.
  return { hash: pinned.length === packages.length ? hash : '', packages: pinned };
}

function pinnedOf(entry: unknown, index: number, render: RenderText): PinnedPackage | undefined {
  const { spec, rendered } = declaredPackage(
    entry,
    `${lockFileName}: package ${index + 1}`,
    lockFileName,
    render,
  );
  const { name } = rendered;
  if (typeof name !== 'string' || !isPackageName(name)) return undefined;
  switch (spec.kind) {
    case 'hub': {
      const [version = ''] = spec.versions;
      return { kind: 'hub', name, package: spec.package, version };
    }
    case 'git': {
      const { url, written, revision = 'HEAD', subdirectory } = spec;
      return {
        kind: 'git',
        name,
        url,
        written,
        revision,
        ...(subdirectory === undefined ? {} : { subdirectory }),
      };
    }
    case 'tarball':
      return { kind: 'tarball', name, url: spec.url, written: spec.written };
    case 'local':
      return { kind: 'local', name, path: spec.path };
  }
}

/** Writes package-lock.yml as dbt writes it, whole or not at all. */
export function writeLockFile(directory: string, lock: LockFile): void {
  const text = stringify(
    { packages: lock.packages.map(entryOf), sha1_hash: lock.hash },
    { version: '1.1', lineWidth: 0 },
  );
  writeWhole(join(directory, lockFileName), text);
}

function entryOf(pinned: PinnedPackage): Readonly<Record<string, string>> {
  switch (pinned.kind) {
    case 'hub':
      return { name: pinned.name, package: pinned.package, version: pinned.version };
    case 'git': {
      const { written, name, revision, subdirectory } = pinned;
      return { git: written, name, revision, ...(subdirectory === undefined ? {} : { subdirectory }) };
    }
    case 'tarball':
      return { name: pinned.name, tarball: pinned.written };
    case 'local':
      return { local: pinned.path, name: pinned.name };
  }
}

/**
 * The checksum by which dbt knows that a lock still belongs to a list of packages: the SHA-1 of the entries as JSON with sorted
 * keys, sorted, a line each (dbt-core, `_create_sha1_hash`).
 */
export function hashOfPackages(packages: readonly DeclaredPackage[]): string {
  const lines = packages.map((declared) => pythonJson(completed(declared))).sort(byCodePoint);
  return createHash('sha1').update(lines.join('\n')).digest('hex');
}

/** An entry with what dbt adds to it: the options that are not given, and the entry as it stands in the file. */
function completed({ written, rendered, spec }: DeclaredPackage): Readonly<Record<string, unknown>> {
  const { name, ...given } = rendered;
  const named = name === undefined || name === null ? {} : { name };
  switch (spec.kind) {
    case 'hub':
      return { install_prerelease: false, ...given, ...named, unrendered: written };
    case 'git':
      return {
        revision: null,
        subdirectory: null,
        'warn-unpinned': null,
        ...given,
        ...named,
        unrendered: written,
      };
    case 'tarball':
    case 'local':
      return { ...given, ...named, unrendered: written };
  }
}

/** JSON as Python's json.dumps writes it with sort_keys: blanks after commas and colons, nothing but ASCII. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (value instanceof WholeFloat) return value.text;
  if (isRecord(value)) {
    const pairs = Object.keys(value)
      .sort(byCodePoint)
      .map((key) => `${pythonJson(key)}: ${pythonJson(value[key])}`);
    return `{${pairs.join(', ')}}`;
  }
  if (typeof value !== 'string') return JSON.stringify(value) ?? 'null';
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
