import type { LineageReport, LineageTree } from '../../lib/transform/index.ts';

/** Expressions longer than this are cut: a CASE of many lines would hide the tree. */
const longestExpression = 90;

/** The trees of a lineage as lines. @param dim makes what is less important less visible */
export function renderLineage(report: LineageReport, dim: (text: string) => string): string[] {
  const lines: string[] = [];
  const asked = report.up.length > 0 ? report.up : report.down;
  for (const [index, tree] of asked.entries()) {
    if (index > 0) lines.push('');
    lines.push(described(tree, dim));
    if (report.up.length > 0) lines.push(...section('made of', report.up[index]?.next ?? [], dim));
    if (report.down.length > 0) lines.push(...section('goes into', report.down[index]?.next ?? [], dim));
  }
  const facts: readonly (readonly [string, readonly string[]])[] = [
    ['rows are decided by', report.rows],
    ['decides the rows of', report.decides],
    ['exposures', report.exposures],
  ];
  for (const [title, names] of facts) if (names.length > 0) lines.push('', `${title}: ${names.join(', ')}`);
  return lines;
}

function section(title: string, trees: readonly LineageTree[], dim: (text: string) => string): string[] {
  return trees.length === 0 ? [] : [`  ${title}`, ...branches(trees, '  ', dim)];
}

function branches(trees: readonly LineageTree[], indent: string, dim: (text: string) => string): string[] {
  return trees.flatMap((tree, index) => {
    const last = index === trees.length - 1;
    return [
      `${indent}${last ? '└─' : '├─'} ${described(tree, dim)}`,
      ...branches(tree.next, `${indent}${last ? '   ' : '│  '}`, dim),
    ];
  });
}

function described({ label, type, expression, kind }: LineageTree, dim: (text: string) => string): string {
  const flat = expression?.replace(/\s+/g, ' ').trim() ?? '';
  const cut = flat.length > longestExpression ? `${flat.slice(0, longestExpression - 1)}…` : flat;
  const column = label.slice(label.lastIndexOf('.') + 1);
  // A column that is passed on under its own name says nothing by its expression.
  const passedOn = /^(?:[\w$]+\.)*([\w$]+)$/.exec(flat)?.[1];
  const says = flat !== '' && passedOn?.toLowerCase() !== column.toLowerCase();
  const details = [
    type ?? 'type not known',
    ...(says ? [`= ${cut}`] : []),
    ...(kind === 'copy' ? ['copy'] : []),
  ];
  return `${label}  ${dim(details.join('  '))}`;
}
