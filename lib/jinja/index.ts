/** Jinja templates, compiled to JavaScript, that print what Python's Jinja2 prints. */

export { type Block, listBlocks } from './blocks.ts';
export type { CompiledTemplate } from './compile/compiled.ts';
export { createEnvironment } from './environment.ts';
export { type MacroFrame, TemplateError, type TemplateErrorKind } from './errors.ts';
export { fromHost, toHost } from './runtime/host.ts';
export { Macro } from './runtime/macro.ts';
export { Attributes, Callable, type CallableObject, JinjaObject, Keywords } from './runtime/objects.ts';
/** Values: how Python's stand in JavaScript, and how a host's objects and functions look to a template. */
export { callable } from './runtime/signature.ts';
export { repr as representValue, str as printValue } from './runtime/text.ts';
export { isTrue } from './runtime/truth.ts';
export { isUndefined } from './runtime/undefined.ts';
export { Dict, Float, float, PythonSet, Tuple, tuple } from './runtime/values.ts';
export { dbtTags, type TagExtension, type TagHeader } from './tags.ts';
export type {
  CompileOptions,
  Context,
  Environment,
  EnvironmentOptions,
  Missing,
  NameResolver,
  Template,
  UndefinedPolicy,
} from './types.ts';
