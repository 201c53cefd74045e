import type { ForNode } from '../parser/nodes.ts';
import type { Scope } from './scope.ts';
import { newFunction, type StatementPlace, type StatementWriter } from './statements.ts';
import { undeclared } from './walk.ts';

/** The names of the JavaScript variables of one loop. */
interface LoopNames {
  items: string;
  index: string;
  most: string;
  empty: string;
  /** The `loop` object, if the body uses it. */
  loop: string | undefined;
}

/** Writes `for` as a JavaScript loop; a recursive one as a function. */
export class LoopWriter {
  private readonly writer: StatementWriter;

  constructor(writer: StatementWriter) {
    this.writer = writer;
  }

  for(node: ForNode, place: StatementPlace): void {
    if (node.recursive) this.recursive(node, place);
    else {
      const sequence = this.writer.expressions.value(node.sequence, place);
      this.writer.code.open('{');
      this.rounds(node, place, sequence, '0', 'undefined');
      this.writer.code.close();
    }
  }

  /** A function that renders the loop over some items, and which `loop(items)` calls again. */
  private recursive(node: ForNode, place: StatementPlace): void {
    const { code, expressions } = this.writer;
    const name = `loop${code.number()}`;
    const sequence = expressions.value(node.sequence, place);
    code.open(`const ${name} = ${code.isAsync ? 'async ' : ''}(sequence, level, depth) => {`);
    const state = newFunction('loop');
    this.writer.functionBody(state, "'loop'", () => {
      code.line(`enter(depth, 'loop');`);
      this.rounds(node, { ...place, function: state, out: 'out' }, 'sequence', 'level', name);
    });
    code.close('};');
    code.line(`${place.out} += ${code.isAsync ? 'await ' : ''}${name}(${sequence}, 0, depth);`);
  }

  private rounds(
    node: ForNode,
    place: StatementPlace,
    sequence: string,
    level: string,
    recurse: string,
  ): void {
    const { code } = this.writer;
    const number = code.number();
    const usesLoop = node.recursive || undeclared(node.body, ['loop']).has('loop');
    const scope = place.scope.inner();
    const loop = usesLoop ? scope.parameter('loop').identifier : undefined;
    scope.readLoop(node, 'body');
    const names: LoopNames = {
      items: `items${number}`,
      index: `i${number}`,
      most: `most${number}`,
      empty: `empty${number}`,
      loop,
    };
    code.line(`const ${names.items} = iterate(${sequence}, at = ${node.sequence.at});`);
    if (node.test !== undefined && usesLoop) this.filterFirst(node, place, names);
    if (node.otherwise.length > 0) code.line(`let ${names.empty} = true;`);
    if (loop !== undefined) {
      code.line(`const ${loop} = new Loop(${names.items}, ${level}, ${recurse}, depth);`);
    }
    this.round(node, place, scope, names);
    if (node.otherwise.length > 0) this.otherwise(node, place, names);
  }

  /** The loop itself. */
  private round(node: ForNode, place: StatementPlace, scope: Scope, names: LoopNames): void {
    const { code } = this.writer;
    const { items, index, most } = names;
    code.open(
      `for (let ${index} = 0, ${most} = mostRounds(${items}); ${index} < ${items}.length; ${index}++) {`,
    );
    code.line(`if (${index} === ${most}) grew(at = ${node.at});`);
    if (names.loop !== undefined) code.line(`${names.loop}.index0 = ${index};`);
    if (node.test !== undefined && names.loop === undefined) {
      this.test(node, place, `${items}[${index}]`, (kept) => code.line(`if (!${kept}) continue;`));
    }
    this.declareTargets(scope, names.loop);
    const inside = { ...place, scope, topLevel: false };
    this.writer.assign(node.target, `${items}[${index}]`, inside);
    this.writer.declare(scope, place);
    this.writer.all(node.body, inside);
    if (node.otherwise.length > 0) code.line(`${names.empty} = false;`);
    code.close();
  }

  /** With a `loop` object the number of rounds must be known, so the test runs over all items first. */
  private filterFirst(node: ForNode, place: StatementPlace, names: LoopNames): void {
    const { code } = this.writer;
    const all = names.items;
    names.items = `${all}Kept`;
    code.line(`const ${names.items} = [];`);
    code.open(`for (const candidate of ${all}) {`);
    this.test(node, place, 'candidate', (kept) => code.line(`if (${kept}) ${names.items}.push(candidate);`));
    code.close();
  }

  private test(node: ForNode, place: StatementPlace, item: string, decide: (kept: string) => void): void {
    if (node.test === undefined) return;
    const { code, expressions } = this.writer;
    const scope = place.scope.inner();
    scope.readLoop(node, 'test');
    const inside = { ...place, scope, topLevel: false };
    this.declareTargets(scope, undefined);
    this.writer.assign(node.target, item, inside);
    this.writer.declare(scope, place);
    const kept = `kept${code.number()}`;
    code.line(`const ${kept} = ${expressions.truth(node.test, inside)};`);
    decide(kept);
  }

  private declareTargets(scope: Scope, loop: string | undefined): void {
    const targets = [...scope.own()].filter(
      ({ start, identifier }) => start.kind === 'parameter' && identifier !== loop,
    );
    if (targets.length > 0) {
      this.writer.code.line(`let ${targets.map(({ identifier }) => identifier).join(', ')};`);
    }
  }

  private otherwise(node: ForNode, place: StatementPlace, names: LoopNames): void {
    const { code } = this.writer;
    const scope = place.scope.inner();
    scope.readAll(node.otherwise);
    code.open(`if (${names.empty}) {`);
    this.writer.declare(scope, place);
    this.writer.all(node.otherwise, { ...place, scope, topLevel: false });
    code.close();
  }
}
