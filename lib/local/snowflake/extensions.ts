import { dynamicTablesExtension } from './dynamic/index.ts';
import { loadingExtension } from './loading/index.ts';
import type { Extension } from './statement.ts';

/** The parts that a server is made of beside its core, made anew for each server. */
export function extensions(): Extension[] {
  return [loadingExtension(), dynamicTablesExtension()];
}
