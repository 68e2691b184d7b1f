/** Which statuses are worth a write. */
import { resources } from '../../facts/saturation.ts';
import type { Status } from '../../status/status.ts';
import { sameFields, sameJson } from '../http/objects.ts';

/** Numbers that only creep are written this often; the live ones are on /metrics. */
const valuesEveryMs = 60_000;
/** That a look found nothing new is written this often: enough to see that somebody looks. */
const looksEveryMs = 10 * 60_000;

export interface Written {
  readonly status: Status;
  readonly atMs: number;
}

/**
 * Whether a status is worth a write. What means something is written at once, and so is everything that a restarted
 * operator goes on from: evidence, intents, holds. What only tells that time has passed waits.
 */
export function worthWriting({ status: before, atMs }: Written, next: Status, nowMs: number): boolean {
  if (!sameMeaning(before, next)) return true;
  const crept = !sameJson(before.objectives, next.objectives);
  const filled = fullness.some((section) => !sameJson(before[section], next[section]));
  if (!crept && !filled && sameJson(before.decision, next.decision)) return false;
  return nowMs - atMs >= (crept ? valuesEveryMs : filled ? fullnessEveryMs : looksEveryMs);
}

/** How full the instances are is in the metrics for whoever wants it by the minute. */
const fullnessEveryMs = 5 * 60_000;
const fullness = ['saturation', 'tuning', 'tuner'] as const satisfies readonly (keyof Status)[];
/** Who wrote it last is no news; the others hold what changes at every look. */
const apart = ['memory', 'decision', 'objectives', ...fullness];
/** What was read of the metrics, which is read again after a restart. */
const ofReading = ['hours', 'until', 'runs', 'overHalf', 'recent', 'askedAt', 'logsAskedAt'];
const ofEveryLook = ['at', 'nextCheck'];

const sameMeaning = (before: Status, next: Status): boolean =>
  sameFields(before, next, apart) &&
  sameFields(before.decision ?? {}, next.decision ?? {}, ofEveryLook) &&
  sameVerdicts(before.objectives, next.objectives) &&
  sameSaturation(before.saturation, next.saturation) &&
  sameLevers(before.tuning?.levers, next.tuning?.levers) &&
  before.tuning?.mode === next.tuning?.mode &&
  sameFields(before.tuner ?? {}, next.tuner ?? {}, ofReading);

/** Whether something is too full, not how full it is. */
const sameSaturation = (before: Status['saturation'], next: Status['saturation']): boolean =>
  resources.every((resource) => before?.[resource]?.sustained === next?.[resource]?.sustained);

const sameLevers = (before: Levers = [], next: Levers = []): boolean =>
  before.length === next.length &&
  before.every((row, i) => sameFields(row, next[i]!, ['message', 'current', 'predicted']));

type Levers = NonNullable<Status['tuning']>['levers'];

function sameVerdicts(before: Status['objectives'], next: Status['objectives']): boolean {
  if (before === next || !before || !next) return before === next;
  return before.length === next.length && before.every((row, i) => sameVerdict(row, next[i]!));
}

type Row = NonNullable<Status['objectives']>[number];

const sameVerdict = (a: Row, b: Row): boolean =>
  a.name === b.name && a.verdict === b.verdict && a.reason === b.reason && a.gate === b.gate;
