import { callable, JinjaObject } from '../../jinja/index.ts';
import { asRecord } from '../values.ts';

/**
 * A record that templates see as one of dbt's own objects: its keys are attributes, and `to_dict()` gives it as a mapping.
 *
 * @see resultObject
 */
class RecordObject extends JinjaObject {
  readonly #label: string;
  readonly #record: Readonly<Record<string, unknown>>;
  readonly #missing: null | undefined;

  /** @param missing what a key comes to that is not there */
  constructor(label: string, record: Readonly<Record<string, unknown>>, missing: null | undefined) {
    super();
    this.#label = label;
    this.#record = record;
    this.#missing = missing;
  }

  override get typeName(): string {
    return this.#label;
  }

  override getItem(key: unknown): unknown {
    return typeof key === 'string' ? this.getAttribute(key) : undefined;
  }

  override getAttribute(name: string): unknown {
    if (name === 'to_dict') return callable(name, ['*rest', '**named'], () => this.#plain());
    if (name === 'get') {
      return callable(
        name,
        ['key', 'default?'],
        (key: string, otherwise: unknown = null) => this.#own(key) ?? otherwise,
      );
    }
    return this.#own(name) ?? this.#missing;
  }

  #own(name: string): unknown {
    return Object.hasOwn(this.#record, name) ? this.#record[name] : undefined;
  }

  #plain(): Record<string, unknown> {
    const entries = Object.entries(this.#record);
    return Object.fromEntries(
      entries.map(([key, value]) => [key, value instanceof RecordObject ? value.#plain() : value]),
    );
  }
}

/** A result as `results` of `on-run-end` holds it. A config that a node does not have is none there, not undefined. */
export function resultObject(
  result: Readonly<Record<string, unknown>>,
  node: Readonly<Record<string, unknown>>,
): JinjaObject {
  const config = new RecordObject('Config', asRecord(node.config) ?? {}, null);
  const shown = new RecordObject('Node', { ...node, config }, undefined);
  return new RecordObject('RunResult', { ...result, node: shown }, undefined);
}
