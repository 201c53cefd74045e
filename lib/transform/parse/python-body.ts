import { ParseConfig } from '../context/config-object.ts';
import type { NodeContext } from '../context/node-context.ts';
import { FileBody } from './bodies.ts';
import { type PythonCall, pythonCalls } from './python-calls.ts';

/** A model in Python: what it reads and its config are found in its text, which is never run. */
export class PythonBody extends FileBody {
  readonly #source: string;

  constructor(source: string, shown: string) {
    super(source, shown);
    this.#source = source;
  }

  override renderAtOnce(context: NodeContext): string {
    const asked: PythonCall[] = [];
    for (const call of pythonCalls(this.#source, this.file)) {
      const names = call.positional.map(String);
      const [first = '', second] = names;
      if (call.name === 'config.get') asked.push(call);
      else if (call.name === 'config') configure(context, call.named);
      else if (call.name === 'source') context.source([first, second ?? '']);
      else context.ref({ ...namedBy(first, second), version: versionOf(call) });
    }
    // dbt keeps which configs a model asks for, and what they are without a word.
    if (asked.length > 0) {
      configure(context, {
        config_keys_used: asked.map(({ positional }) => positional[0] ?? null),
        config_keys_defaults: asked.map(({ positional }) => positional[1] ?? null),
      });
    }
    return this.#source;
  }

  override render(context: NodeContext): Promise<string> {
    return Promise.resolve(this.renderAtOnce(context));
  }
}

function configure(context: NodeContext, said: PythonCall['named']): void {
  const config = context.resolve('config');
  if (config instanceof ParseConfig) config.call([said], undefined);
}

function namedBy(first: string, second: string | undefined): { packageName: string | null; name: string } {
  return second === undefined ? { packageName: null, name: first } : { packageName: first, name: second };
}

function versionOf({ named }: PythonCall): string | number | null {
  const version = named.version ?? named.v;
  return typeof version === 'string' || typeof version === 'number' ? version : null;
}
