/** Lines of generated JavaScript, indented, and the state of the function that is being written. */
export class CodeWriter {
  readonly isAsync: boolean;
  private readonly lines: string[] = [];
  private indentation = 1;
  private lastNumber = 0;

  constructor(isAsync: boolean) {
    this.isAsync = isAsync;
  }

  line(text: string): void {
    this.lines.push(`${'  '.repeat(this.indentation)}${text}`);
  }

  open(text: string): void {
    this.line(text);
    this.indentation++;
  }

  /** Ends one block and opens the next: `} else {`. */
  reopen(text: string): void {
    this.indentation--;
    this.open(text);
  }

  close(text = '}'): void {
    this.indentation--;
    this.line(text);
  }

  /** A number that no other variable of this program carries. */
  number(): number {
    this.lastNumber++;
    return this.lastNumber;
  }

  /** Keeps a place, so that declarations found out later can stand here. */
  reserve(): (text: string) => void {
    const index = this.lines.length;
    const indentation = '  '.repeat(this.indentation);
    this.lines.push('');
    return (text) => {
      this.lines[index] = `${indentation}${text}`;
    };
  }

  text(): string {
    return this.lines.filter((line) => line !== '').join('\n');
  }
}

/** What kind of JavaScript function is being written. */
export type FunctionKind = 'root' | 'macro' | 'caller' | 'loop';

/** The function that is being written. */
export interface FunctionState {
  kind: FunctionKind;
  /** Names from the context that are read here and assigned nowhere: looked up when first needed. */
  free: Set<string>;
  /** How many variables comparison chains need. */
  temporaries: number;
}
