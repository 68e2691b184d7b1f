/** Names that are made of a beginning, as the API server makes them. */
import { randomInt } from 'node:crypto';

/** No vowels, and nothing that is taken for another letter: nobody is to read a word in it. */
const letters = 'bcdfghjklmnpqrstvwxz2456789';
const count = 5;
const longest = 63;

export function nameFrom(beginning: string): string {
  const end = Array.from({ length: count }, () => letters[randomInt(letters.length)]).join('');
  return beginning.slice(0, longest - count) + end;
}
