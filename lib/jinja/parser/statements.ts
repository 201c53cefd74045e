import { suggestion } from '../suggest.ts';
import type { TagExtension } from '../tags.ts';
import { ExpressionParser } from './expressions.ts';
import { literalOf } from './literal.ts';
import type { Expression, ForNode, IfNode, MacroNode, Parameter, Statement, Target } from './nodes.ts';
import { describe, type TokenStream } from './stream.ts';

const ownTags = [
  'for',
  'if',
  'set',
  'do',
  'macro',
  'call',
  'filter',
  'with',
  'raw',
  'break',
  'continue',
  'print',
];

/** Blocks nested deeper than this are a mistake or an attack. */
const deepestBlocks = 100;

/** Parses a template's tags. */
export class StatementParser {
  private readonly stream: TokenStream;
  private readonly expressions: ExpressionParser;
  private readonly tags: Readonly<Record<string, TagExtension>>;
  /** What would end the blocks that are open now, the innermost last; for the error of an unknown tag. */
  private readonly openBlocks: { ends: readonly string[]; at: number }[] = [];
  private loops = 0;

  constructor(stream: TokenStream, tags: Readonly<Record<string, TagExtension>>) {
    this.stream = stream;
    this.expressions = new ExpressionParser(stream);
    this.tags = tags;
  }

  /** The whole template. */
  template(): Statement[] {
    return this.statements();
  }

  /** Statements up to one of the end tags, whose name is left as the current token. */
  private statements(ends?: readonly string[]): Statement[] {
    const body: Statement[] = [];
    for (;;) {
      const token = this.stream.current;
      if (token.type === 'eof') return body;
      this.stream.next();
      if (token.type === 'data') body.push({ kind: 'text', at: token.start, text: token.text });
      else if (token.type === 'variable_begin') {
        const at = this.stream.current.start;
        body.push({ kind: 'output', at, value: this.expressions.tuple() });
        this.stream.expect('variable_end');
      } else {
        const tag = this.stream.current;
        if (ends !== undefined && tag.type === 'name' && ends.includes(tag.text)) return body;
        body.push(...this.statement());
        this.stream.expect('block_end');
      }
    }
  }

  /** The body of a tag, from the end of the opening tag to the name of the end tag, which is consumed. */
  private body(ends: readonly string[], opening: number): { body: Statement[]; end: string } {
    this.stream.skipOperator(':');
    this.stream.expect('block_end');
    if (this.openBlocks.length >= deepestBlocks)
      this.stream.fail('The blocks are nested too deeply', opening);
    this.openBlocks.push({ ends, at: opening });
    const body = this.statements(ends);
    this.openBlocks.pop();
    if (this.stream.current.type === 'eof') {
      this.stream.fail(`The template ends before this block does: {% ${ends.at(-1)} %} is missing`, opening);
    }
    return { body, end: this.stream.next().text };
  }

  private statement(): Statement[] {
    const token = this.stream.current;
    if (token.type !== 'name') this.stream.fail(`tag name expected, got ${describe(token)}`);
    const extension = Object.hasOwn(this.tags, token.text) ? this.tags[token.text] : undefined;
    if (extension !== undefined) return [this.definition(extension)];
    const at = this.stream.next().start;
    switch (token.text) {
      case 'for':
        return [this.for(at)];
      case 'if':
        return [this.if(at)];
      case 'set':
        return [this.set(at)];
      case 'do':
        return [{ kind: 'do', at: this.stream.current.start, value: this.expressions.tuple() }];
      case 'macro':
        return [this.macro(at)];
      case 'call':
        return [this.callBlock(at)];
      case 'filter':
        return [this.filterBlock(at)];
      case 'with':
        return [this.with(at)];
      case 'print':
        return this.print();
      case 'break':
      case 'continue':
        if (this.loops === 0) this.stream.fail(`'${token.text}' outside of a loop`, at);
        return [{ kind: token.text, at }];
      default:
        return this.unknownTag(token.text, at);
    }
  }

  private unknownTag(name: string, at: number): never {
    const open = this.openBlocks.at(-1);
    const expected = open === undefined ? '' : `; the block that is open ends with ${open.ends.join(' or ')}`;
    const known = [...ownTags, ...Object.keys(this.tags), ...(open?.ends ?? [])];
    return this.stream.fail(`Encountered unknown tag '${name}'${expected}`, at, suggestion(name, known));
  }

  private for(at: number): ForNode {
    const target = this.target({ endNames: ['in'] });
    this.refuseLoopAsTarget(target);
    this.stream.expect('name', 'in');
    const sequence = this.expressions.tuple({ conditions: false, endNames: ['recursive'] });
    const test = this.stream.skipName('if') ? this.expressions.expression() : undefined;
    const recursive = this.stream.skipName('recursive');
    this.loops++;
    const { body, end } = this.body(['else', 'endfor'], at);
    this.loops--;
    const otherwise = end === 'else' ? this.body(['endfor'], at).body : [];
    return { kind: 'for', at, target, sequence, test, recursive, body, otherwise };
  }

  private refuseLoopAsTarget(target: Target): void {
    if (target.kind === 'tuple') for (const item of target.items) this.refuseLoopAsTarget(item);
    else if (target.name === 'loop') {
      this.stream.fail("Can't assign to special loop variable in for-loop target", target.at);
    }
  }

