/**
 * Which values a matcher admits, as far as that can be told from its text: alternatives of characters, each one or any. What is
 * not of that kind is not told, and nothing is concluded from it.
 */
import type { LabelMatch } from './model.ts';

/** One character, any digit, or any character. */
type Place = { readonly one: string } | 'Digit' | 'Any';

/** `open`: more may follow. */
interface Shape {
  readonly places: readonly Place[];
  readonly open: boolean;
}

interface Admitted {
  readonly shapes: readonly Shape[];
  /** All but these. */
  readonly negated: boolean;
}

function admittedBy({ op, value }: LabelMatch): Admitted | null {
  const negated = op === '!=' || op === '!~';
  if (op === '=' || op === '!=')
    return { shapes: [{ places: [...value].map((one) => ({ one })), open: false }], negated };
  const shapes = alternatives(value)?.map(shapeOf) ?? [null];
  return shapes.every((shape) => shape !== null) ? { shapes, negated } : null;
}

/** At the top level; one group around the whole is no group. */
function alternatives(pattern: string): string[] | null {
  const whole = /^\^?\((?:\?:)?([^()]*)\)\$?$/.exec(pattern)?.[1] ?? pattern.replace(/^\^/, '').replace(/\$$/, '');
  return /[()]/.test(whole) ? null : whole.split('|');
}

function shapeOf(text: string): Shape | null {
  const places: Place[] = [];
  for (let rest = text; rest !== ''; ) {
    if (/^\.[*+]$/.test(rest)) return { places: rest === '.+' ? [...places, 'Any'] : places, open: true };
    const [piece] = /^(?:\\d|\\[!-/:-@[-`{-~]|\[0-9\]|\.|[^\\.[\]{}*+?^$|])/u.exec(rest) ?? [];
    if (piece === undefined || /^[*+?{]/.test(rest.slice(piece.length))) return null;
    places.push(
      piece === '.' ? 'Any' : piece === '\\d' || piece === '[0-9]' ? 'Digit' : { one: piece.replace(/^\\/, '') },
    );
    rest = rest.slice(piece.length);
  }
  return { places, open: false };
}

/** Every character that `inner` stands for, `outer` stands for. */
function holds(outer: Place, inner: Place): boolean {
  if (outer === 'Any' || outer === inner) return true;
  if (typeof inner === 'string') return false;
  return outer === 'Digit' ? /^\d$/.test(inner.one) : outer.one === inner.one;
}

function meet(a: Shape, b: Shape): boolean {
  const [short, long] = a.places.length <= b.places.length ? [a, b] : [b, a];
  if (short.places.length < long.places.length && !short.open) return false;
  return short.places.every((place, i) => holds(place, long.places[i]!) || holds(long.places[i]!, place));
}

function covers(outer: Shape, inner: Shape): boolean {
  const lengthFits = outer.open
    ? inner.places.length >= outer.places.length
    : inner.places.length === outer.places.length && !inner.open;
  return lengthFits && outer.places.every((place, i) => holds(place, inner.places[i]!));
}

/** Surely no value is admitted by both. */
export function areDisjoint(a: LabelMatch, b: LabelMatch): boolean {
  const [mine, theirs] = [admittedBy(a), admittedBy(b)];
  if (!mine || !theirs || (mine.negated && theirs.negated)) return false;
  if (mine.negated || theirs.negated) {
    const [inner, excluded] = mine.negated ? [theirs, mine] : [mine, theirs];
    return inner.shapes.every((shape) => excluded.shapes.some((out) => covers(out, shape)));
  }
  return mine.shapes.every((one) => theirs.shapes.every((other) => !meet(one, other)));
}

/** Surely every value that `inner` admits is admitted by `outer`. */
export function isAdmittedBy(inner: LabelMatch, outer: LabelMatch): boolean {
  const [mine, theirs] = [admittedBy(inner), admittedBy(outer)];
  if (!mine || !theirs) return false;
  const allIn = (some: Admitted, others: Admitted): boolean =>
    some.shapes.every((shape) => others.shapes.some((other) => covers(other, shape)));
  if (!mine.negated && !theirs.negated) return allIn(mine, theirs);
  if (mine.negated && theirs.negated) return allIn(theirs, mine);
  return !mine.negated && mine.shapes.every((shape) => theirs.shapes.every((other) => !meet(shape, other)));
}
