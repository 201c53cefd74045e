import { readFileSync } from 'node:fs';
import type { Problems } from '../errors.ts';
import { emptyNode } from '../graph/empty-node.ts';
import type { ProjectFileConfig } from '../project/config-file.ts';
import type { NodeConfig } from '../project/config-tree.ts';
import { filesBelow } from '../project/files.ts';
import type { PackageProperties } from '../project/properties.ts';
import type { NodeBody, Site } from './bodies.ts';
import { configsOf, type Draft, nameOf, propertiesByName } from './drafts.ts';
import { type LoadedPackages, shownPath } from './load.ts';

const seedDefaults: NodeConfig = { enabled: true, materialized: 'seed', tags: [], meta: {} };

/** A CSV file: it reads nothing, and its rows are loaded instead of compiled. */
class SeedBody implements NodeBody {
  readonly file: string;
  readonly line = 1;

  constructor(file: string) {
    this.file = file;
  }

  renderAtOnce(): string {
    return '';
  }

  render(): Promise<string> {
    return Promise.resolve('');
  }

  siteOf(): Site {
    return { file: this.file };
  }
}

/** The seeds of a package, with what its schema files say of them. */
export function seedDrafts(
  loaded: LoadedPackages,
  config: ProjectFileConfig,
  properties: PackageProperties,
  problems: Problems,
): Draft[] {
  const described = propertiesByName(properties.seeds, 'seed', problems);
  return filesBelow(config.directory, config.seedPaths, ['.csv']).map(({ absolute, file, relative }) => {
    const name = nameOf(relative);
    const said = described.get(name);
    const source = readFileSync(absolute, 'utf8');
    return {
      body: new SeedBody(shownPath(loaded, config.name, file)),
      ...configsOf(said),
      defaults: seedDefaults,
      tree: 'seeds',
      node: {
        ...emptyNode('seed', name, config.name, source),
        // Blank lines at its end are rows.
        rawCode: source.trimStart(),
        uniqueId: `seed.${config.name}.${name}`,
        path: relative,
        originalPath: file,
        fqn: [config.name, ...relative.split('/').slice(0, -1), name],
        description: said?.description ?? '',
        columns: said?.columns ?? [],
        patch: said === undefined ? null : { file: said.file, line: said.line, path: said.path },
        properties: { ...said?.raw, root_path: config.directory },
      },
    };
  });
}
