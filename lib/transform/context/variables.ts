import { type CallableObject, callable, JinjaObject, type Keywords } from '../../jinja/index.ts';
import type { ProjectFileConfig } from '../project/config-file.ts';
import { asRecord, type Data, type DataRecord } from '../values.ts';
import { compilerError } from './exceptions.ts';

/** The variables of a project: those of the call before those of the root project before those of a package itself. */
export class Variables {
  /** Those of the call. */
  readonly given: DataRecord;
  readonly #root: ProjectFileConfig | undefined;
  readonly #packages: ReadonlyMap<string, ProjectFileConfig>;

  constructor(
    given: DataRecord,
    root?: ProjectFileConfig,
    packages: ReadonlyMap<string, ProjectFileConfig> = new Map(),
  ) {
    this.given = given;
    this.#root = root;
    this.#packages = packages;
  }

  /** The same variables with some that go before all others. */
  over(given: DataRecord): Variables {
    return new Variables({ ...this.given, ...given }, this.#root, this.#packages);
  }

  get(name: string, packageName: string): Data | undefined {
    const rootVars = this.#root?.vars ?? {};
    const ownVars = this.#packages.get(packageName)?.vars ?? {};
    return [
      this.given,
      asRecord(rootVars[packageName]) ?? {},
      rootVars,
      asRecord(ownVars[packageName]) ?? {},
      ownVars,
    ].find((vars) => Object.hasOwn(vars, name))?.[name];
  }
}

/** `var(…)` of the templates of one package. */
export class VarFunction extends JinjaObject implements CallableObject {
  readonly #variables: Variables;
  readonly #packageName: string;
  readonly #lenient: boolean;
  readonly #render: (text: string) => unknown;

  /**
   * @param lenient while parsing, a variable that is missing is none instead of an error
   * @param render makes a text of what holds a template: in a node a variable may hold `{{ ref('…') }}`
   */
  constructor(
    variables: Variables,
    packageName: string,
    lenient: boolean,
    render: (text: string) => unknown = (text) => text,
  ) {
    super();
    this.#variables = variables;
    this.#packageName = packageName;
    this.#lenient = lenient;
    this.#render = render;
  }

  call(args: readonly unknown[], keywords: Keywords | undefined): unknown {
    return callable('var', ['name', 'default?'], (name: string, otherwise: unknown) => {
      const value = this.#variables.get(name, this.#packageName);
      if (typeof value === 'string' && /\{[{%#]/.test(value)) return this.#render(value);
      if (value !== undefined) return value;
      if (otherwise !== undefined) return otherwise;
      if (this.#lenient) return null;
      throw compilerError(
        `The variable "${name}" is not set`,
        `Set it under \`vars:\` of dbt_project.yml, pass it with --vars, or give var() a default.`,
      );
    }).call(args, keywords);
  }

  override getAttribute(name: string): unknown {
    if (name !== 'has_var') return undefined;
    return callable(
      name,
      ['name'],
      (key: string) => this.#variables.get(key, this.#packageName) !== undefined,
    );
  }
}
