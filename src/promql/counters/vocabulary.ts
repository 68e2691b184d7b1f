/** Which way a label's matchers lean: what they select of the words that such a label says. */
import { anchoredRegex } from '../regex.ts';
import type { LabelMatch } from './model.ts';
import {
  caching,
  closed,
  codes,
  digits,
  dns,
  errors,
  flags,
  grpcNames,
  grpcNumbers,
  grpcShouted,
  lower,
  type Meaning,
  outcomes,
  successes,
  upper,
  type Vocabulary,
} from './words.ts';

/** Labels that hold HTTP's or gRPC's codes. */
export const namesCodes = (label: string): boolean =>
  (/^(?:code|class)$/i.test(label) || /(?:status|response|http|grpc|rpc|envoy|return|result|canonical)/i.test(label)) &&
  !namesErrors(label) &&
  !/exit|sql|flags|size|limit/i.test(label);

/** Labels that name an error: whatever they name is one. */
const namesErrors = (label: string): boolean =>
  /(?:^|_)(?:error|errors|err|errcode|errno|exception|failed|failure|fail|drop|decline|abort)(?:$|_)|^errcode$/i.test(
    label,
  );

/** Which vocabularies a label may speak, by its name and that of its metric. */
function spokenBy(label: string, metric: string): readonly Vocabulary[] {
  if (/(?:^|_)(?:non?|not|without)_/i.test(label)) return [];
  if (/^rcode$/i.test(label)) return [dns];
  if (/response_flags?$/i.test(label)) return [flags];
  if (/(?:^|_)(?:success|successful|succeeded|ok)$/i.test(label)) return [successes, outcomes];
  if (namesErrors(label)) return [errors];
  const isOutcome =
    /status|result|outcome|classification|response|grpc|state|phase|verdict|type|kind|cache|severity|level|disposition|^code$/i.test(
      label,
    ) && !/limit|exit/i.test(label);
  return [
    ...(namesCodes(label) ? [codes, lower, upper, grpcNames, grpcShouted] : []),
    ...(/(?:response|status|envoy).*class/i.test(label) ? [digits] : []),
    ...(/grpc/i.test(label) ? [grpcNumbers] : []),
    ...(isOutcome ? [outcomes] : []),
    ...(/cache/i.test(`${label} ${metric}`) && !/limit|quota|negative|stale|denial/i.test(`${label} ${metric}`)
      ? [caching]
      : []),
  ];
}

/** Repetitions without end, within one another or many of them, take a machine that goes back for ever. */
const isQuick = (pattern: string): boolean =>
  !/\)[*+{]/.test(pattern) && (pattern.match(/[*+]|\{\d+,\}/g)?.length ?? 0) <= 3 && pattern.length <= 1000;

const isRegex = ({ op }: Pick<LabelMatch, 'op'>): boolean => op === '=~' || op === '!~';

export function matches({ op, value }: Pick<LabelMatch, 'op' | 'value'>, text: string): boolean {
  if (op === '=') return text === value;
  if (op === '!=') return text !== value;
  try {
    return anchoredRegex(value).test(text) === (op === '=~');
  } catch {
    // What is not understood selects nothing that could be relied on.
    return false;
  }
}

export type Leaning = 'Good' | 'Bad';

/** Caller, Neither: what the caller did wrong, or a redirection, which go with whatever stands beside them. */
export type Vote = Leaning | 'Caller' | 'Neither';

/** What a label's matchers select, where they say how it ended; null where they say nothing, or both. */
export function leaningOfLabel(label: string, matchers: readonly LabelMatch[], metric: string): Vote | null {
  if (matchers.some((one) => isRegex(one) && !isQuick(one.value))) return null;
  const spoken = spokenBy(label, metric).map((vocabulary) =>
    vocabulary === errors ? withNamed(errors, matchers) : vocabulary,
  );
  // Where a pattern tells codes apart, it is about codes: words of as many letters are no words.
  return (
    voteAmong(spoken.filter(isOfCodes), matchers) ??
    voteAmong(
      spoken.filter((one) => !isOfCodes(one)),
      matchers,
    )
  );
}

const isOfCodes = (vocabulary: Vocabulary): boolean =>
  closed.includes(vocabulary) || vocabulary === digits || vocabulary === grpcNumbers;

function voteAmong(vocabularies: readonly Vocabulary[], matchers: readonly LabelMatch[]): Vote | null {
  const votes = new Set(vocabularies.flatMap((vocabulary) => voteIn(vocabulary, matchers) ?? []));
  // One vocabulary may know as good or bad what another knows as neither.
  if (votes.has('Good') || votes.has('Bad')) {
    return votes.has('Good') && votes.has('Bad') ? null : votes.has('Good') ? 'Good' : 'Bad';
  }
  return votes.has('Caller') ? 'Caller' : votes.has('Neither') ? 'Neither' : null;
}

/** What a label of errors is asked for is one more of them. */
const withNamed = (vocabulary: Vocabulary, matchers: readonly LabelMatch[]): Vocabulary =>
  new Map([...matchers.filter((one) => !isRegex(one)).map(({ value }) => [value, 'Bad'] as const), ...vocabulary]);

function voteIn(vocabulary: Vocabulary, matchers: readonly LabelMatch[]): Vote | null {
  const all = [...vocabulary.keys()];
  const selected = all.filter((word) => matchers.every((one) => matches(one, word)));
  if (selected.length === 0 || selected.length === all.length) return null;
  return leaningOf(selected, vocabulary) ?? byWhatIsNamed(all, selected, vocabulary, matchers);
}

const has = (some: readonly string[], vocabulary: Vocabulary, meaning: Meaning): boolean =>
  some.some((word) => vocabulary.get(word) === meaning);

function leaningOf(selected: readonly string[], vocabulary: Vocabulary): Vote | null {
  const [good, bad] = [has(selected, vocabulary, 'Good'), has(selected, vocabulary, 'Bad')];
  if (good || bad) return good && bad ? null : good ? 'Good' : 'Bad';
  return has(selected, vocabulary, 'Neither') ? 'Neither' : 'Caller';
}

/** `!="200"` leaves out one word of many that are good: what it names tells. */
function byWhatIsNamed(
  all: readonly string[],
  selected: readonly string[],
  vocabulary: Vocabulary,
  matchers: readonly LabelMatch[],
): Leaning | null {
  const excluding = matchers.every(({ op }) => op === '!=' || op === '!~');
  if (!excluding) return null;
  const named = all.filter((word) => !selected.includes(word));
  const [good, bad] = [has(named, vocabulary, 'Good'), has(named, vocabulary, 'Bad')];
  return good === bad ? null : good ? 'Bad' : 'Good';
}

/**
 * Whether a matcher may select something of what the label says. `seen` are values that the label has. Surely not where all
 * of them are words of one vocabulary, as codes are numbers, and the matcher selects none of these, but words of another, as
 * `5xx`.
 */
export function canTellApart(matcher: Pick<LabelMatch, 'op' | 'value'>, seen: readonly string[]): boolean {
  const spoken = closed.filter((vocabulary) => seen.every((value) => vocabulary.has(value)));
  if (seen.length === 0 || spoken.length === 0) return true;
  const positive: Pick<LabelMatch, 'op' | 'value'> = {
    op: matcher.op === '=' || matcher.op === '!=' ? '=' : '=~',
    value: matcher.value,
  };
  if (positive.op === '=~' && !isQuick(positive.value)) return true;
  const selects = (vocabulary: Vocabulary): boolean => [...vocabulary.keys()].some((word) => matches(positive, word));
  return spoken.some(selects) || !closed.some(selects);
}
