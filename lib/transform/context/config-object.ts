import { type CallableObject, callable, JinjaObject, type Keywords, toHost } from '../../jinja/index.ts';
import type { NodeConfig } from '../project/config-tree.ts';
import { asRecord, type Data } from '../values.ts';
import { compilerError } from './exceptions.ts';

/**
 * `config` while a project is parsed: calls are collected, and asking gives nothing, since what a config comes to is known
 * only once the file has run.
 */
export class ParseConfig extends JinjaObject implements CallableObject {
  readonly collected: Record<string, Data>[] = [];

  override get typeName(): string {
    return 'config';
  }

  call(args: readonly unknown[], keywords: Keywords | undefined): unknown {
    const [record, ...others] = args;
    if (others.length > 0 || (record !== undefined && keywords !== undefined && keywords.size > 0)) {
      throw compilerError('config() takes named arguments, or one record');
    }
    const said = record === undefined ? Object.fromEntries(keywords ?? []) : record;
    this.collected.push({ ...asRecord(toHost(said)) });
    return '';
  }

  override getAttribute(name: string): unknown {
    switch (name) {
      case 'get':
        return callable(name, ['name', 'default?', 'validator?', '**others'], () => '');
      case 'require':
        return callable(name, ['name', 'validator?'], () => '');
      case 'set':
        return callable(name, ['name', 'value'], () => '');
      case 'meta_get':
      case 'meta_require':
        return callable(name, ['name', 'default?'], () => '');
      case 'persist_relation_docs':
      case 'persist_column_docs':
        return callable(name, [], () => false);
      default:
        return undefined;
    }
  }
}

/** `config` while a node is compiled or run: what the config came to, and `set` for the rest of this node's run. */
export class RunConfig extends JinjaObject implements CallableObject {
  readonly #config: NodeConfig;
  readonly #set = new Map<string, unknown>();
  readonly #node: string;

  constructor(config: NodeConfig, node: string) {
    super();
    this.#config = config;
    this.#node = node;
  }

  override get typeName(): string {
    return 'config';
  }

  call(): unknown {
    return '';
  }

  override getItem(key: unknown): unknown {
    return typeof key === 'string' ? this.#get(key) : undefined;
  }

  override getAttribute(name: string): unknown {
    switch (name) {
      case 'get':
        return callable(
          name,
          ['name', 'default?', 'validator?', '**others'],
          (key: string, otherwise: unknown = null) => this.#get(key) ?? otherwise,
        );
      case 'require':
        return callable(name, ['name', 'validator?'], (key: string) => this.#require(key, this.#get(key)));
      case 'set':
        return callable(name, ['name', 'value'], (key: string, value: unknown) => {
          this.#set.set(key, value);
          return '';
        });
      case 'meta_get':
        return callable(
          name,
          ['name', 'default?'],
          (key: string, otherwise: unknown = null) => ownValue(this.#config.meta, key) ?? otherwise,
        );
      case 'meta_require':
        return callable(name, ['name'], (key: string) =>
          this.#require(`meta.${key}`, ownValue(this.#config.meta, key)),
        );
      case 'persist_relation_docs':
        return callable(name, [], () => asRecord(this.#config.persist_docs)?.relation === true);
      case 'persist_column_docs':
        return callable(name, [], () => asRecord(this.#config.persist_docs)?.columns === true);
      default:
        return this.#get(name);
    }
  }

  #get(key: string): unknown {
    return this.#set.has(key) ? this.#set.get(key) : ownValue(this.#config, key);
  }

  #require(key: string, value: unknown): unknown {
    if (value === undefined || value === null) {
      throw compilerError(
        `${this.#node} needs the config "${key}"`,
        `Set it with config(${key}=…) in the file or in a schema file.`,
      );
    }
    return value;
  }
}

/** The value of a record's own key: what every object of JavaScript has is nothing of a project's. */
function ownValue(record: unknown, key: string): Data | undefined {
  const known = asRecord(record);
  return known !== undefined && Object.hasOwn(known, key) ? known[key] : undefined;
}
