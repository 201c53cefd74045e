/**
 * Jinja templates, compiled to JavaScript, that print what Python's Jinja2 prints.
 *
 * `createEnvironment(options).compile(source, { file })` gives a template with a synchronous and an asynchronous
 * form. How Python's values stand in JavaScript is told in `runtime/values.ts`; what a host gives to templates are
 * plain values, functions, `callable`s and `JinjaObject`s. The name `return` belongs to the language.
 */

/** What a file defines, without rendering it. */
export { type Block, listBlocks } from './blocks.ts';
export { createEnvironment } from './environment.ts';
export { TemplateError } from './errors.ts';
export { type Location, locate } from './positions.ts';
export { toHost } from './runtime/host.ts';
export { Macro } from './runtime/macro.ts';
export { Attributes, type CallableObject, JinjaObject, Keywords } from './runtime/objects.ts';
/** Functions and objects of the host as templates see them. */
export { callable } from './runtime/signature.ts';
export { str as printValue } from './runtime/text.ts';
/** Python's values, to make them and to take them apart. */
export { Dict, float, PythonSet, tuple } from './runtime/values.ts';
export { dbtTags } from './tags.ts';
export type {
  Context,
  Environment,
  EnvironmentOptions,
  NameResolver,
  Template,
  TemplateStore,
} from './types.ts';
