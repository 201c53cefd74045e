import { readFileSync } from 'node:fs';
import { listBlocks } from '../../jinja/index.ts';
import type { Problems } from '../errors.ts';
import { checksumOf, emptyNode } from '../graph/empty-node.ts';
import type { ProjectFileConfig } from '../project/config-file.ts';
import type { NodeConfig } from '../project/config-tree.ts';
import { filesBelow } from '../project/files.ts';
import type { PackageProperties, Properties } from '../project/properties.ts';
import { asText } from '../values.ts';
import { FileBody } from './bodies.ts';
import { configsOf, type Draft, nameOf, propertiesByName } from './drafts.ts';
import { type LoadedPackages, shownPath } from './load.ts';
import { problemOf } from './templates.ts';

const snapshotDefaults: NodeConfig = { enabled: true, materialized: 'snapshot', tags: [], meta: {} };

/** The snapshots of a package: `{% snapshot %}` blocks of its SQL files, and those that a schema file gives a `relation`. */
export function snapshotDrafts(
  loaded: LoadedPackages,
  config: ProjectFileConfig,
  properties: PackageProperties,
  problems: Problems,
): Draft[] {
  const described = propertiesByName(properties.snapshots, 'snapshot', problems);
  const drafts: Draft[] = [];
  for (const { absolute, file, relative } of filesBelow(config.directory, config.snapshotPaths, ['.sql'])) {
    const shown = shownPath(loaded, config.name, file);
    const source = readFileSync(absolute, 'utf8');
    const checksum = checksumOf(source);
    try {
      for (const block of listBlocks(source, { file: shown })) {
        if (block.tag !== 'snapshot') continue;
        const range = { start: block.bodyStart, end: block.bodyEnd };
        const place = { path: relative, originalPath: file };
        const body = new FileBody(source, shown, range);
        const rawCode = source.slice(range.start, range.end);
        const fqn = [...relative.split('/').slice(0, -1), nameOf(relative), block.name];
        drafts.push(
          draft(
            block.name,
            config.name,
            rawCode,
            body,
            { ...place, fqn, checksum },
            described.get(block.name),
          ),
        );
      }
    } catch (error) {
      for (const problem of problemOf(error, { file: shown })) problems.add(problem);
    }
  }
  const ofFiles = new Set(drafts.map(({ node }) => node.name));
  for (const said of described.values()) {
    const relation = asText(said.raw.relation);
    if (relation === undefined || ofFiles.has(said.name)) continue;
    const rawCode = `select * from {{ ${relation} }}`;
    const path = said.path.split('/').slice(1).join('/');
    const fqn = [...path.split('/').slice(0, -1), said.name];
    const place = {
      path: `${path}/${said.name}.sql`,
      originalPath: said.path,
      fqn,
      checksum: checksumOf(rawCode),
    };
    const body = new FileBody(rawCode, said.file);
    drafts.push(draft(said.name, config.name, rawCode, body, place, said));
  }
  return drafts;
}

function draft(
  name: string,
  packageName: string,
  rawCode: string,
  body: FileBody,
  place: Pick<Draft['node'], 'path' | 'originalPath' | 'fqn' | 'checksum'>,
  said: Properties | undefined,
): Draft {
  return {
    body,
    ...configsOf(said),
    defaults: snapshotDefaults,
    tree: 'snapshots',
    node: {
      ...emptyNode('snapshot', name, packageName, rawCode),
      ...place,
      rawCode,
      uniqueId: `snapshot.${packageName}.${name}`,
      fqn: [packageName, ...place.fqn],
      description: said?.description ?? '',
      columns: said?.columns ?? [],
      patch: said === undefined ? null : { file: said.file, line: said.line, path: said.path },
      properties: said?.raw ?? {},
    },
  };
}
