/**
 * A number's recent past in one line, each of the newest values a block. `full` fills it, or the largest value where one is
 * larger: with the limit for `full`, noise far below it stays low.
 */
const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

export function sparkline(values: readonly number[], width: number, full: number): string {
  const shown = values.slice(-width);
  const top = Math.max(...shown, full);
  return shown
    .map((value) => blocks[Math.min(blocks.length - 1, Math.floor((value / top) * (blocks.length - 1) + 0.5))])
    .join('')
    .padStart(width);
}

/** Successive totals become the fractions between them; a total that did not grow adds nothing. */
export class Trend {
  readonly values: number[] = [];
  #bad = 0;
  #total = 0;

  add(fraction: number, total: number): void {
    const bad = fraction * total;
    if (total < this.#total) {
      this.#bad = 0;
      this.#total = 0;
    }
    if (total === this.#total) return;
    this.values.push(Math.max(0, (bad - this.#bad) / (total - this.#total)));
    if (this.values.length > 64) this.values.shift();
    this.#bad = bad;
    this.#total = total;
  }
}
