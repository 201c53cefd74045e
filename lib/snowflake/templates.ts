import { SluiceError } from '../config/index.ts';
import type { Template } from './migration-files.ts';
import { indentLines } from './quoting.ts';

/** What a template may name: pieces of SQL, already quoted, and conditions. */
export interface TemplateValues {
  readonly [name: string]: string | boolean;
}

export interface TemplateContext {
  readonly values: TemplateValues;
  /** Added to the values in a `-- for each table` section, once for each table. */
  readonly tables: readonly TemplateValues[];
}

const marker = /^\s*-- (for each table|end for each|end if|if (.+))$/;
const placeholder = /\{\{ ([a-z_]+) \}\}/g;

/**
 * Renders a file of `snowflake/`.
 *
 * `{{ name }}` is replaced by a piece of SQL. Lines between `-- for each table` and `-- end for each` are repeated for each
 * table; lines between `-- if name` and `-- end if` stand only where the condition holds. A value of several lines
 * keeps the indentation of its placeholder. There is nothing else.
 *
 * @throws SluiceError SNOWFLAKE_TEMPLATE with file and line for an unknown name or a section that does not end
 */
export function renderTemplate({ file, text }: Template, context: TemplateContext): string {
  const lines = text.split('\n').map((content, index) => ({ content, number: index + 1 }));
  return renderLines(file, lines, context.values, context.tables).join('\n');
}

interface Line {
  readonly content: string;
  readonly number: number;
}

function renderLines(
  file: string,
  lines: readonly Line[],
  values: TemplateValues,
  tables: readonly TemplateValues[],
): string[] {
  const rendered: string[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index];
    if (line === undefined) break;
    const [, section, condition] = marker.exec(line.content) ?? [];
    if (section === undefined) {
      rendered.push(renderLine(file, line, values));
      continue;
    }
    const end = endOfSection(file, lines, index);
    const inside = lines.slice(index + 1, end);
    if (condition !== undefined) {
      if (conditionOf(file, line, condition, values)) {
        rendered.push(...renderLines(file, inside, values, tables));
      }
    } else {
      for (const table of tables) {
        rendered.push(...renderLines(file, inside, { ...values, ...table }, tables));
      }
    }
    index = end;
  }
  return rendered;
}

/** Index of the line that ends the section which starts at `start`. */
function endOfSection(file: string, lines: readonly Line[], start: number): number {
  const open: string[] = [];
  for (let index = start; index < lines.length; index++) {
    const line = lines[index];
    const section = line === undefined ? undefined : marker.exec(line.content)?.[1];
    if (line === undefined || section === undefined) continue;
    if (!section.startsWith('end ')) {
      open.push(section.startsWith('if ') ? 'end if' : 'end for each');
      continue;
    }
    const expected = open.pop();
    if (expected !== section) {
      throw templateError(file, line, `found "-- ${section}", expected "-- ${expected ?? 'a section'}"`);
    }
    if (open.length === 0) return index;
  }
  throw templateError(file, lines[start], 'the section that starts here does not end');
}

function conditionOf(file: string, line: Line, condition: string, values: TemplateValues): boolean {
  const value = values[condition.replaceAll(' ', '_')];
  if (typeof value !== 'boolean') throw templateError(file, line, `there is no condition "${condition}"`);
  return value;
}

function renderLine(file: string, line: Line, values: TemplateValues): string {
  const indentation = /^\s*/.exec(line.content)?.[0] ?? '';
  const rendered = line.content.replaceAll(placeholder, (_, name: string) => {
    const value = values[name];
    if (typeof value !== 'string') throw templateError(file, line, `there is no value "${name}"`);
    return indentLines(value, indentation);
  });
  const left = line.content.replaceAll(placeholder, '');
  if (left.includes('{{') || left.includes('}}')) {
    throw templateError(file, line, 'a placeholder is written {{ name }}');
  }
  return rendered;
}

function templateError(file: string, line: Line | undefined, problem: string): SluiceError {
  return new SluiceError({
    code: 'SNOWFLAKE_TEMPLATE',
    kind: 'usage',
    message: `snowflake/${file}, line ${line?.number ?? 1}: ${problem}.`,
    hint: 'The names a template may use stand in lib/snowflake/template-values.ts.',
    details: { file, line: line?.number ?? 1 },
  });
}
