import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** What each room may import: the arrows of the architecture, downwards only. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'lib/config': [],
  'lib/jinja': [],
  'lib/sql': ['lib/config'],
  'lib/observe': ['lib/config'],
  'lib/staging': ['lib/config'],
  'lib/extract': ['lib/staging', 'lib/observe', 'lib/config'],
  'lib/snowflake': ['lib/staging', 'lib/observe', 'lib/config'],
  'lib/transform': ['lib/snowflake', 'lib/sql', 'lib/jinja', 'lib/observe', 'lib/config'],
  'lib/run': ['lib/extract', 'lib/snowflake', 'lib/transform', 'lib/staging', 'lib/observe', 'lib/config'],
  'lib/stacks': ['lib/config'],
  'lib/local': ['lib/staging', 'lib/sql', 'lib/config'],
  source_db_init: ['lib/config'],
  lambdas: [
    'lib/run',
    'lib/extract',
    'lib/snowflake',
    'lib/transform',
    'lib/staging',
    'lib/observe',
    'lib/config',
  ],
  bin: [
    'lib/run',
    'lib/extract',
    'lib/snowflake',
    'lib/transform',
    'lib/staging',
    'lib/observe',
    'lib/config',
    'lib/local',
    'lib/stacks',
    'source_db_init',
  ],
};

function roomOf(path: string): string {
  const parts = relative(root, path).split('/');
  return parts[0] === 'lib' ? `lib/${parts[1]}` : (parts[0] ?? '');
}

function sourcesOf(room: string): string[] {
  try {
    return readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(root, room, name));
  } catch {
    return [];
  }
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const found = text.matchAll(/(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g);
  return [...found].map((match) => resolve(dirname(file), match[1] ?? ''));
}

test.each(Object.entries(allowed))('%s imports downwards only, through the index of a room', (room, may) => {
  const wrong = sourcesOf(room).flatMap((file) =>
    importsOf(file)
      .filter((target) => roomOf(target) !== room)
      .filter((target) => {
        const to = roomOf(target);
        if (to === 'sluice.config.ts' || to === 'package.json') return false;
        const throughIndex = target === join(root, to, 'index.ts');
        return !may.includes(to) || !throughIndex;
      })
      .map((target) => `${relative(root, file)} -> ${relative(root, target)}`),
  );
  expect(wrong).toEqual([]);
});
