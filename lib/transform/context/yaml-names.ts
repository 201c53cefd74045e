import type { NameResolver } from '../../jinja/index.ts';
import { type BaseScope, baseNames } from './base-names.ts';
import type { Target } from './scope.ts';
import { VarFunction, type Variables } from './variables.ts';

/** What is known of a run before its project is read. */
export type EarlyScope = Omit<BaseScope, 'rootPackage' | 'target'> & {
  readonly target: Omit<Target, 'profile'>;
};

/**
 * What the texts of YAML files may use: dbt's own names, but no macros, and nothing that belongs to a node.
 *
 * @param packageName whose variables `var` gives; none before the project is read
 * @param lenient a variable that is missing is none instead of an error
 */
export function yamlNames(
  scope: EarlyScope,
  variables: Variables,
  packageName = '',
  lenient = false,
): NameResolver {
  const target = { ...scope.target, profile: packageName };
  const names = new Map([
    ...baseNames({ ...scope, target, rootPackage: packageName }),
    ['var', new VarFunction(variables, packageName, lenient)],
  ]);
  return (name) => names.get(name);
}
