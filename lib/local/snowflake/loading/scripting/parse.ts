import { isBlockBegin, type Token, tokenize, unsupported } from '../../../../sql/index.ts';
import { TokenCursor } from '../cursor.ts';
import type { Block, Branch, Declaration, Handler, Piece, Step } from './nodes.ts';

/**
 * Reads a Snowflake Scripting block: `[DECLARE …] BEGIN … [EXCEPTION …] END`. What this server does not run is refused by
 * name (Snowflake's documentation, "Snowflake Scripting reference").
 */
export function parseScript(text: string): Block {
  const parser = new ScriptParser(text);
  return parser.script();
}

class ScriptParser {
  readonly #cursor: TokenCursor;

  constructor(text: string) {
    this.#cursor = new TokenCursor({ text, tokens: tokenize(text) });
  }

  script(): Block {
    const block = this.#block();
    this.#cursor.acceptSymbol(';');
    this.#cursor.end();
    return block;
  }

  #block(): Block {
    const cursor = this.#cursor;
    const declarations: Declaration[] = [];
    if (cursor.accept('DECLARE')) {
      while (!isBlockBegin(cursor.tokens, cursor.at)) {
        declarations.push(this.#declaration());
        cursor.expectSymbol(';');
      }
    }
    cursor.expect('BEGIN');
    const steps = this.#stepsUntil('EXCEPTION', 'END');
    const handlers = cursor.accept('EXCEPTION') ? this.#handlers() : [];
    cursor.expect('END');
    this.#label();
    return { kind: 'block', declarations, steps, handlers };
  }

  /** A name may follow END to say what ends. */
  #label(): void {
    if (this.#cursor.peek()?.kind === 'word') this.#cursor.next();
  }

