import type { MacroDefinition, MacroRegistry } from '../context/macros.ts';
import type { Properties } from '../project/properties.ts';
import { asList, asRecord, asText } from '../values.ts';

/** A macro as dbt's manifest has it, with what a schema file says of it. */
export function macroDict(
  macro: MacroDefinition,
  said: Properties | undefined,
  registry: MacroRegistry,
): Record<string, unknown> {
  const config = said?.config;
  return {
    name: macro.name,
    resource_type: 'macro',
    package_name: macro.packageName,
    path: macro.path,
    original_file_path: macro.path,
    unique_id: macro.uniqueId,
    macro_sql: macro.file.text,
    depends_on: { macros: calledMacros(macro, registry) },
    description: said?.description ?? '',
    meta: { ...asRecord(said?.raw.meta), ...asRecord(config?.meta) },
    docs: { show: true, node_color: null, ...asRecord(said?.raw.docs) },
    patch_path: said === undefined ? null : `${said.packageName}://${said.path}`,
    arguments: asList(said?.raw.arguments).map((argument) => {
      const record = asRecord(argument);
      return {
        name: asText(record?.name) ?? '',
        type: asText(record?.type) ?? null,
        description: asText(record?.description) ?? '',
      };
    }),
    supported_languages: macro.name.startsWith('materialization_') ? ['sql'] : null,
  };
}

const code = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;
const comment = /\{#[\s\S]*?#\}/g;
// What stands after a dot or a bar is a method or a filter, unless a package stands before the dot.
const call = /([|.]\s*)?(?:\b(\w+)\s*\.\s*)?\b(\w+)\s*\(/g;
const text = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g;
const dispatch =
  /adapter\s*\.\s*dispatch\s*\(\s*['"](\w+)['"]\s*(?:,\s*(?:macro_namespace\s*=\s*)?['"](\w+)['"])?/g;

/** Unique ids of the macros that a macro's text calls by name, or dispatches to; found without running it. */
function calledMacros(macro: MacroDefinition, registry: MacroRegistry): string[] {
  const found = new Set<string>();
  for (const [block] of macro.file.text.replace(comment, '').matchAll(code)) {
    for (const [, name = '', namespace] of block.matchAll(dispatch)) {
      const target = registry.dispatch(name, namespace ?? null, macro.packageName);
      if ('uniqueId' in target) found.add(target.uniqueId);
    }
    for (const [, before, packageName, name = ''] of block.replace(text, "''").matchAll(call)) {
      if (before !== undefined) continue;
      const target =
        packageName === undefined
          ? registry.find(name, macro.packageName)
          : registry.inPackage(packageName, name);
      if (target !== undefined && target !== macro) found.add(target.uniqueId);
    }
  }
  return [...found];
}
