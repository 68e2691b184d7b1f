/** A bar on a terminal for what takes long; elsewhere nothing. */
const width = 30;
const redrawMs = 100;

export class ProgressBar {
  readonly #out: { readonly isTTY?: boolean; write(text: string): unknown };
  readonly #what: string;
  readonly #begunMs = performance.now();
  #drawnMs = Number.NEGATIVE_INFINITY;

  constructor(out: { readonly isTTY?: boolean; write(text: string): unknown }, what: string) {
    this.#out = out;
    this.#what = what;
  }

  show(done: number, all: number): void {
    const nowMs = performance.now();
    if (!this.#out.isTTY || (done < all && nowMs - this.#drawnMs < redrawMs)) return;
    this.#drawnMs = nowMs;
    const full = Math.round((width * done) / all);
    const leftS = Math.round(((nowMs - this.#begunMs) / 1000) * (all / done - 1));
    const bar = `${'█'.repeat(full)}${'░'.repeat(width - full)}`;
    this.#out.write(`\r\x1b[K${bar} ${done} of ${all} ${this.#what}, ${leftS} s left`);
  }

  clear(): void {
    if (this.#out.isTTY) this.#out.write('\r\x1b[K');
    this.#drawnMs = Number.NEGATIVE_INFINITY;
  }
}
