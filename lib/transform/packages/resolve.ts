import { declaredPackage, type RenderText } from './declared.ts';
import { packagesInvalid } from './errors.ts';
import type { Fetcher, KnownPackage } from './fetcher.ts';
import type { Hub, HubPackage } from './hub.ts';
import { type HubSpec, keyOf, labelOf, type PackageSpec } from './spec.ts';
import { highestWithin, isWithin, parseBounds, sortVersions } from './versions.ts';

/** What someone asks for. */
interface Request {
  readonly spec: PackageSpec;
  /** `packages.yml`, or the package that asks. */
  readonly by: string;
}

export interface ResolveOptions {
  readonly hub: Hub;
  readonly fetcher: Fetcher;
  readonly render: RenderText;
  /** Version of dbt that packages have to be made for; undefined for any. */
  readonly dbtVersion: string | undefined;
  readonly onWarning: (message: string) => void;
}

/** More rounds than any tree of packages is deep; only a circle of requirements needs them. */
const maxRounds = 50;

/**
 * Chooses one version of every package of the tree, in the order in which they are named: the highest that all who ask for it
 * accept. What a version asks for that is not chosen in the end does not count.
 *
 * @throws SluiceError PACKAGES_INVALID when no version fits everyone, naming who asks for what
 */
export async function resolvePackages(
  asked: readonly Request[],
  rootName: string,
  options: ResolveOptions,
): Promise<KnownPackage[]> {
  let chosen: ReadonlyMap<string, KnownPackage | Error> = new Map();
  for (let round = 0; round < maxRounds; round++) {
    const wanted = gather(asked, chosen);
    const next = new Map<string, KnownPackage | Error>();
    for (const [key, requests] of wanted) {
      // A conflict may pass, when another package turns out to be taken in an older version.
      next.set(key, await choose(requests, options).catch(errorsOfRequests));
    }
    if (isSame(chosen, next)) return settled(next, wanted, rootName);
    chosen = next;
  }
  throw packagesInvalid(
    'The packages ask for versions of each other that never settle.',
    'Name exact versions in packages.yml.',
  );
}

class Conflict extends Error {
  readonly error: Error;
  constructor(error: Error) {
    super(error.message);
    this.error = error;
  }
}

function errorsOfRequests(error: unknown): Error {
  if (error instanceof Conflict) return error.error;
  throw error;
}

/** Everything that is asked for, level by level, with everyone who asks for it. */
function gather(
  asked: readonly Request[],
  chosen: ReadonlyMap<string, KnownPackage | Error>,
): ReadonlyMap<string, readonly Request[]> {
  const requests = new Map<string, Request[]>();
  let level = asked;
  while (level.length > 0) {
    const next: Request[] = [];
    for (const request of level) {
      const key = keyOf(request.spec);
      const others = requests.get(key);
      if (others !== undefined) {
        others.push(request);
        continue;
      }
      requests.set(key, [request]);
      const known = chosen.get(key);
      if (known === undefined || known instanceof Error) continue;
      next.push(...known.dependencies.map((spec) => ({ spec, by: titleOf(known) })));
    }
    level = next;
  }
  return requests;
}

function titleOf({ pinned }: KnownPackage): string {
  return pinned.kind === 'hub' ? `${pinned.package} ${pinned.version}` : pinned.name;
}

async function choose(requests: readonly Request[], options: ResolveOptions): Promise<KnownPackage> {
  const specs = requests.map(({ spec }) => spec);
  const hub = specs.filter((spec) => spec.kind === 'hub');
  const [first] = specs;
  if (hub.length > 0) return await chooseVersion(hub, requests, options);
  if (first === undefined || first.kind === 'hub') throw new TypeError('somebody asks for a package');
  if (first.kind !== 'git') return await options.fetcher.inspect(first);
  const revisions = new Set(specs.flatMap((spec) => (spec.kind === 'git' ? (spec.revision ?? []) : [])));
  if (revisions.size > 1) {
    const who = requests.map(
      ({ spec, by }) => `${by} asks for ${(spec.kind === 'git' && spec.revision) || 'HEAD'}`,
    );
    throw new Conflict(
      packagesInvalid(
        `${labelOf(first)} is asked for at several revisions: ${who.join(', ')}.`,
        'A repository can be there at one revision only; name the same one.',
      ),
    );
  }
  const [revision] = revisions;
  const warnUnpinned = specs.every((spec) => spec.kind !== 'git' || spec.warnUnpinned);
  return await options.fetcher.inspect({
    ...first,
    ...(revision === undefined ? {} : { revision }),
    warnUnpinned,
  });
}

