/** What the sources say of alerts: a policy's are generated from its objectives, with names and labels of their own. */
import { isGiven, type Loss, type Spot, without } from './place.ts';
import { isMapping } from './read.ts';

const hint = 'steadyrun generate makes the alerts of a policy: route them by the labels that it gives them';

/** One line for all that is written there. */
export function* alertingIn(spot: Spot): Generator<Loss, void> {
  if (!isGiven(spot)) return;
  const written = isMapping(spot.value) ? fieldsIn(spot.value, '') : [String(spot.path.at(-1))];
  if (written.length === 0) return;
  yield without(spot, `${listed(written)} cannot be carried over: a policy says nothing of alerts`, hint);
}

function fieldsIn(mapping: Record<string, unknown>, before: string): string[] {
  return Object.entries(mapping).flatMap(([field, value]) => {
    if (value === null || (isMapping(value) && Object.keys(value).length === 0)) return [];
    const isBlock = before === '' && isMapping(value) && !/labels|annotations|conditions/i.test(field);
    return isBlock ? fieldsIn(value, `${field}.`) : [`${before}${field}`];
  });
}

const listed = (words: readonly string[]): string =>
  words.length === 1 ? words[0]! : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
