import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createEnvironment, type EnvironmentOptions, TemplateError } from '../../lib/jinja/index.ts';

interface Case {
  name: string;
  template: string;
  context?: Record<string, unknown>;
  options?: EnvironmentOptions;
  /** What Python's Jinja2 prints; null where it raises an error. `check-cases.py` holds it to that. */
  expected: string | null;
}

function read(file: string): Case[] {
  const content: { context?: Record<string, unknown>; cases: Case[] } = JSON.parse(
    readFileSync(join(import.meta.dirname, file), 'utf8'),
  );
  return content.cases.map((one) => ({ context: content.context ?? {}, ...one }));
}

/** A fresh copy of the context each time: templates may change what is in it. */
function renderSync({ template, context, options, name }: Case): string {
  const compiled = createEnvironment(options).compile(template, { file: name });
  return compiled.renderSync(structuredClone(context));
}

function render({ template, context, options, name }: Case): Promise<string> {
  return createEnvironment(options).compile(template, { file: name }).render(structuredClone(context));
}

describe.each(['cases.json', 'expressions.json', 'statements.json'])('%s', (file) => {
  const cases = read(file);

  test('prints what Jinja2 prints', () => {
    const printed = cases.filter(({ expected }) => expected !== null);
    for (const one of printed)
      expect.soft(renderSync(one), `${one.name}: ${one.template}`).toBe(one.expected);
  });

  test('prints the same in the asynchronous form', async () => {
    const printed = cases.filter(({ expected }) => expected !== null);
    for (const one of printed)
      expect.soft(await render(one), `${one.name}: ${one.template}`).toBe(one.expected);
  });

  test('is an error where Jinja2 raises one', () => {
    const failing = cases.filter(({ expected }) => expected === null);
    for (const one of failing) {
      expect.soft(() => renderSync(one), `${one.name}: ${one.template}`).toThrow(TemplateError);
    }
  });
});
