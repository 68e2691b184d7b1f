/** What takes long says on a terminal how far it is, in a line that is replaced; elsewhere nothing. */
const width = 30;
const redrawMs = 100;

export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export class ProgressLine {
  readonly #out: Terminal;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #shown = false;

  constructor(out: Terminal) {
    this.#out = out;
  }

  /** As often as an eye can follow; `last` is always shown. */
  show(text: () => string, last = false): void {
    const nowMs = performance.now();
    if (!this.#out.isTTY || (!last && nowMs - this.#drawnMs < redrawMs)) return;
    this.#drawnMs = nowMs;
    this.#shown = true;
    this.#out.write(`\r\x1b[K${text()}`);
  }

  clear(): void {
    if (this.#shown) this.#out.write('\r\x1b[K');
    this.#shown = false;
    this.#drawnMs = Number.NEGATIVE_INFINITY;
  }
}

export class ProgressBar {
  readonly #line: ProgressLine;
  readonly #what: string;
  readonly #begunMs = performance.now();

  constructor(out: Terminal, what: string) {
    this.#line = new ProgressLine(out);
    this.#what = what;
  }

  show(done: number, all: number): void {
    this.#line.show(() => this.#text(done, all), done === all);
  }

  clear(): void {
    this.#line.clear();
  }

  #text(done: number, all: number): string {
    const full = Math.round((width * done) / all);
    const leftS = Math.round(((performance.now() - this.#begunMs) / 1000) * (all / done - 1));
    return `${'█'.repeat(full)}${'░'.repeat(width - full)} ${done} of ${all} ${this.#what}, ${leftS} s left`;
  }
}
