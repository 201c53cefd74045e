import type { Project } from '../../config/index.ts';
import { dbtVersion } from '../artifacts/results.ts';
import { Variables } from '../context/variables.ts';
import { type EarlyScope, yamlNames } from '../context/yaml-names.ts';
import { Problems } from '../errors.ts';
import { yamlRenderer } from '../parse/load.ts';
import { createTemplates } from '../parse/templates.ts';
import { type ProjectFileConfig, readProjectFile } from '../project/config-file.ts';
import { type DataRecord, toData } from '../values.ts';
import { addPackage, type PackageToAdd } from './add-package.ts';
import { type RenderText, readDeclaredPackages } from './declared.ts';
import { Fetcher } from './fetcher.ts';
import type { HttpOptions } from './http.ts';
import { Hub } from './hub.ts';
import { hashOfPackages, type LockFile, readLockFile, writeLockFile } from './lock-file.ts';
import { PackagesFolder } from './packages-folder.ts';
import { resolvePackages } from './resolve.ts';
import { type PinnedPackage, withoutSecrets } from './spec.ts';
import { highestWithin } from './versions.ts';

export interface DepsOptions {
  /** Folder of the dbt project. */
  readonly directory: string;
  /** Says what `target` is in dbt_project.yml. */
  readonly project: Project;
  /** @default the project's own choice */
  readonly target?: 'dev' | 'prod';
  /** For `{{ var('…') }}` in packages.yml. */
  readonly vars?: Readonly<Record<string, unknown>>;
  /** Also says where the hub is, as DBT_PACKAGE_HUB_URL. @default the process' environment */
  readonly env?: NodeJS.ProcessEnv;
  /** Writes package-lock.yml only. */
  readonly lockOnly?: boolean;
  /** Takes the newest versions that packages.yml allows, whatever is locked. */
  readonly upgrade?: boolean;
  /** Adds a package to packages.yml first. */
  readonly add?: PackageToAdd;
  readonly signal?: AbortSignal;
  /** Called for every package, as it is there. */
  readonly onPackage?: (done: PackageDone) => void;
  readonly onWarning?: (message: string) => void;
  /** Milliseconds before each further try of a request. */
  readonly retryPausesMs?: readonly number[];
}

export interface PackageDone {
  /** Of its dbt project, and its folder. */
  readonly name: string;
  readonly source: 'hub' | 'git' | 'tarball' | 'local';
  /** Where it comes from: `dbt-labs/dbt_utils`, an address without secrets, a path. */
  readonly from: string;
  /** Version or commit; null where there is none. */
  readonly version: string | null;
  readonly status: 'installed' | 'unchanged' | 'linked' | 'locked';
  /** The newest version on the hub, if it is newer and the hub was asked. */
  readonly newest?: string;
}

export interface DepsReport {
  readonly packages: readonly PackageDone[];
  /** Packages that nobody asks for any more, and whose folders were removed. */
  readonly removed: readonly string[];
  /** Whether package-lock.yml was written anew. */
  readonly locked: boolean;
  readonly warnings: readonly string[];
}

/**
 * Installs what packages.yml or dependencies.yml asks for, and what that asks for in turn, in the versions of package-lock.yml;
 * locks them first where that is missing or belongs to another list. Packages that are there in the right version are kept.
 *
 * @throws SluiceError PACKAGES_INVALID, PACKAGE_UNREACHABLE, PACKAGE_REFUSED; ProjectError. What was installed stays, and the
 * same call goes on.
 */
