import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { isRecord } from './declared.ts';
import { packagesInvalid } from './errors.ts';
import type { PinnedPackage } from './spec.ts';
import { writeWhole } from './write-whole.ts';

/** Begins the names of what is in the folder and no package; dbt passes over them too. */
const ownPrefix = '__';
const recordName = '__sluice.json';

/**
 * The folder that packages are installed into (dbt_packages). A package is made beside it and moved there when it is whole, so
 * that its folder is there as a whole or not at all; a record says what each folder was made from.
 */
export class PackagesFolder {
  readonly path: string;
  readonly #staging: string;
  #staged = 0;

  /** @throws SluiceError PACKAGES_INVALID for a folder that holds the project itself */
  constructor(root: string, installPath: string) {
    this.path = resolve(root, installPath);
    const up = relative(this.path, root);
    if (up === '' || (!up.startsWith('..') && !up.startsWith('/'))) {
      throw packagesInvalid(
        `packages-install-path: ${installPath} is the folder of the project, or above it.`,
        'Packages need a folder of their own; dbt_packages unless one is named.',
      );
    }
    this.#staging = join(this.path, `${ownPrefix}staging-${process.pid}`);
  }

  /** A new path in the staging folder, on the same disk as the packages. */
  stagingPath(): string {
    mkdirSync(this.#staging, { recursive: true });
    this.#staged++;
    return join(this.#staging, String(this.#staged));
  }

  /** Removes what this process, or one that ended before its time, staged. */
  clean(): void {
    for (const name of namesIn(this.path)) {
      const [, pid] = /^__staging-(\d+)$/.exec(name) ?? [];
      if (pid !== undefined && (Number(pid) === process.pid || !isAlive(Number(pid)))) {
        rmSync(join(this.path, name), { recursive: true, force: true });
      }
    }
  }

  /** The folder of a package that is installed from just this source and version. */
  installed(pinned: PinnedPackage): string | undefined {
    const folder = join(this.path, pinned.name);
    const known = readRecord(this.path)?.[pinned.name] === identityOf(pinned);
    return known && existsSync(join(folder, 'dbt_project.yml')) ? folder : undefined;
  }

  /** The same for a package whose name is not known yet. */
  installedAt(pinned: PinnedPackage): string | undefined {
    const names = Object.keys(readRecord(this.path) ?? {});
    return names.map((name) => this.installed({ ...pinned, name })).find((folder) => folder !== undefined);
  }

  /** Puts a package in its place, instead of what was there. */
  place(pinned: PinnedPackage, from: string): void {
    this.#replace(pinned, (folder) => renameSync(from, folder));
  }

  /**
   * Links a local package, as dbt does.
   *
   * @returns false if the link was there already
   */
  link(pinned: PinnedPackage, to: string): boolean {
    const folder = join(this.path, pinned.name);
    if (
      lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() &&
      resolve(this.path, readlinkSync(folder)) === to
    ) {
      if (this.installed(pinned) !== undefined) return false;
    }
    mkdirSync(this.path, { recursive: true });
    this.#replace(pinned, (at) => symlinkSync(relative(this.path, to), at, 'junction'));
    return true;
  }

  /** Removes packages that nobody asks for any more, and names them. */
  keepOnly(names: ReadonlySet<string>): string[] {
    const removed = packageFoldersIn(this.path).filter(
      (name) => !names.has(name) && isPackage(join(this.path, name)),
    );
    for (const name of removed) {
      this.#record(name, undefined);
      rmSync(join(this.path, name), { recursive: true, force: true });
    }
    return removed;
  }

  #replace(pinned: PinnedPackage, make: (folder: string) => void): void {
    const folder = join(this.path, pinned.name);
    // Between the two records nothing is promised about the folder: who stops here finds the package missing, and goes on.
    this.#record(pinned.name, undefined);
    if (lstatSync(folder, { throwIfNoEntry: false }) !== undefined) renameSync(folder, this.stagingPath());
    make(folder);
    this.#record(pinned.name, identityOf(pinned));
  }

  #record(name: string, identity: string | undefined): void {
    const { [name]: _before, ...others } = readRecord(this.path) ?? {};
    const record = identity === undefined ? others : { ...others, [name]: identity };
    writeWhole(join(this.path, recordName), `${JSON.stringify(record, null, 2)}\n`);
  }
}

/** What is recorded of the packages of a folder: for each what it was made from. Undefined if we did not install them. */
function readRecord(path: string): Readonly<Record<string, string>> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(join(path, recordName), 'utf8'));
    if (!isRecord(value)) return undefined;
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, of]) => (typeof of === 'string' ? [[name, of]] : [])),
    );
  } catch {
    return undefined;
  }
}

/** A checksum of where a package comes from; an address as it stands in the file may hold who logs in, so the record does not. */
function identityOf(pinned: PinnedPackage): string {
  return createHash('sha256')
    .update(JSON.stringify([pinned.kind, ...placeOf(pinned)]))
    .digest('hex');
}

function placeOf(pinned: PinnedPackage): readonly string[] {
  switch (pinned.kind) {
    case 'hub':
      return [pinned.package, pinned.version];
    case 'git':
      return [pinned.written, pinned.revision, pinned.subdirectory ?? ''];
    case 'tarball':
      return [pinned.written];
    case 'local':
      return [pinned.path];
  }
}

/** Names of the folders that may be packages, sorted. */
export function packageFoldersIn(path: string): string[] {
  return namesIn(path)
    .filter((name) => !name.startsWith(ownPrefix) && !name.startsWith('.'))
    .filter((name) => lstatSync(join(path, name), { throwIfNoEntry: false })?.isFile() === false)
    .sort();
}

/**
 * Whether a package is installed as a lock says: `missing` when its folder is not there, `other` when it is known to have been
 * made from something else.
 */
export function stateOf(path: string, pinned: PinnedPackage): 'installed' | 'missing' | 'other' {
  if (!isPackage(join(path, pinned.name))) return 'missing';
  const record = readRecord(path);
  return record === undefined || record[pinned.name] === identityOf(pinned) ? 'installed' : 'other';
}

function isPackage(folder: string): boolean {
  return (
    lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() === true ||
    existsSync(join(folder, 'dbt_project.yml'))
  );
}

function namesIn(path: string): string[] {
  return existsSync(path) ? readdirSync(path) : [];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
