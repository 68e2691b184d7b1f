/** Which act is shown where there is room for one: the one where something was decided last, and each of them in its turn. */
import type { Panel } from './screen.ts';

/** Long enough to read what is decided. */
const shownMs = 5_000;

export class Spotlight {
  /** What was last decided in each act, when it was last shown. */
  readonly #read = new Map<string, string>();
  #on = 0;
  #sinceMs: number | null = null;

  /** The place of the act to show. */
  on(panels: readonly Panel[], wallMs: number): number {
    this.#sinceMs ??= wallMs;
    if (wallMs - this.#sinceMs >= shownMs) {
      this.#on = this.#next(panels);
      this.#sinceMs = wallMs;
    }
    const shown = panels[this.#on];
    if (shown) this.#read.set(shown.name, decided(shown));
    return this.#on;
  }

  #next(panels: readonly Panel[]): number {
    const inTurn = panels.map((_, i) => (this.#on + 1 + i) % panels.length);
    const isOpen = (i: number) => panels[i]!.outcome === null;
    const isNew = (i: number) => this.#read.get(panels[i]!.name) !== decided(panels[i]!);
    return inTurn.find(isNew) ?? inTurn.find(isOpen) ?? this.#on;
  }
}

const decided = ({ status: { decision, phase }, outcome }: Panel): string =>
  JSON.stringify([phase, decision?.action, decision?.reason, outcome]);