  private if(at: number): IfNode {
    const node: IfNode = { kind: 'if', at, branches: [], otherwise: [] };
    for (;;) {
      const test = this.expressions.tuple({ conditions: false });
      const { body, end } = this.body(['elif', 'else', 'endif'], at);
      node.branches.push({ test, body });
      if (end === 'else') node.otherwise = this.body(['endif'], at).body;
      if (end !== 'elif') return node;
    }
  }

  private set(at: number): Statement {
    const target = this.target({ members: true });
    if (this.stream.skipOperator('=')) return { kind: 'set', at, target, value: this.expressions.tuple() };
    const filter = this.expressions.filters(undefined);
    return { kind: 'setBlock', at, target, filter, body: this.body(['endset'], at).body };
  }

  private macro(at: number, tag = 'macro', name = this.stream.expect('name').text): MacroNode {
    const parameters = this.signature();
    return { kind: 'macro', at, tag, name, parameters, body: this.functionBody(`end${tag}`, at) };
  }

  /** A body of its own function: a loop around it is out of its reach. */
  private functionBody(end: string, at: number): Statement[] {
    const { loops } = this;
    this.loops = 0;
    const { body } = this.body([end], at);
    this.loops = loops;
    return body;
  }

  private signature(): Parameter[] {
    const parameters: Parameter[] = [];
    this.stream.expectOperator('(');
    while (!this.stream.isOperator(')')) {
      if (parameters.length > 0) this.stream.expectOperator(',');
      const name = this.stream.expect('name').text;
      const value = this.stream.skipOperator('=') ? this.expressions.expression() : undefined;
      if (value === undefined && parameters.at(-1)?.default !== undefined) {
        this.stream.fail('non-default argument follows default argument');
      }
      parameters.push({ name, default: value });
    }
    this.stream.expectOperator(')');
    return parameters;
  }

  /** A tag of the environment's user that defines a macro. */
  private definition(extension: TagExtension): MacroNode {
    const { text: tag, start: at } = this.stream.next();
    const name = this.stream.expect('name').text;
    if (extension.header === 'signature') {
      return this.macro(at, tag, extension.macroName({ name, options: {} }));
    }
    const macroName = extension.macroName({ name, options: this.options() });
    return {
      kind: 'macro',
      at,
      tag,
      name: macroName,
      parameters: [],
      body: this.functionBody(`end${tag}`, at),
    };
  }

  /** `, key='value', word`: what follows the name in an options header. */
  private options(): Record<string, unknown> {
    const options: Record<string, unknown> = {};
    while (this.stream.skipOperator(',')) {
      const name = this.stream.expect('name').text;
      if (!this.stream.skipOperator('=')) options[name] = true;
      else options[name] = literalOf(this.expressions.expression(), this.stream);
    }
    return options;
  }

  private callBlock(at: number): Statement {
    const parameters = this.stream.isOperator('(') ? this.signature() : [];
    const call = this.expressions.expression();
    if (call.kind !== 'call') return this.stream.fail('expected call', call.at);
    return { kind: 'callBlock', at, call, parameters, body: this.functionBody('endcall', at) };
  }

  private filterBlock(at: number): Statement {
    const filter: Expression | undefined = this.expressions.filters(undefined, true);
    if (filter === undefined) return this.stream.fail('expected a filter');
    return { kind: 'filterBlock', at, filter, body: this.body(['endfilter'], at).body };
  }

  private with(at: number): Statement {
    const targets: Target[] = [];
    const values: Expression[] = [];
    while (this.stream.current.type !== 'block_end') {
      if (targets.length > 0) this.stream.expectOperator(',');
      targets.push(this.target({}));
      this.stream.expectOperator('=');
      values.push(this.expressions.expression());
    }
    return { kind: 'with', at, targets, values, body: this.body(['endwith'], at).body };
  }

  private print(): Statement[] {
    const outputs: Statement[] = [];
    while (this.stream.current.type !== 'block_end') {
      if (outputs.length > 0) this.stream.expectOperator(',');
      outputs.push({ kind: 'output', at: this.stream.current.start, value: this.expressions.expression() });
    }
    return outputs;
  }

  /** What stands left of `=` or `in`: a name, a member of a namespace, or several of them. */
  private target({
    endNames = [],
    members = false,
  }: {
    endNames?: readonly string[];
    members?: boolean;
  }): Target {
    const at = this.stream.current.start;
    const items: Target[] = [];
    let isTuple = false;
    for (;;) {
      if (items.length > 0) this.stream.expectOperator(',');
      if (items.length > 0 && this.atTargetEnd(endNames)) break;
      items.push(this.simpleTarget(members));
      if (!this.stream.isOperator(',')) break;
      isTuple = true;
    }
    const only = items[0];
    return !isTuple && only !== undefined ? only : { kind: 'tuple', at, items };
  }

  private atTargetEnd(endNames: readonly string[]): boolean {
    return this.stream.isOperator('=') || this.expressions.atTupleEnd(endNames);
  }

  private simpleTarget(members: boolean): Target {
    const token = this.stream.current;
    if (this.stream.skipOperator('(')) {
      const target = this.target({ members });
      this.stream.expectOperator(')');
      return target;
    }
    if (token.type !== 'name') this.stream.fail(`can't assign to ${describe(token)}`);
    this.stream.next();
    if (['true', 'false', 'none', 'True', 'False', 'None'].includes(token.text)) {
      this.stream.fail(`can't assign to '${token.text}'`, token.start);
    }
    if (members && this.stream.skipOperator('.')) {
      return { kind: 'member', at: token.start, object: token.text, name: this.stream.expect('name').text };
    }
    return { kind: 'name', at: token.start, name: token.text };
  }
}
