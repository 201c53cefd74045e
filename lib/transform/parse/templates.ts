import { SluiceError } from '../../config/index.ts';
import {
  callable,
  createEnvironment,
  dbtTags,
  type Environment,
  type NameResolver,
  printValue,
  TemplateError,
  type TemplateStore,
  toHost,
} from '../../jinja/index.ts';
import { RelationObject } from '../context/relation-object.ts';
import { type Problem, ProjectError } from '../errors.ts';
import type { KeptTexts } from '../project/kept.ts';
import type { Data } from '../values.ts';

/**
 * The two ways in which a project's templates run. While parsing, what is not known yet (results of queries, columns) may
 * be used in any way and comes to nothing; while compiling, using what is not there is an error.
 */
export interface Templates {
  readonly parsing: Environment;
  readonly compiling: Environment;
}

export function createTemplates(kept?: KeptTexts): Templates {
  const compiling = createEnvironment({
    tags: dbtTags,
    filters,
    tests,
    onUndefined: 'default',
    ...(kept === undefined ? {} : { store: storeIn(kept) }),
  });
  return { parsing: compiling.withUndefined('lenient'), compiling };
}

function storeIn(kept: KeptTexts): TemplateStore {
  return {
    get: (key) => {
      const code = kept.get(`template ${key}`);
      return typeof code === 'string' ? code : undefined;
    },
    set: (key, code) => kept.set(`template ${key}`, code),
  };
}

/** dbt's own filters: they say what a text in YAML is meant to be. */
const filters: Readonly<Record<string, unknown>> = {
  as_text: callable('as_text', ['value'], (value: unknown) => printValue(value)),
  as_bool: callable('as_bool', ['value'], (value: unknown) => {
    const text = printValue(value).trim().toLowerCase();
    return ['true', 'yes', 'on', '1'].includes(text)
      ? true
      : ['false', 'no', 'off', '0'].includes(text)
        ? false
        : value;
  }),
  as_number: callable('as_number', ['value'], (value: unknown) => {
    const text = printValue(value).trim();
    return text === '' || Number.isNaN(Number(text)) ? value : Number(text);
  }),
  as_native: callable('as_native', ['value'], (value: unknown) => value),
};

/** To dbt's projects a relation is a mapping: that is how they tell it from a text. */
const tests: Readonly<Record<string, unknown>> = {
  mapping: (value: unknown) =>
    value instanceof RelationObject || value instanceof Map || isPlainRecord(value),
};

function isPlainRecord(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A text that is one expression and nothing else keeps its value; anything else becomes text. */
const oneExpression = /^\s*\{\{-?((?:(?!\}\}|\{\{|\{%)[\s\S])*?)-?\}\}\s*$/;

/**
 * Renders a text of a YAML file. A place inside the text would not be one of the file, so errors quote the text instead.
 */
export function renderNative(
  environment: Environment,
  text: string,
  file: string,
  resolve: NameResolver,
): unknown {
  try {
    return renderText(environment, text, file, resolve);
  } catch (error) {
    if (!(error instanceof TemplateError) || error.file !== file) throw error;
    throw new SluiceError({
      code: error.code,
      kind: error.kind,
      message: `${error.reason} (in \`${text.trim()}\`)`,
      hint: error.hint,
      cause: error,
    });
  }
}

function renderText(environment: Environment, text: string, file: string, resolve: NameResolver): unknown {
  const expression = oneExpression.exec(text)?.[1];
  if (expression === undefined) return environment.compile(text, { file }).renderSync(resolve);
  let value: unknown = null;
  const keep = callable('keep', ['value'], (given: unknown) => {
    value = given;
    return '';
  });
  environment
    .compile(`{% do __keep__(${expression}) %}`, { file })
    .renderSync((name) => (name === '__keep__' ? keep : resolve(name)));
  return value;
}

/** Texts of these keys are templates of a later time. */
const leftAlone = new Set(['description', 'pre-hook', 'post-hook', 'pre_hook', 'post_hook']);

/** In these records every key is a name of the project's own: a column may be called description. */
const recordsOfNames = new Set(['column_types', 'meta', 'vars']);

/**
 * Renders all texts of a YAML value that hold a template.
 *
 * @param within the key that the value stands under
 */
export function renderData(
  environment: Environment,
  value: Data,
  file: string,
  resolve: NameResolver,
  within = '',
): Data {
  if (typeof value === 'string') {
    // To dbt every text is a template, and of a template the last line break is not part of what it makes.
    if (!value.includes('{{') && !value.includes('{%')) return value.replace(/\n$/, '');
    return toHost(renderNative(environment, value, file, resolve)) as Data;
  }
  if (Array.isArray(value)) return value.map((item: Data) => renderData(environment, item, file, resolve));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([spelled, item]) => {
      const key = spelled.replace(/^\+/, '');
      const isLater = leftAlone.has(key) && !recordsOfNames.has(within);
      return [spelled, isLater ? item : renderData(environment, item, file, resolve, key)];
    }),
  );
}

/** An error of a template as the problem it is to the reader. */
export function problemOf(
  error: unknown,
  fallback: { readonly file: string; readonly line?: number },
): Problem[] {
  if (error instanceof ProjectError) return [...error.problems];
  if (error instanceof TemplateError) {
    const excerpt = error.excerpt === '' ? '' : `\n${error.excerpt}`;
    const stack = error.macroStack
      .map((frame) => `\n    in macro ${frame.name}, called at ${frame.file}:${frame.line}:${frame.column}`)
      .join('');
    return [
      {
        file: error.file ?? fallback.file,
        ...(error.line > 0 ? { line: error.line, column: error.column } : {}),
        message: `${sentence(error.reason)}${excerpt}${stack}`,
        ...(error.hint === '' ? {} : { hint: excerpt + stack === '' ? error.hint : `\n    ${error.hint}` }),
      },
    ];
  }
  if (error instanceof SluiceError)
    return [
      { ...fallback, message: sentence(error.message), ...(error.hint === '' ? {} : { hint: error.hint }) },
    ];
  throw error;
}

function sentence(text: string): string {
  return /[.!?:)\]"]$/.test(text) ? text : `${text}.`;
}
