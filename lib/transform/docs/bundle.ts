import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * One script of a module and all that it imports: types taken out, every module a function of its own whose exports are
 * what it returns. It reads what this project writes: named imports with `./`, and exported functions, classes and
 * constants.
 *
 * @throws Error when a module imports or exports in any other way, or a circle of modules is found
 */
export function bundleModules(entry: string): string {
  const order: string[] = [];
  const codes = new Map<string, string>();
  const open = new Set<string>();
  const visit = (file: string): void => {
    if (codes.has(file)) return;
    if (open.has(file)) throw new Error(`${file} imports itself by way of others`);
    open.add(file);
    const module = readModule(file);
    for (const imported of module.imports) visit(imported);
    codes.set(file, module.code);
    order.push(file);
  };
  visit(entry);
  const names = new Map(order.map((file, index) => [file, `module${index}`]));
  const parts = order.map((file) => {
    const code = (codes.get(file) ?? '').replace(
      placeholder,
      (_, imported: string) => names.get(imported) ?? '',
    );
    return `const ${names.get(file)} = (() => {\n${code}\n})();`;
  });
  return `'use strict';\n${parts.join('\n')}\n`;
}

const importStatement = /^import\s*\{([^}]*)\}\s*from\s*'(\.[^']+)';$/gm;
const exportWord = /^export (?=(?:async )?function\b|class\b|const\b)/gm;
const exportedName = /^export (?:(?:async )?function|class|const) ([A-Za-z_$][\w$]*)/gm;
/** Stands for a module until all of them have their names. */
const placeholder = /\0([^\0]*)\0/g;

function readModule(file: string): { imports: string[]; code: string } {
  const text = withoutTypes(readFileSync(file, 'utf8'));
  const imports: string[] = [];
  const exported = [...text.matchAll(exportedName)].map(([, name]) => name);
  const code = text
    .replace(importStatement, (_, names: string, path: string) => {
      const imported = join(dirname(file), path);
      imports.push(imported);
      const list = names
        .split(',')
        .map((name) => name.trim().replace(/\s+as\s+/, ': '))
        .filter((name) => name !== '');
      return list.length === 0 ? '' : `const { ${list.join(', ')} } = \0${imported}\0;`;
    })
    .replace(exportWord, '');
  const unread = /^(?:import|export)\b.*/m.exec(code);
  if (unread !== null)
    throw new Error(`${file}: "${unread[0]}" is no import or export that can be put into the page`);
  return {
    imports,
    code: `${code.replace(/[ \t]+$/gm, '').replace(/\n{2,}/g, '\n')}\nreturn { ${exported.join(', ')} };`,
  };
}

/** Node marks the function as experimental, and would tell each reader of the docs about it. */
function withoutTypes(text: string): string {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(text);
  } finally {
    process.emitWarning = emitWarning;
  }
}
