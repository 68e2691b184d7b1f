/** Annotations that look as if they asked something of the operator, and do not: nobody would notice that nothing comes of them. */
import { record } from '../facts/json.ts';
import { exemptAnnotation, group, postmortemAnnotation, requestAnnotations } from './api.ts';
import { closest, didYouMean, editDistance } from './suggest.ts';

export interface StrangeAnnotation {
  readonly annotation: string;
  /** What to write instead, in a few words. */
  readonly suggestion: string;
}

/** What may be asked of a policy. */
const known: readonly string[] = [...Object.values(requestAnnotations), postmortemAnnotation];

/** What is ours, and asks nothing of a policy. */
const elsewhere: Readonly<Record<string, string>> = {
  [exemptAnnotation]: 'write it on the service or the revision in Cloud Run',
  [`${group}/cause`]: 'remove it: the operator writes it on the revisions that it makes itself',
};

/** Of a policy as it is stored or written: its annotations under our name, or nearly, that nobody knows. */
export function strangeAnnotations(raw: unknown): StrangeAnnotation[] {
  const annotations = record(record(record(raw).metadata).annotations);
  const strange = Object.keys(annotations)
    .filter((annotation) => isOurs(annotation) && !known.includes(annotation))
    .map((annotation) => ({ annotation, suggestion: suggestionFor(annotation) }));
  const given = annotations[postmortemAnnotation];
  const empty = revisionRequests
    .filter((annotation) => isBlank(annotations[annotation]))
    .map((annotation) => ({ annotation, suggestion: 'write the name of a revision as its value, or remove it' }));
  if (given === undefined || addressOf(given) !== null) return [...strange, ...empty];
  const suggestion = 'write the address of the postmortem, such as https://wiki.example.com/postmortems/42';
  return [...strange, ...empty, { annotation: postmortemAnnotation, suggestion }];
}

/** Those that ask something about one revision. */
const revisionRequests: readonly string[] = (['promote', 'abort', 'retry'] as const).map(
  (request) => requestAnnotations[request],
);

/** As a script leaves it whose variable was empty. */
export const isBlank = (value: unknown): boolean => typeof value === 'string' && value.trim() === '';

/** An address that people can open; null: it is none. */
export const addressOf = (text: unknown): string | null =>
  typeof text === 'string' && text.length <= 2048 && /^https?:\/\/./.test(text) && URL.canParse(text) ? text : null;

/** So many letters may be wrong before the slash: steadyrun.io is meant, a domain below ours is not. */
const fewLetters = 3;

function isOurs(annotation: string): boolean {
  const slash = annotation.indexOf('/');
  return slash >= 0 && editDistance(annotation.slice(0, slash).toLowerCase(), group) <= fewLetters;
}

function suggestionFor(annotation: string): string {
  const written = `${group}/${annotation.slice(annotation.indexOf('/') + 1)}`;
  const place = elsewhere[written];
  if (place !== undefined) return place;
  const meant = known.find((one) => one === written) ?? closestName(written);
  return meant === undefined ? `there are ${known.join(', ')}` : didYouMean(meant);
}

/** Compared by what stands behind the slash: the common beginning would make everything alike. */
function closestName(written: string): string | undefined {
  const nameOf = (annotation: string): string => annotation.slice(group.length + 1);
  const meant = closest(nameOf(written), known.map(nameOf));
  return meant && `${group}/${meant}`;
}
