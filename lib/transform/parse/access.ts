import type { Problem } from '../errors.ts';
import { accessOf, type Definition, type SqlNode } from '../graph/node.ts';
import type { LoadedPackages } from './load.ts';

/**
 * Why a reader may not read a model, if it may not: a private one is for its group alone, and a package that restricts access
 * shows others only its public ones.
 */
export function forbiddenRead(
  reader: SqlNode | Definition,
  target: SqlNode,
  loaded: LoadedPackages,
): Pick<Problem, 'message' | 'hint'> | undefined {
  if (target.resourceType !== 'model') return undefined;
  // What is tested decides who may read it, not its tests; and the groups of tests follow what they test.
  if ('unitTest' in reader && reader.unitTest !== undefined) return undefined;
  const foreign = reader.packageName !== target.packageName;
  const restricted = foreign && loaded.packages.get(target.packageName)?.restrictAccess === true;
  const access = accessOf(target);
  const reads = `${reader.resourceType.replace('_', ' ')} ${reader.name} reads ${target.name}`;
  if (access === 'private' && (reader.group === null || reader.group !== target.group || restricted)) {
    const own = reader.group === null ? 'in no group' : `in the group "${reader.group}"`;
    return {
      message:
        target.group === null
          ? `${reads}, which is private and in no group, so nothing may read it.`
          : `${reads}, which is private to the group "${target.group}", and is ${own} itself.`,
      hint: `Put both into one group, or make ${target.name} protected or public.`,
    };
  }
  if (access !== 'protected' || !restricted) return undefined;
  return {
    message: `${reads}, which is protected: only the package "${target.packageName}" itself may read it.`,
    hint: 'That package restricts access (`restrict-access: true`); read one of its public models.',
  };
}