export async function installPackages(options: DepsOptions): Promise<DepsReport> {
  const { directory, env = process.env } = options;
  const { config, render } = openProject(options);
  if (options.add !== undefined) addPackage(directory, options.add, render);
  const { file, packages: declared } = readDeclaredPackages(directory, render);
  const folder = new PackagesFolder(directory, config.packagesPath);
  const warnings = new Set<string>();
  const warn = (message: string): void => {
    if (warnings.has(message)) return;
    warnings.add(message);
    options.onWarning?.(message);
  };
  const http = httpOptions(options);
  const hub = new Hub(env.DBT_PACKAGE_HUB_URL || 'https://hub.getdbt.com/', http);
  const git = {
    env,
    timeoutMs: 600_000,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
  const fetcher = new Fetcher({
    root: directory,
    hub,
    http,
    git,
    folder,
    render,
    upgrade: options.upgrade ?? false,
    onWarning: warn,
  });
  try {
    folder.clean();
    const hash = hashOfPackages(declared);
    const before = options.upgrade === true ? undefined : readLockFile(directory, render);
    const locked = declared.length > 0 && before?.hash !== hash;
    let lock: LockFile = before ?? { hash, packages: [] };
    if (locked) {
      const asked = declared.map(({ spec }) => ({ spec, by: file }));
      const versionCheck = config.flags.version_check !== false;
      const resolution = {
        hub,
        fetcher,
        render,
        dbtVersion: versionCheck ? dbtVersion : undefined,
        onWarning: warn,
      };
      const known = await resolvePackages(asked, config.name, resolution);
      lock = { hash, packages: known.map(({ pinned }) => pinned) };
      writeLockFile(directory, lock);
    }
    const wanted = declared.length === 0 ? [] : lock.packages;
    const packages: PackageDone[] = [];
    for (const pinned of wanted) {
      options.signal?.throwIfAborted();
      const status = options.lockOnly === true ? 'locked' : await install(pinned, folder, fetcher);
      const newest = locked ? await newestOf(pinned, hub) : undefined;
      const done = { ...described(pinned, env), status, ...(newest === undefined ? {} : { newest }) };
      packages.push(done);
      options.onPackage?.(done);
    }
    const removed = options.lockOnly === true ? [] : folder.keepOnly(new Set(wanted.map(({ name }) => name)));
    return { packages, removed, locked, warnings: [...warnings] };
  } finally {
    folder.clean();
  }
}

function httpOptions(options: DepsOptions): HttpOptions {
  const { signal, env = process.env, retryPausesMs: pausesMs = [500, 2_000, 5_000] } = options;
  return { env, pausesMs, silenceMs: 30_000, ...(signal === undefined ? {} : { signal }) };
}

/** The project's own file, and what renders the texts of its package files. As with dbt, no variable has to be given. */
function openProject(options: DepsOptions): { config: ProjectFileConfig; render: RenderText } {
  const { directory, project, env = process.env, vars = {} } = options;
  const { database, warehouse, schemas, roles } = project.snowflake;
  const name = options.target ?? project.models.target;
  const problems = new Problems();
  const given: DataRecord = Object.fromEntries(
    Object.entries(vars).map(([key, value]) => [key, toData(value)]),
  );
  const scope: EarlyScope = {
    target: {
      name,
      database,
      schema: schemas[name],
      warehouse,
      role: roles.transformer,
      threads: project.models.threads,
    },
    env,
    invocationId: 'deps',
    startedAt: new Date(),
    fullRefresh: false,
    command: 'deps',
    say: (message) => options.onWarning?.(message),
  };
  const names = yamlNames(scope, new Variables(given), '', true);
  const renderer = yamlRenderer(createTemplates().compiling, names, problems);
  const config = readProjectFile(directory, renderer, problems);
  problems.throwIfAny();
  if (config === undefined) throw new TypeError('a project without problems was not read');
  const render: RenderText = (text, file) => {
    const value = renderer(text, file, 1);
    problems.throwIfAny();
    return value;
  };
  return { config, render };
}

async function install(
  pinned: PinnedPackage,
  folder: PackagesFolder,
  fetcher: Fetcher,
): Promise<PackageDone['status']> {
  if (pinned.kind === 'local') {
    return folder.link(pinned, fetcher.localFolder(pinned.path)) ? 'linked' : 'unchanged';
  }
  if (folder.installed(pinned) !== undefined) return 'unchanged';
  folder.place(pinned, await fetcher.fetch(pinned));
  return 'installed';
}

async function newestOf(pinned: PinnedPackage, hub: Hub): Promise<string | undefined> {
  if (pinned.kind !== 'hub') return undefined;
  const { versions } = await hub.package(pinned.package);
  const newest = highestWithin([...versions.keys()], [], false);
  return newest === pinned.version ? undefined : newest;
}

function described(pinned: PinnedPackage, env: NodeJS.ProcessEnv): Omit<PackageDone, 'status'> {
  const { name, kind: source } = pinned;
  switch (pinned.kind) {
    case 'hub':
      return { name, source, from: pinned.package, version: pinned.version };
    case 'git':
      return { name, source, from: withoutSecrets(pinned.url, env), version: pinned.revision };
    case 'tarball':
      return { name, source, from: withoutSecrets(pinned.url, env), version: null };
    case 'local':
      return { name, source, from: pinned.path, version: null };
  }
}
