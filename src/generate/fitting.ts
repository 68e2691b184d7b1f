/** A name that is too long for who takes it is cut, and stays one of its own. Pure. */
import { createHash } from 'node:crypto';

export function fitting(name: string, longest: number): string {
  if (name.length <= longest) return name;
  const told = createHash('sha256').update(name).digest('hex').slice(0, 10);
  return `${name.slice(0, longest - told.length - 1).replace(/[.-]+$/, '')}-${told}`;
}
