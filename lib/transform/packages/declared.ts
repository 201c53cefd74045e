import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseDocument, type ScalarTag, type Tags } from 'yaml';
import { packagesInvalid } from './errors.ts';
import type { PackageSpec } from './spec.ts';

/** A text of a package file, rendered: `{{ env_var('…') }}` and `{{ var('…') }}`. */
export type RenderText = (text: string, file: string) => unknown;

/** An entry under `packages:`: as it stands there, as it is rendered, and what it means. */
export interface DeclaredPackage {
  readonly written: Readonly<Record<string, unknown>>;
  readonly rendered: Readonly<Record<string, unknown>>;
  readonly spec: PackageSpec;
}

export interface PackageFile {
  /** `packages.yml` or `dependencies.yml`; the former unless one of them is there. */
  readonly file: string;
  readonly packages: readonly DeclaredPackage[];
}

/**
 * Reads what a project or a package asks for: `packages:` of packages.yml or of dependencies.yml.
 *
 * @throws SluiceError PACKAGES_INVALID
 */
export function readDeclaredPackages(directory: string, render: RenderText): PackageFile {
  const [own, other] = ['packages.yml', 'dependencies.yml'].map((file) => ({
    file,
    data: readPackageYaml(join(directory, file), file),
  }));
  const listed = (data: unknown): unknown => (isRecord(data) ? data.packages : undefined);
  if (listed(own?.data) !== undefined && listed(other?.data) !== undefined) {
    throw packagesInvalid(
      'Both packages.yml and dependencies.yml list packages.',
      'Keep the list in one of them.',
    );
  }
  const { file, data } = (listed(other?.data) === undefined ? own : other) ?? {
    file: 'packages.yml',
    data: undefined,
  };
  const list = listed(data) ?? [];
  if (!Array.isArray(list)) {
    throw packagesInvalid(`packages of ${file} is not a list.`, 'Begin every package with a dash.');
  }
  return {
    file,
    packages: list.map((entry, index) =>
      declaredPackage(entry, `${file}: package ${index + 1}`, file, render),
    ),
  };
}

/**
 * What one entry means.
 *
 * @param at names the entry in messages
 */
export function declaredPackage(
  entry: unknown,
  at: string,
  file: string,
  render: RenderText,
): DeclaredPackage {
  if (!isRecord(entry)) {
    throw packagesInvalid(
      `${at} is not a mapping.`,
      'Write `- package: dbt-labs/dbt_utils` and `version:` below.',
    );
  }
  const rendered = renderValues(entry, file, render);
  if (!isRecord(rendered)) throw new TypeError('rendering keeps mappings');
  return { written: entry, rendered, spec: specOf(rendered, entry, at) };
}

function specOf(
  entry: Readonly<Record<string, unknown>>,
  written: Readonly<Record<string, unknown>>,
  at: string,
): PackageSpec {
  const text = (key: string): string | undefined => textOf(entry[key]);
  const kinds = ['package', 'git', 'tarball', 'local', 'private'].filter((key) => entry[key] !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1 || text(kind) === undefined) {
    throw packagesInvalid(
      `${at} has to say once where it comes from, and says ${kinds.length === 0 ? 'nothing' : kinds.join(' and ')}.`,
      'It is one of package, git, tarball and local.',
    );
  }
  const place = text(kind) ?? '';
  switch (kind) {
    case 'package':
      return {
        kind: 'hub',
        package: hubName(place, at),
        versions: versionsOf(entry.version, place, at),
        prerelease: entry.install_prerelease === true || entry['install-prerelease'] === true,
      };
    case 'git': {
      const revision = text('revision');
      const subdirectory = text('subdirectory');
      if (place.startsWith('-') || revision?.startsWith('-')) {
        throw packagesInvalid(
          `${at} begins with a dash, which git takes for an option.`,
          'Write a URL, and a branch, tag or commit.',
        );
      }
      return {
        kind: 'git',
        url: place,
        written: textOf(written.git) ?? place,
        ...(revision === undefined ? {} : { revision }),
        ...(subdirectory === undefined ? {} : { subdirectory: insidePath(subdirectory, at) }),
        warnUnpinned: (entry['warn-unpinned'] ?? entry.warn_unpinned) !== false,
      };
    }
    case 'tarball': {
      const name = text('name');
      if (name === undefined || !isPackageName(name)) {
        throw packagesInvalid(
          `${at} is a tarball without a name.`,
          'Give it `name:`, the name in its dbt_project.yml.',
        );
      }
      return { kind: 'tarball', url: place, written: textOf(written.tarball) ?? place, name };
    }
    case 'local':
      return { kind: 'local', path: place };
    default:
      throw packagesInvalid(
        `${at} is private to dbt's cloud, which alone knows where ${place} is.`,
        'Name its repository under `git:`.',
      );
  }
}

