/** Whether the parts of a query go on through a window in the revisions that are compared, as the checks of its answer say. Pure. */
import { checked } from '../counting/tally.ts';
import type { Vector } from '../counting/vector.ts';
import { selectorText } from '../promql/counters/format.ts';
import type { Counter } from '../promql/counters/model.ts';

export interface Missing {
  readonly counter: Counter;
  /** One sentence for people. */
  readonly message: string;
}

export interface Checks {
  /** The parts, each with what has to go on for it at the same place of `needed`. */
  readonly parts: readonly Counter[];
  readonly needed: readonly Counter[];
  /** What all compared revisions have, or none; asked behind what is needed. */
  readonly alike: readonly Counter[];
}

/** All that is asked for, in the order of its places. */
export const asked = ({ needed, alike }: Checks): readonly Counter[] => [...needed, ...alike];

/** The first part that cannot be relied on in one of the revisions; null: all that they show goes on, and is alike. */
export function missingIn(
  vector: Vector,
  checks: Checks,
  revisionLabel: string,
  revisions: readonly string[],
): Missing | null {
  const shown = revisions.map((name): Shown => ({ name, ...checked(vector, revisionLabel, name) }));
  for (const one of shown) {
    const missing = brokenOff(one, checks);
    if (missing !== null) return missing;
  }
  return unlike(shown, checks);
}

interface Shown extends ReturnType<typeof checked> {
  readonly name: string;
}

/** A revision that shows nothing of what is needed is not there at all. */
const isThere = (at: ReadonlySet<number>, { needed }: Checks): boolean => needed.some((_, place) => at.has(place));

function brokenOff({ name, Start, End }: Shown, checks: Checks): Missing | null {
  const lacking = (at: ReadonlySet<number>) =>
    isThere(at, checks) ? checks.needed.findIndex((_, place) => !at.has(place)) : -1;
  const [atStart, atEnd] = [lacking(Start), lacking(End)];
  const place = atEnd >= 0 ? atEnd : atStart;
  if (place < 0) return null;
  const counter = checks.parts[place]!;
  const text = selectorText(counter);
  const message =
    atEnd >= 0
      ? `Nothing of ${name} matches ${text} with what that asks for, while the rest of the query has series of it: that is missing, not zero.`
      : `${text} of ${name} has only now appeared beside the rest of the query: what it counted before is not known.`;
  return { counter, message };
}

/** A label that one of the revisions has and another lacks: what is left out by it is not the same. */
function unlike(all: readonly Shown[], checks: Checks): Missing | null {
  const shown = all.filter(({ End }) => isThere(End, checks));
  for (const [index, counter] of checks.alike.entries()) {
    const place = checks.needed.length + index;
    const without = shown.find(({ End }) => !End.has(place));
    if (!without || !shown.some(({ End }) => End.has(place))) continue;
    const message = `${selectorText(counter)} is there in one revision and not in ${without.name}: what the query leaves out by that label is not the same.`;
    return { counter, message };
  }
  return null;
}
