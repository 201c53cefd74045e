import type { Comparison } from './compare.ts';
import type { FailingRows } from './failing-rows.ts';
import type { ReviewReport } from './review.ts';

/** Begins the comment, so that it is found again; nobody sees it. */
export const commentMarker = '<!-- sluice: ci -->';

/** GitHub refuses comments of more than 65536 characters. */
const longestComment = 60_000;
const longestCell = 80;
const longestList = 50;

export interface CommentOptions {
  /** Texts that must not be in the comment, whatever a template or an error says. */
  readonly secrets: readonly string[];
  /** That the data is made up and the Snowflake embedded. */
  readonly embedded: boolean;
  /** Models of the base that did not build, where production was built from it. */
  readonly baseProblems: readonly string[];
}

/** The comment on a pull request, as Markdown. */
export function renderComment(given: ReviewReport, options: CommentOptions): string {
  // Before anything is cut or escaped, after which a secret would not be found, or only a part of it.
  const report = withoutSecrets(given, options.secrets);
  const baseProblems = withoutSecrets(options.baseProblems, options.secrets);
  const passed = report.problems.length === 0;
  const parts = [
    commentMarker,
    `## ${passed ? '✅' : '❌'} Models: ${verdict(report)}`,
    introduction(report, options),
    plan(report),
    problems('Failed', report.problems),
    problems('The base did not build', baseProblems),
    comparisons(report.comparisons),
    tests(report),
    ...report.failingRows.map(failing),
    freshness(report),
  ];
  const text = parts.filter((part) => part !== '').join('\n\n');
  const rest = '\n\n…the rest is in the log.';
  return text.length <= longestComment
    ? `${text}\n`
    : `${text.slice(0, longestComment - rest.length)}${rest}\n`;
}

function verdict({ changed, problems: failed, comparisons: compared }: ReviewReport): string {
  if (changed.length === 0) return 'nothing changed';
  if (failed.length > 0) return `${failed.length} ${failed.length === 1 ? 'problem' : 'problems'}`;
  const different = compared.filter(({ status }) => status !== 'same').length;
  return different === 0 ? 'same as production' : `${different} of ${compared.length} differ from production`;
}

function introduction({ schema, base, changed }: ReviewReport, { embedded }: CommentOptions): string {
  const where = embedded
    ? 'on the embedded Snowflake with generated sales; production is the base commit, built there'
    : 'the rest is read from production';
  if (changed.length === 0)
    return `No file of the dbt project makes a difference to ${code(base.slice(0, 10))}.`;
  return `Built in ${code(schema)}, ${where}. Compared with ${code(base.slice(0, 10))}.`;
}

function plan({ changed, downstream, everythingBecause, deletedFiles }: ReviewReport): string {
  const lines = [
    everythingBecause === null ? '' : `- everything: ${plain(everythingBecause)}`,
    changed.length === 0 ? '' : `- changed: ${list(changed)}`,
    downstream.length === 0 ? '' : `- downstream: ${list(downstream)}`,
    deletedFiles.length === 0 ? '' : `- deleted files: ${list(deletedFiles)}`,
  ].filter((line) => line !== '');
  return lines.length === 0 ? '' : ['### Plan', '', ...lines].join('\n');
}

function problems(title: string, texts: readonly string[]): string {
  if (texts.length === 0) return '';
  const shown = texts.slice(0, longestList).map((text) => text.slice(0, 2000));
  // A fence longer than any in the text cannot be closed by it.
  const longest = Math.max(
    2,
    ...shown.flatMap((text) => (text.match(/`+/g) ?? []).map(({ length }) => length)),
  );
  const fence = '`'.repeat(longest + 1);
  return [`### ${title}`, '', fence, ...shown, fence].join('\n');
}

function comparisons(all: readonly Comparison[]): string {
  if (all.length === 0) return '';
  const rows = all.map((one) => [
    code(one.model),
    one.status,
    String(one.rows.production ?? ''),
    String(one.rows.here),
    ...[one.added, one.removed, one.changed].map((count) => String(count ?? '')),
    one.key.length === 0 ? '' : list(one.key),
    columnChanges(one),
  ]);
  const head = [
    'model',
    '',
    'rows in production',
    'rows here',
    'added',
    'removed',
    'changed',
    'key',
    'columns',
  ];
  return ['### Against production', '', table(head, rows)].join('\n');
}

function columnChanges({ columns, changedColumns }: Comparison): string {
  const { added, removed, retyped } = columns;
  const changed = Object.entries(changedColumns).map(([column, rows]) => `${code(column)} in ${rows} rows`);
  return [
    added.length === 0 ? '' : `added ${list(added)}`,
    removed.length === 0 ? '' : `**removed ${list(removed)}**`,
    retyped.length === 0 ? '' : `retyped ${list(retyped)}`,
    changed.length === 0 ? '' : `changed ${changed.slice(0, longestList).join(', ')}`,
  ]
    .filter((text) => text !== '')
    .join('; ');
}

function tests({ tests: all }: ReviewReport): string {
  if (all.length === 0) return '';
  const counts = [...Map.groupBy(all, ({ status }) => status)].map(
    ([status, own]) => `${own.length} ${status}`,
  );
  const bad = all.filter(({ status }) => status !== 'pass').slice(0, longestList);
  const rows = bad.map(({ name, status, failures, file }) => [
    code(name),
    status,
    String(failures ?? ''),
    code(file),
  ]);
  const shown = rows.length === 0 ? [] : ['', table(['test', '', 'failures', 'file'], rows)];
  return ['### Tests', '', `${counts.join(', ')}.`, ...shown].join('\n');
}

function failing({ test, columns, rows }: FailingRows): string {
  const cells = rows.map((row) => row.map((value) => code(value)));
  const shown = table(columns.map(plain), cells);
  return `<details><summary>First rows of ${plain(test)}</summary>\n\n${shown}\n\n</details>`;
}

function freshness({ freshness: sources }: ReviewReport): string {
  if (sources.length === 0) return '';
  const old = sources.filter(({ status }) => status !== 'pass');
  if (old.length === 0) return `### Freshness\n\nAll ${sources.length} sources are fresh.`;
  const lines = old.map(({ source, table: name, status, maxLoadedAt }) => {
    const since = maxLoadedAt === null ? '' : `, newest row of ${plain(maxLoadedAt)}`;
    return `- ${code(`${source}.${name}`)}: ${status}${since}`;
  });
  return ['### Freshness', '', 'Not a reason to keep this back:', ...lines].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, longestList).map(code).join(', ');
  return names.length > longestList ? `${shown} and ${names.length - longestList} more` : shown;
}

/** A short value as it is, whatever it holds: Markdown, HTML and mentions mean nothing in it. */
export function code(text: string): string {
  return `<code>${plain(text)}</code>`;
}

function plain(text: string): string {
  const short = text.length > longestCell ? `${text.slice(0, longestCell - 1)}…` : text;
  return short.replace(/[\r\n]+/g, ' ').replace(/[&<>|`*_~[\]\\@#!:]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** The same value, the secrets struck out of every text in it. */
function withoutSecrets<Value>(value: Value, secrets: readonly string[]): Value {
  // The longest first: one secret may be a part of another.
  const longestFirst = secrets.filter(({ length }) => length >= 6).toSorted((a, b) => b.length - a.length);
  const strike = (text: string): string =>
    longestFirst.reduce((clean, secret) => clean.replaceAll(secret, '***'), text);
  return JSON.parse(JSON.stringify(value), (_key, part: unknown) =>
    typeof part === 'string' ? strike(part) : part,
  );
}
