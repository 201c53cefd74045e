import { createReadStream, existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { createGunzip } from 'node:zlib';
import {
  isPackageName,
  isRecord,
  type RenderText,
  readDeclaredPackages,
  readPackageYaml,
} from './declared.ts';
import { packageRefused, packagesInvalid } from './errors.ts';
import { checkOut, type GitOptions } from './git.ts';
import { download, type HttpOptions } from './http.ts';
import type { Archive, Hub } from './hub.ts';
import type { PackagesFolder } from './packages-folder.ts';
import {
  type GitSpec,
  type LocalSpec,
  labelOf,
  type PackageSpec,
  type PinnedPackage,
  withoutSecrets,
} from './spec.ts';
import { unpack } from './unpack.ts';

/** A package of which everything is known: the one version that is taken, and what it asks for itself. */
export interface KnownPackage {
  readonly pinned: PinnedPackage;
  readonly dependencies: readonly PackageSpec[];
}

export interface FetcherOptions {
  /** Folder of the project. */
  readonly root: string;
  readonly hub: Hub;
  readonly http: HttpOptions;
  readonly git: Omit<GitOptions, 'directory'>;
  readonly folder: PackagesFolder;
  readonly render: RenderText;
  /** Whether what is at an address is asked for again, though it was installed from there. */
  readonly upgrade: boolean;
  readonly onWarning: (message: string) => void;
}

/** Brings packages to this machine, each once, into the staging folder. */
export class Fetcher {
  readonly #options: FetcherOptions;
  readonly #fetched = new Map<string, Promise<{ readonly folder: string; readonly commit?: string }>>();

  constructor(options: FetcherOptions) {
    this.#options = options;
  }

  /** Reads a package of a repository, an archive or a folder, to know its name and what it asks for. */
  async inspect(spec: Exclude<PackageSpec, { kind: 'hub' }>): Promise<KnownPackage> {
    switch (spec.kind) {
      case 'git':
        return await this.#inspectGit(spec);
      case 'tarball': {
        const pinned = { kind: 'tarball', name: spec.name, url: spec.url, written: spec.written } as const;
        const installed = this.#options.upgrade ? undefined : this.#options.folder.installed(pinned);
        const folder = installed ?? (await this.fetch(pinned));
        return { pinned, dependencies: this.#dependenciesIn(folder, spec).dependencies };
      }
      case 'local': {
        const folder = this.localFolder(spec.path);
        const { name, dependencies } = this.#dependenciesIn(folder, spec);
        return { pinned: { kind: 'local', name, path: spec.path }, dependencies };
      }
    }
  }

  async #inspectGit(spec: GitSpec): Promise<KnownPackage> {
    const { revision = 'HEAD', url, written, subdirectory } = spec;
    const place = {
      kind: 'git',
      url,
      written,
      ...(subdirectory === undefined ? {} : { subdirectory }),
    } as const;
    const known = /^[0-9a-f]{40}$/.test(revision)
      ? this.#options.folder.installedAt({ ...place, name: '', revision })
      : undefined;
    const { folder, commit = revision } =
      known === undefined ? await this.#checkOut({ ...spec, revision }) : { folder: known };
    const { name, dependencies } = this.#dependenciesIn(folder, spec);
    if (['HEAD', 'main', 'master'].includes(revision) && spec.warnUnpinned) {
      this.#options.onWarning(
        `${labelOf(spec)} is taken as ${revision} is now (${commit.slice(0, 7)}). Name a tag or a commit under revision:, or say warn-unpinned: false.`,
      );
    }
    return { pinned: { ...place, name, revision: commit }, dependencies };
  }

  /** The folder of the files of a package that is not local, in the staging folder. */
  async fetch(pinned: Exclude<PinnedPackage, { kind: 'local' }>): Promise<string> {
    if (pinned.kind === 'git') {
      const { folder } = await this.#checkOut({ ...pinned, warnUnpinned: false });
      return folder;
    }
    const { folder } = await this.#once(`${pinned.kind} ${pinned.name}`, async () => {
      const archives = pinned.kind === 'tarball' ? [{ url: pinned.url }] : await this.#archivesOf(pinned);
      return { folder: await this.#unpackOne(pinned, archives) };
    });
    return folder;
  }

  /** Absolute folder of a local package. dbt means such paths from the project's folder, whoever names them. */
  localFolder(path: string): string {
    const folder = resolve(this.#options.root, path);
    if (existsSync(join(folder, 'dbt_project.yml'))) return folder;
    throw packagesInvalid(
      `There is no dbt project in ${path}.`,
      'Correct `local:`; it is meant from the folder of the project.',
    );
  }

  #checkOut(spec: GitSpec): Promise<{ readonly folder: string; readonly commit?: string }> {
    return this.#once(`git ${spec.url} ${spec.subdirectory ?? ''} ${spec.revision}`, async () => {
      const { folder: packages, git, onWarning, root } = this.#options;
      const into = packages.stagingPath();
      const { commit, leftOut } = await checkOut(spec, packages.stagingPath(), into, {
        ...git,
        directory: root,
      });
      warnOfLinks(labelOf(spec), leftOut, onWarning);
      return { folder: into, commit };
    });
  }

  async #archivesOf({ package: name, version }: { readonly package: string; readonly version: string }) {
    const found = (await this.#options.hub.package(name)).versions.get(version);
    if (found !== undefined && found.archives.length > 0) return found.archives;
    throw packagesInvalid(
      `The hub has no ${name} ${version} any more.`,
      'Give `sluice deps --upgrade` to lock versions that are there.',
    );
  }

  /** Takes the first archive that is the one it should be. */
  async #unpackOne(pinned: PinnedPackage, archives: readonly Archive[]): Promise<string> {
    const { folder: packages, http, onWarning } = this.#options;
    let refusal: Error | undefined;
    for (const { url, sha1 } of archives) {
      const shown = withoutSecrets(url, http.env);
      const file = packages.stagingPath();
      const found = await download(url, file, http);
      if (found === undefined) {
        refusal ??= packageRefused(
          `There is no archive of ${pinned.name} at ${shown}.`,
          'Correct the address, or take another version.',
        );
      } else if (sha1 !== undefined && found !== sha1) {
        refusal ??= packageRefused(
          `The archive of ${pinned.name} at ${shown} is not the one that the hub knows: its SHA-1 is ${found}, and should be ${sha1}.`,
          'Try again, or take another version. To take it as it is, name its address under `tarball:`.',
        );
      } else {
        const into = packages.stagingPath();
        const leftOut = await unpack(createReadStream(file), [createGunzip()], into, {
          from: shown,
          strip: 1,
        });
        warnOfLinks(pinned.name, leftOut, onWarning);
        if (existsSync(join(into, 'dbt_project.yml'))) return into;
        refusal ??= packageRefused(
          `The archive at ${shown} holds no dbt project.`,
          'It needs one folder at its top, with a dbt_project.yml in it.',
        );
      }
    }
    throw refusal ?? new TypeError('a package has an archive');
  }

  #once<Result>(key: string, make: () => Promise<Result & { folder: string; commit?: string }>) {
    const known = this.#fetched.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#fetched.set(key, made);
    return made;
  }

  #dependenciesIn(folder: string, spec: PackageSpec): { name: string; dependencies: PackageSpec[] } {
    const project = readPackageYaml(join(folder, 'dbt_project.yml'), `dbt_project.yml of ${labelOf(spec)}`);
    const name = isRecord(project) ? project.name : undefined;
    if (typeof name !== 'string' || !isPackageName(name)) {
      throw packageRefused(
        `${labelOf(spec)} is no dbt project: it has no dbt_project.yml with a name.`,
        'If the project is in a folder of the repository, name that under `subdirectory:`.',
      );
    }
    const { packages } = readDeclaredPackages(folder, this.#options.render);
    return {
      name,
      dependencies: packages.map((declared) => this.#seenFromRoot(declared.spec, folder, spec)),
    };
  }

  /** A folder that a local package names from its own place is found too, where dbt would find nothing. */
  #seenFromRoot(spec: PackageSpec, folder: string, by: PackageSpec): PackageSpec {
    const { root } = this.#options;
    if (spec.kind !== 'local' || by.kind !== 'local') return spec;
    if (existsSync(join(resolve(root, spec.path), 'dbt_project.yml'))) return spec;
    const own = resolve(folder, spec.path);
    return existsSync(join(own, 'dbt_project.yml'))
      ? ({ ...spec, path: relative(root, own) } satisfies LocalSpec)
      : spec;
  }
}

function warnOfLinks(label: string, leftOut: readonly string[], onWarning: (message: string) => void): void {
  if (leftOut.length === 0) return;
  const shown = leftOut.slice(0, 3).join(', ');
  const more = leftOut.length > 3 ? ` and ${leftOut.length - 3} more` : '';
  onWarning(`${label}: links are not unpacked: ${shown}${more}.`);
}