async function chooseVersion(
  specs: readonly HubSpec[],
  requests: readonly Request[],
  options: ResolveOptions,
): Promise<KnownPackage> {
  const [{ package: name } = { package: '' }] = specs;
  const known = await options.hub.package(name);
  if (known.movedTo !== undefined)
    options.onWarning(`${name} is ${known.movedTo} on the hub by now; name it so.`);
  const bounds = parseBounds(
    specs.flatMap(({ versions }) => versions),
    name,
  );
  const early = specs.some(({ prerelease }) => prerelease);
  const { dbtVersion } = options;
  const fitting = [...known.versions.values()].filter(
    ({ dbtVersions }) =>
      dbtVersion === undefined || isWithin(dbtVersion, parseBounds(dbtVersions, `dbt, which ${name} needs`)),
  );
  const version = highestWithin(
    fitting.map((of) => of.version),
    bounds,
    early,
  );
  const found = version === undefined ? undefined : known.versions.get(version);
  if (found === undefined) throw new Conflict(noVersion(known, requests, fitting.length, dbtVersion));
  const at = `${name} ${found.version} on the hub: package`;
  return {
    pinned: { kind: 'hub', name: found.name, package: name, version: found.version },
    dependencies: found.packages.map(
      (entry, index) => declaredPackage(entry, `${at} ${index + 1}`, 'the hub', options.render).spec,
    ),
  };
}

function noVersion(
  known: HubPackage,
  requests: readonly Request[],
  fitting: number,
  dbtVersion?: string,
): Error {
  const who = requests.map(
    ({ spec, by }) => `${by} asks for ${spec.kind === 'hub' ? spec.versions.join(', ') : labelOf(spec)}`,
  );
  const all = sortVersions([...known.versions.keys()]);
  const last = all.slice(-5).join(', ');
  const other = all.length - fitting;
  const madeFor =
    other === 0 ? '' : ` ${other} of its ${all.length} versions are not made for dbt ${dbtVersion}.`;
  return packagesInvalid(
    `No version of ${known.name} fits: ${who.join('; ')}.${madeFor}`,
    all.length === 0 ? 'The hub lists no version of it.' : `The newest versions of the hub: ${last}.`,
  );
}

function isSame(
  before: ReadonlyMap<string, KnownPackage | Error>,
  after: ReadonlyMap<string, KnownPackage | Error>,
): boolean {
  const titles = (of: ReadonlyMap<string, KnownPackage | Error>): string[] =>
    [...of].map(
      ([key, known]) => `${key} ${known instanceof Error ? known.message : JSON.stringify(known.pinned)}`,
    );
  const [left, right] = [titles(before), titles(after)];
  return left.length === right.length && left.every((title, index) => title === right[index]);
}

function settled(
  chosen: ReadonlyMap<string, KnownPackage | Error>,
  wanted: ReadonlyMap<string, readonly Request[]>,
  rootName: string,
): KnownPackage[] {
  const result: KnownPackage[] = [];
  const owners = new Map([[rootName, 'the project itself']]);
  for (const [key, known] of chosen) {
    if (known instanceof Error) throw known;
    const [request] = wanted.get(key) ?? [];
    const label =
      request === undefined ? known.pinned.name : `${labelOf(request.spec)} (asked for by ${request.by})`;
    const before = owners.get(known.pinned.name);
    if (before !== undefined) {
      throw packagesInvalid(
        `${label} and ${before} are both a dbt project named ${known.pinned.name}.`,
        'A package can be there once only: take one out, or have both name the same source.',
      );
    }
    owners.set(known.pinned.name, label);
    result.push(known);
  }
  return result;
}
