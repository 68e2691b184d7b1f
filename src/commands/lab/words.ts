/** How the lab's subcommands write counts, shares and times. */
import { significant } from '../../decide/words.ts';

export const count = (value: number): string => value.toLocaleString('en-US');

/** "12 (0.0572 %)"; nothing of nothing is no share. */
export const shareOf = (part: number, whole: number): string =>
  whole === 0 ? count(part) : `${count(part)} (${significant((100 * part) / whole, 3)} %)`;

/** The lab's clock to the second: it need not be today's. */
export const timeOfDay = (at: string): string => at.slice(11, 19);
