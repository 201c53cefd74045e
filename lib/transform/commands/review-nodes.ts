import { isEphemeral, materializationOf, type SqlNode } from '../graph/node.ts';
import type { TransformOptions } from '../options.ts';
import type { ParsedProject } from '../parse/project.ts';
import { folded } from '../relation.ts';
import { publishedRelation, type Review, reviewSchema } from '../run/compile/placement.ts';
import { openWorkspace } from '../run/workspace.ts';
import { asTexts } from '../values.ts';

/** Names as the catalog has them. */
export interface ReviewedRelation {
  readonly database: string;
  readonly schema: string;
  readonly identifier: string;
}

/** What a review has to know of a node: which files make it what it is, and where it is found before and after. */
export interface ReviewedNode {
  readonly uniqueId: string;
  readonly name: string;
  readonly resourceType: string;
  /** What selects this node and no other. */
  readonly selector: string;
  /** Its own file and those of the schema and the macros that make it, from the project's folder. */
  readonly files: readonly string[];
  readonly dependsOn: readonly string[];
  /** Where readers find it, and where the review builds it; null for what makes no relation. */
  readonly relations: { readonly published: ReviewedRelation; readonly reviewed: ReviewedRelation } | null;
  /** Columns that its tests say are unique together, with the name of the test. */
  readonly keys: readonly { readonly test: string; readonly columns: readonly string[] }[];
}

/** Reads the project without asking the warehouse. @throws ProjectError */
export function reviewNodes(
  options: Omit<TransformOptions, 'connect' | 'artifactsDirectory' | 'review'> & { readonly review: string },
): readonly ReviewedNode[] {
  const { project } = openWorkspace('list', {
    ...options,
    artifactsDirectory: '',
    connect: () => Promise.reject(new Error('a review of the files asks no warehouse')),
  });
  const review = { name: options.review, targetSchema: project.scope.target.schema };
  const macroFiles = new Map(
    [...project.registry].map(({ uniqueId, packageName, path }) => [
      uniqueId,
      packageName === project.loaded.root.name
        ? path
        : `${project.loaded.root.packagesPath}/${packageName}/${path}`,
    ]),
  );
  return project.graph.inOrder().flatMap((id): ReviewedNode[] => {
    const node = project.nodes.get(id);
    if (node === undefined) return [];
    const source = node.resourceType === 'source';
    const macros = source ? [] : node.dependsOnMacros.map((macro) => macroFiles.get(macro));
    return [
      {
        uniqueId: id,
        name: node.name,
        resourceType: node.resourceType,
        selector: source ? `source:${node.packageName}.${node.sourceName}.${node.name}` : node.fqn.join('.'),
        files: [node.originalPath, node.patch?.file, ...macros].filter((file) => file !== undefined),
        dependsOn: source ? [] : node.dependsOn,
        relations: source ? null : relationsOf(node, review),
        keys: keysOf(project, id),
      },
    ];
  });
}

function relationsOf(node: SqlNode, review: Review): ReviewedNode['relations'] {
  if (node.resourceType !== 'model' && node.resourceType !== 'seed' && node.resourceType !== 'snapshot')
    return null;
  if (isEphemeral(node) || materializationOf(node) === 'ephemeral') return null;
  const { database, schema, alias } = node;
  const quoted = publishedRelation(node).quoting;
  const published = {
    database: folded(database, quoted.database),
    schema: folded(schema, quoted.schema),
    identifier: folded(alias, quoted.identifier),
  };
  return { published, reviewed: { ...published, schema: reviewSchema(schema, review) } };
}

/** What `unique` and the tests of combinations of columns say; other tests say nothing of keys. */
function keysOf(project: ParsedProject, id: string): ReviewedNode['keys'] {
  return [...project.nodes.values()].flatMap((node) => {
    if (node.resourceType === 'source' || node.test === undefined || node.test.attachedNode !== id) return [];
    const { name, columnName, arguments: given } = node.test;
    if (name === 'unique' && columnName !== null) return [{ test: node.name, columns: [columnName] }];
    if (name !== 'unique_combination_of_columns' && name !== 'unique_together') return [];
    const columns = asTexts(given.combination_of_columns ?? given.columns);
    return columns.length === 0 ? [] : [{ test: node.name, columns }];
  });
}
