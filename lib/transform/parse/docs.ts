import { readFileSync } from 'node:fs';
import { callable, type Environment, listBlocks, printValue } from '../../jinja/index.ts';
import type { Problems } from '../errors.ts';
import type { Selectable } from '../graph/node.ts';
import { filesBelow } from '../project/files.ts';
import { type LoadedPackages, shownPath } from './load.ts';
import { problemOf } from './templates.ts';

/** A `{% docs %}` block: a text that descriptions include with `{{ doc('name') }}`. */
export interface DocsBlock {
  readonly uniqueId: string;
  readonly name: string;
  readonly packageName: string;
  readonly path: string;
  readonly originalPath: string;
  readonly text: string;
}

/** The docs blocks of all packages, by unique id. */
export function loadDocs(loaded: LoadedPackages, problems: Problems): Map<string, DocsBlock> {
  const docs = new Map<string, DocsBlock>();
  for (const [packageName, config] of loaded.packages) {
    for (const { absolute, file, relative } of filesBelow(config.directory, config.docsPaths, ['.md'])) {
      const source = readFileSync(absolute, 'utf8');
      const shown = shownPath(loaded, packageName, file);
      try {
        for (const { name, bodyStart, bodyEnd } of listBlocks(source, { file: shown, tags: ['docs'] })) {
          const uniqueId = `doc.${packageName}.${name}`;
          const text = source.slice(bodyStart, bodyEnd).trim();
          docs.set(uniqueId, { uniqueId, name, packageName, path: relative, originalPath: file, text });
        }
      } catch (error) {
        for (const problem of problemOf(error, { file: shown })) problems.add(problem);
      }
    }
  }
  return docs;
}

/** Puts the texts of docs blocks into the descriptions of nodes and their columns. */
export function renderDescriptions(
  nodes: Iterable<Selectable>,
  docs: ReadonlyMap<string, DocsBlock>,
  rootPackage: string,
  environment: Environment,
  problems: Problems,
): void {
  for (const node of nodes) {
    const render = (text: string): string => {
      if (!text.includes('{{')) return text;
      const doc = callable('doc', ['package_or_name', 'name?'], (first: unknown, second?: unknown) => {
        const names = second === undefined ? [printValue(first)] : [printValue(first), printValue(second)];
        const name = names.at(-1) ?? '';
        const packages = names.length === 2 ? [names[0]] : [node.packageName, rootPackage];
        const found = packages.flatMap((packageName) => docs.get(`doc.${packageName}.${name}`) ?? [])[0];
        if (found !== undefined) return found.text;
        const place = node.patch ?? { file: node.originalPath };
        problems.add({
          ...place,
          message: `the description of ${node.name} includes doc("${names.join('", "')}"), and there is no such docs block.`,
        });
        return '';
      });
      try {
        return environment
          .compile(text, { file: node.patch?.file ?? node.originalPath })
          .renderSync((name) => (name === 'doc' ? doc : undefined));
      } catch (error) {
        const place = node.patch ?? { file: node.originalPath };
        for (const problem of problemOf(error, place)) problems.add({ ...problem, ...place });
        return text;
      }
    };
    node.description = render(node.description);
    node.columns = node.columns.map((column) => ({ ...column, description: render(column.description) }));
  }
}
