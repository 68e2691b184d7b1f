/** A rule, and how it is broken. */
import type { Purpose } from '../../src/facts/purpose.ts';

export interface Breakage {
  /** What happens once it is broken. */
  readonly rule: string;
  readonly file: string;
  /** Must stand exactly once in the file. */
  readonly from: string;
  readonly to: string;
  readonly tests: readonly string[];
  /** The purpose of a write that the rule is about. */
  readonly purpose?: Purpose;
}

/** What is wrong with a breakage, given the file that it is in; null: it can be broken. */
export function misfit({ from, to, file }: Breakage, text: string): string | null {
  const times = text.split(from).length - 1;
  if (times !== 1) return `"${from}" stands ${times} times in ${file}`;
  return from === to ? `"${from}" is broken into itself` : null;
}