  #handlers(): Handler[] {
    const cursor = this.#cursor;
    const handlers: Handler[] = [];
    while (cursor.accept('WHEN')) {
      const names = [this.#name()];
      while (cursor.accept('OR')) names.push(this.#name());
      if (cursor.sees('CONTINUE')) throw unsupported('WHEN … CONTINUE THEN of Snowflake Scripting');
      cursor.accept('EXIT');
      cursor.expect('THEN');
      handlers.push({ names, steps: this.#stepsUntil('WHEN', 'END') });
    }
    return handlers;
  }

  #stepsUntil(...ends: readonly string[]): Step[] {
    const steps: Step[] = [];
    while (!ends.some((end) => this.#cursor.sees(end))) {
      if (this.#cursor.done) throw this.#cursor.unexpected(ends.join(' or '));
      steps.push(this.#step());
      this.#cursor.expectSymbol(';');
    }
    return steps;
  }

  #step(): Step {
    const cursor = this.#cursor;
    const token = cursor.peek();
    if (cursor.sees('DECLARE') || isBlockBegin(cursor.tokens, cursor.at)) return this.#block();
    if (token?.kind === 'word' && cursor.seesSymbol(':=', 1)) {
      const name = this.#name();
      cursor.expectSymbol(':=');
      return { kind: 'assign', name, value: this.#piece() };
    }
    if (cursor.accept('LET')) return { kind: 'declare', declaration: this.#declaration() };
    if (cursor.accept('IF')) return this.#if();
    if (cursor.sees('CASE')) return this.#case();
    if (cursor.accept('FOR')) return this.#for();
    if (cursor.accept('WHILE')) return this.#while();
    if (cursor.accept('REPEAT')) return this.#repeat();
    if (cursor.accept('LOOP')) return this.#loop();
    if (cursor.accept('BREAK') || cursor.accept('EXIT')) return this.#jump('break');
    if (cursor.accept('CONTINUE') || cursor.accept('ITERATE')) return this.#jump('continue');
    if (cursor.accept('RETURN')) {
      return { kind: 'return', value: cursor.seesSymbol(';') ? undefined : this.#piece() };
    }
    if (cursor.accept('RAISE')) {
      return { kind: 'raise', name: cursor.seesSymbol(';') ? undefined : this.#name() };
    }
    if (cursor.accept('OPEN')) return this.#open();
    if (cursor.accept('FETCH')) {
      const name = this.#name();
      cursor.expect('INTO');
      return { kind: 'fetch', cursor: name, into: this.#variables() };
    }
    if (cursor.accept('CLOSE')) return { kind: 'close', cursor: this.#name() };
    if (cursor.accept('EXECUTE', 'IMMEDIATE')) return this.#execute();
    if (cursor.accept('NULL')) return { kind: 'nothing' };
    for (const word of ['ASYNC', 'AWAIT', 'CANCEL'] as const) {
      if (cursor.sees(word)) throw unsupported(`${word} of Snowflake Scripting`);
    }
    return this.#sql();
  }

  #jump(kind: 'break' | 'continue'): Step {
    if (!this.#cursor.seesSymbol(';')) throw unsupported('labels of loops in Snowflake Scripting');
    return { kind };
  }

  #open(): Step {
    const name = this.#name();
    if (this.#cursor.sees('USING')) throw unsupported('OPEN … USING of Snowflake Scripting');
    return { kind: 'open', cursor: name };
  }

  #declaration(): Declaration {
    const cursor = this.#cursor;
    const name = this.#name();
    if (cursor.accept('CURSOR')) {
      cursor.expect('FOR');
      return { kind: 'cursor', name, query: this.#piece() };
    }
    if (cursor.accept('RESULTSET')) {
      const given = cursor.acceptSymbol(':=') || cursor.accept('DEFAULT');
      return { kind: 'resultset', name, query: given ? this.#piece() : undefined };
    }
    if (cursor.accept('EXCEPTION')) return this.#exception(name);
    const type = this.#typeText();
    const given = cursor.acceptSymbol(':=') || cursor.accept('DEFAULT');
    return { kind: 'variable', name, type, value: given ? this.#piece() : undefined };
  }

  #exception(name: string): Declaration {
    const cursor = this.#cursor;
    if (!cursor.acceptSymbol('(')) return { kind: 'exception', name, code: -20_000, message: '' };
    const sign = cursor.acceptSymbol('-') ? -1 : 1;
    const code = sign * Number(cursor.next().value);
    cursor.expectSymbol(',');
    const message = cursor.string();
    cursor.expectSymbol(')');
    return { kind: 'exception', name, code, message };
  }

  #typeText(): string | undefined {
    const cursor = this.#cursor;
    const tokens: Token[] = [];
    while (!cursor.seesSymbol(':=') && !cursor.seesSymbol(';') && !cursor.sees('DEFAULT')) {
      tokens.push(cursor.next());
    }
    return tokens.length === 0 ? undefined : this.#textOf(tokens);
  }

  #if(): Step {
    const cursor = this.#cursor;
    const branches: Branch[] = [];
    do {
      const condition = this.#piece('THEN');
      cursor.expect('THEN');
      branches.push({ condition, steps: this.#stepsUntil('ELSEIF', 'ELSE', 'END') });
    } while (cursor.accept('ELSEIF'));
    const otherwise = cursor.accept('ELSE') ? this.#stepsUntil('END') : [];
    cursor.expect('END', 'IF');
    return { kind: 'if', branches, otherwise };
  }

  /** `CASE x WHEN y` is read as `CASE WHEN x = y`. */
  #case(): Step {
    const cursor = this.#cursor;
    cursor.expect('CASE');
    const subject = cursor.sees('WHEN') ? undefined : this.#piece('WHEN');
    const branches: Branch[] = [];
    while (cursor.accept('WHEN')) {
      const condition = this.#piece('THEN');
      cursor.expect('THEN');
      branches.push({
        condition: subject === undefined ? condition : equal(subject, condition),
        steps: this.#stepsUntil('WHEN', 'ELSE', 'END'),
      });
    }
    const otherwise = cursor.accept('ELSE') ? this.#stepsUntil('END') : [];
    cursor.expect('END');
    cursor.accept('CASE');
    return { kind: 'if', branches, otherwise };
  }

  #for(): Step {
    const cursor = this.#cursor;
    const variable = this.#name();
    cursor.expect('IN');
    const reverse = cursor.accept('REVERSE');
    const next = cursor.peek(1);
    if (!reverse && next?.kind === 'word' && (next.value === 'DO' || next.value === 'LOOP')) {
      const source = this.#name();
      return { kind: 'forRows', variable, source, steps: this.#body('FOR') };
    }
    const from = this.#piece('TO');
    cursor.expect('TO');
    const to = this.#piece('DO', 'LOOP');
    return { kind: 'forRange', variable, from, to, reverse, steps: this.#body('FOR') };
  }

  #while(): Step {
    const condition = this.#piece('DO', 'LOOP');
    return { kind: 'while', condition, steps: this.#body('WHILE') };
  }

  /** `DO … END FOR` or `LOOP … END LOOP`. */
  #body(word: string): Step[] {
    const cursor = this.#cursor;
    const end = cursor.accept('LOOP') ? 'LOOP' : word;
    if (end === word) cursor.expect('DO');
    const steps = this.#stepsUntil('END');
    cursor.expect('END', end);
    this.#label();
    return steps;
  }

  #repeat(): Step {
    const cursor = this.#cursor;
    const steps = this.#stepsUntil('UNTIL');
    cursor.expect('UNTIL');
    const until = this.#piece('END');
    cursor.expect('END', 'REPEAT');
    this.#label();
    return { kind: 'repeat', until, steps };
  }

  #loop(): Step {
    const steps = this.#stepsUntil('END');
    this.#cursor.expect('END', 'LOOP');
    this.#label();
    return { kind: 'loop', steps };
  }

  #execute(): Step {
    const cursor = this.#cursor;
    const sql = this.#piece('USING');
    if (!cursor.accept('USING')) return { kind: 'execute', sql, using: [] };
    cursor.expectSymbol('(');
    const using = this.#variables();
    cursor.expectSymbol(')');
    return { kind: 'execute', sql, using };
  }

  /** A SQL statement up to its semicolon; `INTO :a, :b` of a SELECT is taken out of it. */
  #sql(): Step {
    const cursor = this.#cursor;
    const first = cursor.at;
    const { tokens } = this.#piece();
    if (tokens[0]?.kind !== 'word' || (tokens[0].value !== 'SELECT' && tokens[0].value !== 'WITH')) {
      return { kind: 'sql', statement: { tokens }, into: [] };
    }
    const into = indexAtDepth0(tokens, 'INTO');
    if (into < 0) return { kind: 'sql', statement: { tokens }, into: [] };
    const end = cursor.at;
    cursor.at = first + into + 1;
    const names = this.#variables();
    const after = cursor.at - first;
    cursor.at = end;
    return {
      kind: 'sql',
      statement: { tokens: [...tokens.slice(0, into), ...tokens.slice(after)] },
      into: names,
    };
  }

  #variables(): string[] {
    const cursor = this.#cursor;
    const names: string[] = [];
    do {
      cursor.acceptSymbol(':');
      names.push(this.#name());
    } while (cursor.acceptSymbol(','));
    return names;
  }

  #name(): string {
    const token = this.#cursor.next();
    if (token.kind !== 'word' && token.kind !== 'quoted') throw this.#cursor.unexpectedAt(token, 'a name');
    return token.value;
  }

  /** Everything up to the semicolon or one of these words, outside parentheses and CASE expressions. */
  #piece(...ends: readonly string[]): Piece {
    const cursor = this.#cursor;
    const tokens: Token[] = [];
    let depth = 0;
    for (let token = cursor.peek(); token !== undefined; token = cursor.peek()) {
      if (depth === 0 && (cursor.seesSymbol(';') || ends.some((end) => cursor.sees(end)))) break;
      if (cursor.seesSymbol('(') || cursor.sees('CASE')) depth += 1;
      else if (cursor.seesSymbol(')') || (depth > 0 && cursor.sees('END'))) depth -= 1;
      tokens.push(cursor.next());
    }
    if (tokens.length === 0) throw cursor.unexpected();
    return { tokens };
  }

  #textOf(tokens: readonly Token[]): string {
    return this.#cursor.text.slice(tokens[0]?.start, tokens.at(-1)?.end);
  }
}

function equal(subject: Piece, value: Piece): Piece {
  const at = value.tokens[0]?.start ?? 0;
  const symbol = (text: string): Token => ({ kind: 'symbol', text, value: text, start: at, end: at });
  return {
    tokens: [
      symbol('('),
      ...subject.tokens,
      symbol(')'),
      symbol('='),
      symbol('('),
      ...value.tokens,
      symbol(')'),
    ],
  };
}

function indexAtDepth0(tokens: readonly Token[], word: string): number {
  let depth = 0;
  return tokens.findIndex((token) => {
    if (token.kind === 'symbol' && token.value === '(') depth += 1;
    if (token.kind === 'symbol' && token.value === ')') depth -= 1;
    return depth === 0 && token.kind === 'word' && token.value === word;
  });
}
