import { similarNames } from '../../config/index.ts';
import { asRecord, asText, type Data, type DataRecord } from '../values.ts';
import type { Criterion } from './criteria.ts';
import {
  criterionSpec,
  type IndirectSelection,
  indirectSelections,
  type SelectionSpec,
  selectionInvalid,
} from './spec.ts';

/** The selectors of a project's `selectors.yml`, by name. */
export class YamlSelectors {
  readonly #entries = new Map<string, DataRecord>();
  readonly #indirect: IndirectSelection;

  /**
   * @param data of the file, its templates rendered
   * @param indirect for criteria that do not say themselves which tests come along
   * @throws SluiceError SELECTION_INVALID
   */
  constructor(data: Data, indirect: IndirectSelection) {
    this.#indirect = indirect;
    const list = asRecord(data)?.selectors ?? [];
    if (!Array.isArray(list)) throw invalid('`selectors` is not a list.');
    for (const entry of list as readonly Data[]) {
      const record = asRecord(entry);
      const name = asText(record?.name);
      if (record === undefined || name === undefined) throw invalid('an entry has no `name`.');
      if (this.#entries.has(name)) throw invalid(`"${name}" stands there twice.`);
      if (record.definition === undefined) throw invalid(`"${name}" has no \`definition\`.`);
      this.#entries.set(name, record);
    }
  }

  get names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** The name of the selector that is used where nothing else is selected. */
  get defaultName(): string | undefined {
    const chosen = [...this.#entries].filter(([, entry]) => entry.default === true).map(([name]) => name);
    if (chosen.length > 1) throw invalid(`${chosen.join(' and ')} are both the default.`);
    return chosen[0];
  }

  /** @throws SluiceError SELECTION_INVALID */
  spec(name: string): SelectionSpec {
    return this.#named(name, []);
  }

  #named(name: string, above: readonly string[]): SelectionSpec {
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      const [meant] = similarNames(name, this.names);
      const known = this.names.length === 0 ? 'There are none.' : `There are ${this.names.join(', ')}.`;
      throw selectionInvalid(
        `There is no selector "${name}" in selectors.yml.`,
        meant === undefined ? known : `Did you mean "${meant}"?`,
      );
    }
    if (above.includes(name)) throw invalid(`${[...above, name].join(' -> ')} leads back to itself.`);
    return new Definition(this.#indirect, name, (other) => this.#named(other, [...above, name])).read(
      entry.definition ?? null,
    );
  }
}

/** Reads the definition of one selector. */
class Definition {
  readonly #indirect: IndirectSelection;
  readonly #name: string;
  readonly #other: (name: string) => SelectionSpec;

  constructor(indirect: IndirectSelection, name: string, other: (name: string) => SelectionSpec) {
    this.#indirect = indirect;
    this.#name = name;
    this.#other = other;
  }

  read(definition: Data): SelectionSpec {
    if (typeof definition === 'string') return criterionSpec(definition, this.#indirect);
    const record = asRecord(definition);
    if (record === undefined) throw this.#invalid('a definition is neither a text nor a record.');
    for (const kind of ['union', 'intersection'] as const) {
      if (record[kind] !== undefined) return this.#group(kind, record);
    }
    return record.method === undefined ? this.#pair(record) : this.#method(record);
  }

  /** A union or an intersection; an `exclude` in its list is taken away from what the rest comes to. */
  #group(kind: 'union' | 'intersection', record: DataRecord): SelectionSpec {
    const others = Object.keys(record).filter((key) => key !== kind);
    if (others.length > 0) throw this.#invalid(`beside \`${kind}\` stands ${others.join(', ')}.`);
    const list = this.#list(record[kind], kind);
    const isExclude = (item: Data): boolean => {
      const entry = asRecord(item);
      return entry?.exclude !== undefined && entry.method === undefined;
    };
    const excludes = list.filter(isExclude);
    if (excludes.length > 1) throw this.#invalid(`\`${kind}\` has more than one \`exclude\`.`);
    const parts = list.filter((item) => !isExclude(item)).map((item) => this.read(item));
    const group: SelectionSpec = { kind, parts, indirect: 'eager' };
    return this.#without(group, asRecord(excludes[0])?.exclude);
  }

  /** `tag: nightly`. */
  #pair(record: DataRecord): SelectionSpec {
    const [[method, value] = [], ...more] = Object.entries(record);
    if (method === undefined || more.length > 0) {
      throw this.#invalid(
        `${Object.keys(record).join(', ')} is neither one method with its value, nor has \`method\` and \`value\`.`,
      );
    }
    return this.#criterion(method, value ?? null, {}, this.#indirect);
  }

  #method(record: DataRecord): SelectionSpec {
    const { method, value, exclude } = record;
    const name = asText(method);
    if (name === undefined || value === undefined)
      throw this.#invalid('`method` and `value` belong together.');
    const indirect = this.#indirectOf(record);
    const base =
      name === 'selector'
        ? this.#other(asText(value) ?? '')
        : this.#criterion(
            name,
            value,
            {
              childrensParents: record.childrens_parents === true,
              parents: depthOf(record.parents, record.parents_depth),
              children: depthOf(record.children, record.children_depth),
            },
            indirect,
          );
    return this.#without(base, exclude);
  }

  #criterion(
    method: string,
    value: Data,
    operators: Partial<Pick<Criterion, 'childrensParents' | 'parents' | 'children'>>,
    indirect: IndirectSelection,
  ): SelectionSpec {
    const [head = '', ...methodArguments] = method.split('.');
    const text = `${method}:${typeof value === 'object' ? JSON.stringify(value) : String(value)}`;
    if (typeof value === 'object') throw this.#invalid(`the value of \`${method}\` is not a text.`);
    const criterion = {
      text,
      method: head,
      methodArguments,
      value: String(value),
      childrensParents: false,
      parents: 0,
      children: 0,
      ...operators,
    };
    if (criterion.childrensParents && criterion.children > 0)
      throw this.#invalid('`children` and `childrens_parents` say different things.');
    return { kind: 'criterion', criterion, indirect };
  }

  #without(from: SelectionSpec, exclude: Data | undefined): SelectionSpec {
    if (exclude === undefined) return from;
    const parts = this.#list(exclude, 'exclude').map((item) => this.read(item));
    const away: SelectionSpec = { kind: 'union', parts, indirect: 'eager' };
    return { kind: 'difference', parts: [from, away], indirect: 'eager' };
  }

  #indirectOf(record: DataRecord): IndirectSelection {
    const said = record.indirect_selection;
    if (said === undefined) return this.#indirect;
    const known = indirectSelections.find((name) => name === said);
    if (known !== undefined) return known;
    throw this.#invalid(
      `\`indirect_selection\` is ${String(said)}, which is none of ${indirectSelections.join(', ')}.`,
    );
  }

  #list(value: Data | undefined, key: string): readonly Data[] {
    if (Array.isArray(value)) return value;
    throw this.#invalid(`\`${key}\` is not a list.`);
  }

  #invalid(message: string): Error {
    return invalid(`of "${this.#name}", ${message}`);
  }
}

function depthOf(asked: Data | undefined, depth: Data | undefined): number {
  if (asked !== true) return 0;
  return typeof depth === 'number' ? depth : Number.POSITIVE_INFINITY;
}

function invalid(message: string): Error {
  return selectionInvalid(`selectors.yml: ${message}`, 'See YAML selectors in the documentation of dbt.');
}
