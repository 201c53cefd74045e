/** What packages.yml, dependencies.yml or the hub says about one package: where it comes from, and which versions do. */
export type PackageSpec = HubSpec | GitSpec | TarballSpec | LocalSpec;

export interface HubSpec {
  readonly kind: 'hub';
  /** `dbt-labs/dbt_utils`. */
  readonly package: string;
  /** Bounds that all have to hold: `>=1.0.0`. */
  readonly versions: readonly string[];
  readonly prerelease: boolean;
}

export interface GitSpec {
  readonly kind: 'git';
  readonly url: string;
  /** As it stands in the file, so that a lock holds `{{ env_var(…) }}` and not what it comes to. */
  readonly written: string;
  /** Branch, tag or commit; what the repository's HEAD is unless given. */
  readonly revision?: string;
  /** From the repository's top, without a leading or trailing slash. */
  readonly subdirectory?: string;
  readonly warnUnpinned: boolean;
}

export interface TarballSpec {
  readonly kind: 'tarball';
  readonly url: string;
  /** As it stands in the file. */
  readonly written: string;
  readonly name: string;
}

export interface LocalSpec {
  readonly kind: 'local';
  readonly path: string;
}

/** A package with the one version that is taken: what a lock file holds. */
export type PinnedPackage =
  | { readonly kind: 'hub'; readonly name: string; readonly package: string; readonly version: string }
  | {
      readonly kind: 'git';
      readonly name: string;
      readonly url: string;
      readonly written: string;
      /** The commit. */
      readonly revision: string;
      readonly subdirectory?: string;
    }
  | { readonly kind: 'tarball'; readonly name: string; readonly url: string; readonly written: string }
  | { readonly kind: 'local'; readonly name: string; readonly path: string };

/** One package for everyone who asks for it: a repository is the same with and without `.git` at its end. */
export function keyOf(spec: PackageSpec): string {
  switch (spec.kind) {
    case 'hub':
      return `hub ${spec.package}`;
    case 'git':
      return `git ${spec.url.replace(/\.git$/, '')} ${spec.subdirectory ?? ''}`;
    case 'tarball':
      return `tarball ${spec.url}`;
    case 'local':
      return `local ${spec.path}`;
  }
}

/** What a package is called in messages, without anything secret. */
export function labelOf(spec: PackageSpec): string {
  switch (spec.kind) {
    case 'hub':
      return spec.package;
    case 'git':
      return `${withoutLogin(spec.written)}${spec.subdirectory === undefined ? '' : ` (${spec.subdirectory})`}`;
    case 'tarball':
      return withoutLogin(spec.written);
    case 'local':
      return spec.path;
  }
}

/** A text without what may be secret in it: secret variables, who logs in, and what follows an address's `?`. */
export function withoutSecrets(text: string, env: NodeJS.ProcessEnv): string {
  const secrets = Object.entries(env).flatMap(([name, value]) =>
    name.startsWith('DBT_ENV_SECRET') && value ? [value] : [],
  );
  return withoutLogin(secrets.reduce((rest, secret) => rest.replaceAll(secret, '*****'), text));
}

function withoutLogin(text: string): string {
  return text
    .replaceAll(/(\w+:\/\/)[^/@\s'"]+@/g, '$1*****@')
    .replaceAll(/(https?:\/\/[^\s?'"]+)\?[^\s'"]+/g, '$1?*****');
}
