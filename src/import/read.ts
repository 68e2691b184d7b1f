/** Values of a source, each of the kind that it has to be, or a loss that says so. */
import { didYouMean, fieldMeant } from '../policy/suggest.ts';
import { isGiven, lost, type Reading, type Spot, within, without } from './place.ts';

export const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** undefined where it is missing or no text: the SLO is lost by that. */
export function* textOf(spot: Spot, example: string): Reading<string | undefined> {
  const text = yield* optionalText(spot, 'Objective');
  if (!isGiven(spot)) yield lost(spot, 'is required', `add ${spot.path.at(-1)}: ${example}`);
  return text;
}

export function* optionalText(spot: Spot, of: 'Objective' | 'Detail' = 'Detail'): Reading<string | undefined> {
  const { value } = spot;
  if (value === undefined || (typeof value === 'string' && value.trim() !== '')) return value?.trim();
  yield { spot, of, message: 'must be text', hint: `write text, in quotes where it looks like something else` };
  return undefined;
}

/** Numbers are often written as text where a CRD knows no others. */
export function* numberOf(spot: Spot): Reading<number | undefined> {
  const { value } = spot;
  const number = typeof value === 'string' && /^\s*[0-9.]+\s*$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  const message = value === undefined ? 'is required' : 'must be a number';
  yield lost(spot, message, `write ${spot.path.at(-1)}: with a number`);
  return undefined;
}

export function* flagOf(spot: Spot): Reading<boolean | undefined> {
  const { value } = spot;
  if (value === undefined || typeof value === 'boolean') return value;
  yield lost(spot, 'must be true or false', 'write true or false, without quotes');
  return undefined;
}

/** What lies in a list, each with its place. Nothing written is an empty list. */
export function* itemsOf(spot: Spot): Reading<Spot[]> {
  const { value } = spot;
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.map((_, index) => within(spot, index));
  yield lost(spot, 'must be a list', 'begin each item with a hyphen');
  return [];
}

/** `fields` are those that are read, or told of by themselves. */
export function* unknownIn(spot: Spot, fields: readonly string[]): Reading<void> {
  const { value } = spot;
  if (value === undefined) return;
  if (!isMapping(value)) {
    yield lost(spot, 'must be a mapping', `there are ${fields.join(', ')}`);
    return;
  }
  for (const field of Object.keys(value).filter((field) => !fields.includes(field))) {
    const meant = fieldMeant(field, fields);
    const hint = meant ? didYouMean(meant) : `there are ${fields.join(', ')}`;
    yield without(within(spot, field), 'there is no such field, and nothing was taken from it', hint);
  }
}

/** Runs a reader to its end: what it came to, and whether an SLO was lost on the way. */
export function* watched<T>(reading: Reading<T>): Reading<{ readonly value: T; readonly isWhole: boolean }> {
  let isWhole = true;
  for (;;) {
    const { done, value } = reading.next();
    if (done) return { value, isWhole };
    if (value.of === 'Objective') isWhole = false;
    yield value;
  }
}
