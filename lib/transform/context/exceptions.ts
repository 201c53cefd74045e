import { SluiceError } from '../../config/index.ts';
import { callable, JinjaObject, printValue, toHost } from '../../jinja/index.ts';
import { toData } from '../values.ts';
import { contractError } from './contract-error.ts';

/** An error that a project raises itself, or that using a function of dbt's wrongly comes to. */
export function compilerError(
  message: string,
  hint = 'See what dbt says of it, and correct the call.',
): SluiceError {
  return new SluiceError({ code: 'PROJECT_COMPILATION', kind: 'usage', message, hint });
}

/** `exceptions` of the templates. */
export class ExceptionsObject extends JinjaObject {
  readonly #warn: (message: string) => void;

  constructor(warn: (message: string) => void) {
    super();
    this.#warn = warn;
  }

  override get typeName(): string {
    return 'exceptions';
  }

  override getAttribute(name: string): unknown {
    if (name === 'warn' || name === 'warn_snapshot_timestamp_data_types') {
      return callable(name, ['message', '*rest'], (message: unknown) => {
        this.#warn(printValue(message));
        return '';
      });
    }
    if (name === 'raise_contract_error') {
      return callable(name, ['yaml_columns', 'sql_columns'], (contract: unknown, definition: unknown) => {
        throw contractError(toData(toHost(contract)), toData(toHost(definition)));
      });
    }
    if (name === 'raise_not_implemented') return this.#raise(name, 'NOT_IMPLEMENTED');
    if (/^(raise_|missing_|relation_wrong_|column_type_|materialization_)/.test(name)) {
      return this.#raise(name, 'PROJECT_COMPILATION');
    }
    return undefined;
  }

  #raise(name: string, code: string): unknown {
    return callable(name, ['message?', '*rest', '**named'], (message: unknown) => {
      throw new SluiceError({
        code,
        kind: 'usage',
        message: message === undefined ? name : printValue(message),
        hint: 'The project raises this itself: see the macro named.',
      });
    });
  }
}
