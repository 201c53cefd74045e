import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { matchesPath } from '../select/wildcard.ts';

interface Rule {
  readonly pattern: string;
  readonly folderOnly: boolean;
  readonly takesBack: boolean;
}

/** Whether a file of a package is none of its own, by its path from the package's folder. */
export type Ignores = (path: string) => boolean;

/** What the `.dbtignore` of a package says, in the syntax of `.gitignore`: the last line that matches decides. */
export function readIgnores(directory: string): Ignores {
  let text: string;
  try {
    text = readFileSync(join(directory, '.dbtignore'), 'utf8');
  } catch {
    return () => false;
  }
  const rules = text.split('\n').flatMap((line) => readRule(line) ?? []);
  return (path) => isIgnored(path, rules);
}

function readRule(line: string): Rule | undefined {
  const trimmed = line.replace(/\r$/, '').replace(/(?<!\\)\s+$/, '');
  if (trimmed === '' || trimmed.startsWith('#')) return undefined;
  const takesBack = trimmed.startsWith('!');
  const spelled = takesBack ? trimmed.slice(1) : trimmed.replace(/^\\(?=[#!])/, '');
  const folderOnly = spelled.endsWith('/');
  const path = spelled.replace(/\/$/, '');
  // A pattern without a slash is of a name anywhere, one with a slash of a path from here.
  const pattern = path.includes('/') ? path.replace(/^\//, '') : `**/${path}`;
  return { pattern, folderOnly, takesBack };
}

function isIgnored(path: string, rules: readonly Rule[]): boolean {
  const parts = path.split('/');
  let ignored = false;
  for (const { pattern, folderOnly, takesBack } of rules) {
    const matches = parts.some((_, index) => {
      const isFile = index === parts.length - 1;
      return !(folderOnly && isFile) && matchesPath(parts.slice(0, index + 1).join('/'), pattern);
    });
    if (matches) ignored = !takesBack;
  }
  return ignored;
}