/** Whether a name can be a package's: it becomes a folder. */
export function isPackageName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

function hubName(name: string, at: string): string {
  if (/^[\w.-]+\/[\w.-]+$/.test(name) && !name.includes('..')) return name;
  throw packagesInvalid(
    `${at}: "${name}" is not a package of the hub.`,
    'They are written as dbt-labs/dbt_utils.',
  );
}

function versionsOf(value: unknown, name: string, at: string): string[] {
  const versions = (Array.isArray(value) ? value : [value]).flatMap((item) => textOf(item) ?? []);
  if (versions.length > 0 && versions.some((version) => version !== '')) return versions;
  throw packagesInvalid(
    `${at}: ${name} has no version.`,
    'Packages of the hub need one: version: [">=1.0.0", "<2.0.0"].',
  );
}

function insidePath(path: string, at: string): string {
  const normal = posix.normalize(path).replace(/\/+$/, '');
  if (!posix.isAbsolute(normal) && !normal.split('/').includes('..')) return normal.replace(/^\.\//, '');
  throw packagesInvalid(
    `${at}: the subdirectory ${path} is not inside the repository.`,
    'Write it from the top of the repository.',
  );
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null || typeof value === 'boolean' || typeof value === 'object') {
    return value instanceof WholeFloat ? value.text : undefined;
  }
  return String(value);
}

/** Reads a YAML file, keeping 1.0 apart from 1: Python writes it so, in revisions and in the lock's checksum. */
export function readPackageYaml(absolute: string, file: string): unknown {
  if (!existsSync(absolute)) return undefined;
  const document = parseDocument(readFileSync(absolute, 'utf8'), {
    version: '1.1',
    merge: true,
    customTags: withFloats,
  });
  const [error] = document.errors;
  if (error !== undefined) {
    throw packagesInvalid(`${file}: ${error.message.split('\n', 1)[0]}`, 'Correct the file and try again.');
  }
  return document.toJS({ maxAliasCount: 1_000 });
}

function withFloats(tags: Tags): Tags {
  return tags
    .filter((tag) => typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:timestamp')
    .map((tag) =>
      typeof tag === 'object' && tag.tag === 'tag:yaml.org,2002:float' && isScalarTag(tag)
        ? { ...tag, resolve: pythonFloat }
        : tag,
    );
}

function isScalarTag(tag: Exclude<Tags[number], string>): tag is ScalarTag {
  return tag.collection === undefined;
}

/** A float such as 1.0, which JavaScript's own numbers cannot tell from 1. */
export class WholeFloat {
  readonly text: string;
  constructor(value: number) {
    this.text = `${value}.0`;
  }
}

function pythonFloat(text: string): number | WholeFloat {
  const value = Number(text.replaceAll('_', ''));
  return Number.isSafeInteger(value) ? new WholeFloat(value) : value;
}

function renderValues(value: unknown, file: string, render: RenderText): unknown {
  if (typeof value === 'string') return /\{[{%]/.test(value) ? render(value, file) : value;
  if (Array.isArray(value)) return value.map((item) => renderValues(item, file, render));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, renderValues(item, file, render)]),
  );
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof WholeFloat)
  );
}
