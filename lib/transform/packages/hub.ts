import { similarNames } from '../../config/index.ts';
import { isPackageName, isRecord } from './declared.ts';
import { packageRefused, packagesInvalid } from './errors.ts';
import { getJson, type HttpOptions } from './http.ts';

/** Where an archive is, and the SHA-1 that it is known under. */
export interface Archive {
  readonly url: string;
  readonly sha1?: string;
}

export interface HubVersion {
  readonly version: string;
  /** Of the dbt project in the archive. */
  readonly name: string;
  /** What it asks for itself, as packages.yml would say it. */
  readonly packages: readonly unknown[];
  /** Versions of dbt that it is made for; empty when it does not say. */
  readonly dbtVersions: readonly string[];
  /** The same files at several places, the package's own first. */
  readonly archives: readonly Archive[];
}

export interface HubPackage {
  readonly name: string;
  /** The name that it goes under by now, if it was renamed. */
  readonly movedTo?: string;
  readonly versions: ReadonlyMap<string, HubVersion>;
}

/** The registry of packages: reads each package's list of versions once. */
export class Hub {
  readonly #base: string;
  readonly #http: HttpOptions;
  readonly #packages = new Map<string, Promise<HubPackage>>();

  /** @param base address of the hub, such as https://hub.getdbt.com/ */
  constructor(base: string, http: HttpOptions) {
    this.#base = base.endsWith('/') ? base : `${base}/`;
    this.#http = http;
  }

  /** @throws SluiceError PACKAGES_INVALID for a name that it does not have, PACKAGE_UNREACHABLE, PACKAGE_REFUSED */
  package(name: string): Promise<HubPackage> {
    const known = this.#packages.get(name);
    if (known !== undefined) return known;
    const reading = this.#read(name);
    this.#packages.set(name, reading);
    return reading;
  }

  async #read(name: string): Promise<HubPackage> {
    const found = await getJson(`${this.#base}api/v1/${name}.json`, this.#http);
    if (found === undefined) throw await this.#unknown(name);
    if (!isRecord(found) || !isRecord(found.versions)) {
      throw packageRefused(
        `The hub's list of versions of ${name} is not one.`,
        'Check DBT_PACKAGE_HUB_URL if it is set; otherwise try again later.',
      );
    }
    const to = [found.redirectnamespace ?? found.namespace, found.redirectname ?? found.name];
    const moved = [found.redirectnamespace, found.redirectname].some(isText) && to.every(isText);
    const versions = Object.entries(found.versions).flatMap(([version, value]) => {
      const read = readVersion(version, value);
      return read === undefined ? [] : [[version, read] as const];
    });
    return { name, ...(moved ? { movedTo: to.join('/') } : {}), versions: new Map(versions) };
  }

  async #unknown(name: string): Promise<Error> {
    const index = await getJson(`${this.#base}api/v1/index.json`, this.#http).catch(() => undefined);
    const [similar] = similarNames(name, Array.isArray(index) ? index.filter(isText) : []);
    return packagesInvalid(
      `The hub has no package ${name}.`,
      similar === undefined
        ? 'Look the name up on hub.getdbt.com; packages elsewhere are named by `git:`.'
        : `Did you mean ${similar}?`,
    );
  }
}

function readVersion(version: string, value: unknown): HubVersion | undefined {
  if (!isRecord(value) || !isText(value.name) || !isPackageName(value.name)) return undefined;
  const { downloads, packages, require_dbt_version: dbt } = value;
  const places = isRecord(downloads) ? [downloads, downloads.hub] : [];
  const archives = places.flatMap((place) =>
    isRecord(place) && isText(place.tarball)
      ? [{ url: place.tarball, ...(isText(place.sha1) && place.sha1 !== '' ? { sha1: place.sha1 } : {}) }]
      : [],
  );
  return {
    version,
    name: value.name,
    packages: Array.isArray(packages) ? packages : [],
    dbtVersions: (Array.isArray(dbt) ? dbt : [dbt]).filter(isText),
    archives,
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
