/**
 * What a restarted operator believes of a stored status. Another version may have written it, a hand may have edited it, and
 * an API server may have cut it: so it is read a section at a time, and what is lost is told.
 *
 * What says whose traffic it is stands or falls together: to believe the readable half of it could move traffic. Anything
 * else falls alone. A word that only a newer operator knows, where it says whose traffic it is, is no damage: nothing is
 * forgotten, and nothing moves but a way back that is already decided.
 */
import type { z } from 'zod';
import { changeKinds } from '../facts/change.ts';
import { record, withoutNulls } from '../facts/json.ts';
import { purposes } from '../facts/purpose.ts';
import { guardFrom } from './guard.ts';
import { intentFrom } from './intent.ts';
import { rolloutFrom, stages } from './rollout.ts';
import { type Status, type StoredStatus, sections } from './status.ts';

export interface Recalled {
  readonly status: Status;
  /** What could not be read and is forgotten, a sentence each. */
  readonly lost: readonly string[];
  /** The words that only a newer operator knows; null where there is none. */
  readonly newer: string | null;
}

/** What this operator knows: the words in what says whose traffic it is, and the sections. */
export interface Vocabulary {
  readonly purposes: readonly string[];
  readonly changes: readonly string[];
  readonly sections: Readonly<Record<string, Pick<z.ZodType, 'safeParse'>>>;
}

export const vocabulary: Vocabulary = {
  purposes: Object.keys(purposes),
  changes: Object.keys(changeKinds),
  sections,
};

/** These stand or fall together. */
const whoseTraffic = [
  'split',
  'intent',
  'change',
  'adoption',
  'stable',
  'lastGood',
  'rejected',
  'rollout',
  'guard',
] as const satisfies readonly (keyof StoredStatus)[];

export function recall(raw: unknown, known: Vocabulary = vocabulary): Recalled {
  if (raw === undefined || raw === null) return { status: {}, lost: [], newer: null };
  if (typeof raw !== 'object' || Array.isArray(raw)) {
    return { status: {}, lost: ['The whole status: it is not an object.'], newer: null };
  }
  const found = record(withoutNulls(raw));
  const newer = newWords(found, known);
  const read = new Map<string, unknown>();
  const broken = new Map<string, string>();
  for (const [section, schema] of Object.entries(known.sections)) {
    if (found[section] === undefined) continue;
    const parsed = schema.safeParse(found[section]);
    if (parsed.success) read.set(section, parsed.data);
    else broken.set(section, whatIsWrong(section, parsed.error.issues[0]!));
  }
  const lost = [...broken].filter(([section]) => !isWhoseTraffic(section)).map(([, sentence]) => sentence);
  const stored = Object.fromEntries(read) as StoredStatus;
  if (newer !== null) return { status: statusFrom(stored), lost, newer };
  const fallen = whoseTraffic.flatMap((section) => broken.get(section) ?? [])[0] ?? incomplete(stored);
  if (fallen === null) return { status: statusFrom(stored), lost, newer };
  const kept = Object.fromEntries([...read].filter(([section]) => !isWhoseTraffic(section))) as StoredStatus;
  return { status: statusFrom(kept), lost: [`Whose traffic it is: ${fallen}`, ...lost], newer };
}

const isWhoseTraffic = (section: string): boolean => (whoseTraffic as readonly string[]).includes(section);

/** What was cut off rather than damaged. */
function incomplete({ stable, split, rollout, guard, intent, change }: StoredStatus): string | null {
  if (change?.kind === 'Traffic') return 'change.kind: a change of the traffic is an intent.';
  if (intent && change) return 'there are an intent and a change, and one of them is wrong.';
  const unjudged = [rollout, guard, intent?.rollout].some((judging) => judging?.evidence.length === 0);
  if (unjudged) return 'there is no evidence, not even of nothing.';
  const running = rollout ? 'a rollout' : guard ? 'a guard' : null;
  if (running === null || (stable && split)) return null;
  return `there is ${running}, but no ${stable ? 'split' : 'stable revision'}.`;
}

function statusFrom({ intent, change, rollout, guard, ...rest }: StoredStatus): Status {
  const wanted = intentFrom(intent, change);
  return {
    ...rest,
    ...(wanted && { intent: wanted }),
    ...(rollout && { rollout: rolloutFrom(rollout) }),
    ...(guard && { guard: guardFrom(guard) }),
  };
}

function newWords(found: Record<string, unknown>, known: Vocabulary): string | null {
  const { intent, change, rollout } = found;
  const words = [
    newWord('intent.kind', record(intent).kind, known.purposes),
    newWord('intent.rollout.stage', record(record(intent).rollout).stage, stages),
    newWord('change.purpose', record(change).purpose, known.purposes),
    newWord('change.kind', record(change).kind, known.changes),
    newWord('rollout.stage', record(rollout).stage, stages),
  ].filter((word) => word !== null);
  return words.length === 0 ? null : words.join(', ');
}

const newWord = (path: string, word: unknown, words: readonly string[]): string | null =>
  typeof word === 'string' && !words.includes(word) ? `${path} ${JSON.stringify(word.slice(0, 64))}` : null;

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** "rollout.evidence[3].phi: Invalid input: expected number, received string" */
function whatIsWrong(section: string, { path, message }: Issue): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`));
  return `${section}${steps.join('')}: ${message}`;
}
