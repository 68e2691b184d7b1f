/** What somebody who watches one service of the demo sees: a line whenever something else is decided, and the end in full. */
import { paragraph } from '../../src/report/columns.ts';
import { story } from '../../src/report/story.ts';
import type { Status } from '../../src/status/status.ts';

const columns = 110;

export class Recording {
  readonly #name: string;
  readonly #lines: string[] = [];
  #said = '';
  #story: readonly string[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  /** Until the revision is rejected. */
  look(status: Status, nowMs: number): void {
    const { phase = 'Pending', decision, rejected, intent } = status;
    if (this.#story.length > 0 || decision === undefined || intent !== undefined) return;
    const { action, reason, message } = decision;
    const says = JSON.stringify([phase, action, reason]);
    if (says !== this.#said) {
      const time = new Date(nowMs).toISOString().slice(11, 19);
      this.#lines.push(...paragraph(`${time}  ${phase.padEnd(7)}  `, `${action} (${reason}): ${message}`, columns));
    }
    this.#said = says;
    if (rejected !== undefined && phase === 'Steady') this.#story = story({ name: this.#name, status }, nowMs);
  }

  log(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }

  story(): string {
    return this.#story.map((line) => `${line}\n`).join('');
  }
}
