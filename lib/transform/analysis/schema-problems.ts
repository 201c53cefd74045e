import type { Problem } from '../errors.ts';
import type { SqlNode } from '../graph/node.ts';
import type { ParsedProject } from '../parse/project.ts';
import { describe } from '../parse/resolve.ts';
import { folded } from '../relation.ts';
import { asText } from '../values.ts';
import { type AnalyzedNode, isEnforced } from './project-analysis.ts';
import { meant, shown } from './query/index.ts';

/** Generic tests whose argument `column_name` is put into SQL as it is. */
const OF_COLUMNS = new Set(['not_null', 'unique', 'accepted_values', 'relationships']);

/** What schema files say of columns that are not there: tests of them, and contracts. */
export function schemaProblems(
  project: ParsedProject,
  nodes: ReadonlyMap<string, AnalyzedNode>,
  chosen: Iterable<SqlNode>,
): Problem[] {
  const problems: Problem[] = [];
  for (const node of chosen) {
    if (node.test !== undefined) problems.push(...testProblems(project, nodes, node));
    if (node.resourceType === 'model' && isEnforced(node)) problems.push(...contractProblems(nodes, node));
  }
  return problems;
}

function testProblems(
  project: ParsedProject,
  nodes: ReadonlyMap<string, AnalyzedNode>,
  node: SqlNode,
): Problem[] {
  const { test } = node;
  if (test === undefined || test.attachedNode === null || !OF_COLUMNS.has(test.name)) return [];
  if (test.namespace !== null && test.namespace !== 'dbt') return [];
  const body = project.bodies.get(node.uniqueId);
  const place = body === undefined ? {} : { file: body.file, line: body.line };
  const missing = [missingFrom(nodes.get(test.attachedNode), test.columnName)];
  const others = node.dependsOn.filter((id) => id !== test.attachedNode);
  const [other] = others;
  if (test.name === 'relationships' && others.length === 1 && other !== undefined) {
    missing.push(missingFrom(nodes.get(other), asText(test.arguments.field) ?? null));
  }
  return missing.flatMap((problem) =>
    problem === undefined
      ? []
      : [{ ...place, message: `${describe(node)}: ${problem.message}`, hint: problem.hint }],
  );
}

/** A column that a node certainly does not have; undefined for one that it has or may have, and for an expression. */
function missingFrom(
  found: AnalyzedNode | undefined,
  written: string | null,
): { readonly message: string; readonly hint: string } | undefined {
  if (found === undefined || !found.complete || written === null) return undefined;
  const quoted = /^"([^"]+)"$/.exec(written)?.[1];
  if (quoted === undefined && !/^[A-Za-z_]\w*$/.test(written)) return undefined;
  const name = quoted ?? folded(written, false);
  const names = found.columns.map((column) => column.name);
  if (names.includes(name)) return undefined;
  return { message: `${found.node.name} has no column ${shown(name)}.`, hint: meant(name, names) };
}

/** dbt compares a model with its contract before it makes the table; which columns there are is known before that. */
function contractProblems(nodes: ReadonlyMap<string, AnalyzedNode>, node: SqlNode): Problem[] {
  const analysis = nodes.get(node.uniqueId)?.queries[0]?.analysis;
  if (analysis === undefined || !analysis.complete) return [];
  const promised = node.columns.map(({ name, quote }) => folded(name, quote === true));
  const given = analysis.columns.map(({ name }) => name);
  const among = (names: readonly string[], name: string) =>
    names.some((one) => one.toUpperCase() === name.toUpperCase());
  const missing = promised.filter((name) => !among(given, name));
  const added = given.filter((name) => !among(promised, name));
  if (missing.length === 0 && added.length === 0) return [];
  const sentences = [
    ...(missing.length === 0 ? [] : [`its SQL does not give ${missing.map(shown).join(', ')}`]),
    ...(added.length === 0
      ? []
      : [`its SQL gives ${added.map(shown).join(', ')}, which the contract does not name`]),
  ];
  return [
    {
      ...(node.patch ?? { file: node.originalPath }),
      message: `${describe(node)} does not keep its contract: ${sentences.join('; ')}.`,
      hint: 'Change the SQL or the columns of the schema file.',
    },
  ];
}
