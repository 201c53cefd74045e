import { readFileSync } from 'node:fs';
import { similarNames } from '../../config/index.ts';
import { callable, type Environment, listBlocks, printValue } from '../../jinja/index.ts';
import type { Problems } from '../errors.ts';
import type { Selectable } from '../graph/node.ts';
import { filesBelow } from '../project/files.ts';
import type { Site } from './bodies.ts';
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

/** Something with a description: a node, a macro, a group, a source. */
interface Described {
  readonly name: string;
  readonly packageName: string;
  readonly place: Site;
}

/** A description with the texts of the docs blocks that it includes. */
interface RenderedDescription {
  readonly text: string;
  /** Unique ids of the docs blocks. */
  readonly docBlocks: readonly string[];
}

/** Puts the texts of docs blocks into descriptions. */
export class DescriptionRenderer {
  readonly #docs: ReadonlyMap<string, DocsBlock>;
  readonly #rootPackage: string;
  readonly #environment: Environment;
  readonly #problems: Problems;

  constructor(
    docs: ReadonlyMap<string, DocsBlock>,
    rootPackage: string,
    environment: Environment,
    problems: Problems,
  ) {
    this.#docs = docs;
    this.#rootPackage = rootPackage;
    this.#environment = environment;
    this.#problems = problems;
  }

  /** The description of a node, those of its columns, and that of the source it belongs to. */
  node(node: Selectable): void {
    const described = {
      name: node.name,
      packageName: node.packageName,
      place: node.patch ?? { file: node.originalPath },
    };
    const own = this.render(node.description, described);
    node.description = own.text;
    node.docBlocks = own.docBlocks;
    node.columns = node.columns.map((column) => {
      const { text, docBlocks } = this.render(column.description, described);
      return { ...column, description: text, docBlocks };
    });
    if (node.resourceType === 'source') {
      node.sourceDescription = this.render(node.sourceDescription, described).text;
    }
  }

  render(text: string, described: Described): RenderedDescription {
    if (!text.includes('{{')) return { text, docBlocks: [] };
    const { place } = described;
    const used: string[] = [];
    const doc = callable('doc', ['package_or_name', 'name?'], (first: unknown, second?: unknown) => {
      const names = second === undefined ? [printValue(first)] : [printValue(first), printValue(second)];
      const found = this.#find(names, described);
      if (found !== undefined) used.push(found.uniqueId);
      return found?.text ?? '';
    });
    try {
      const rendered = this.#environment
        .compile(text, { file: place.file })
        .renderSync((name) => (name === 'doc' ? doc : undefined));
      return { text: rendered, docBlocks: used };
    } catch (error) {
      for (const problem of problemOf(error, place)) this.#problems.add({ ...problem, ...place });
      return { text, docBlocks: used };
    }
  }

  #find(names: readonly string[], { name, packageName, place }: Described): DocsBlock | undefined {
    const wanted = names.at(-1) ?? '';
    const packages = names.length === 2 ? [names[0]] : [packageName, this.#rootPackage];
    const found = packages.flatMap((one) => this.#docs.get(`doc.${one}.${wanted}`) ?? [])[0];
    if (found !== undefined) return found;
    const [meant] = similarNames(wanted, new Set([...this.#docs.values()].map((block) => block.name)));
    this.#problems.add({
      ...place,
      message: `the description of ${name} includes doc("${names.join('", "')}"), and there is no such docs block.`,
      ...(meant === undefined ? {} : { hint: `Did you mean "${meant}"?` }),
    });
    return undefined;
  }
}
