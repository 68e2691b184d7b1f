/**
 * The second concern: it watches how full the instances are, and keeps them below the limit within what it is allowed. The
 * maximum of instances is raised at once; anything that makes a revision waits for a steady service, and goes through the same
 * rollout as a team's own.
 */
import { tuning as purposes } from '../../facts/purpose.ts';
import type { Refusal } from '../../facts/refusal.ts';
import { maxInstancesOf, type Service } from '../../facts/service.ts';
import { iso, ms } from '../../facts/time.ts';
import type { Status } from '../../status/status.ts';
import type { TunerState } from '../../status/tuner.ts';
import type { Lever } from '../../status/tuning.ts';
import type { Case, Unasked } from '../case.ts';
import type { Concern, Effect, Judgement, Memory, Settled } from '../concern.ts';
import { killsMs } from '../evidence/saturation.ts';
import type { Outcome } from '../outcome.ts';
import type { Questions } from '../questions.ts';
import { withMade } from './made.ts';
import { putBack } from './make.ts';
import { lookAtMaximum } from './maximum.ts';
import { dayMs, isWithin, maximumSet, minuteMs, nothingYet } from './memory.ts';
import { told } from './news.ts';
import { withMaximum, withOutcomes } from './own.ts';
import { saturationShown } from './reading.ts';
import { remembered } from './remember.ts';
import { weigh, weighingQuestions } from './weigh.ts';

const sections = ['saturation', 'tuning', 'tuner'] as const satisfies readonly (keyof Status)[];
type Section = (typeof sections)[number];

/** Somebody else set the maximum. */
const isNews = (service: Service, { tuner }: Status): boolean =>
  tuner !== undefined && maxInstancesOf(service) !== (tuner.maximum?.value ?? null);

export const tuning: Concern<Section> = {
  sections,
  purposes,
  isQuiet: () => true,
  isNews,
  questions,
  judge,
  confirm,
  refused,
};

/** Where the metrics are only read for people, now and then is enough. */
const readEveryMs = { Off: Number.POSITIVE_INFINITY, Recommend: 10 * minuteMs, ServiceLevel: minuteMs, Auto: minuteMs };

/** Who looks in the same turn is answered by the same question, so that all turns begin together: at whole minutes, or tens of them. */
const isAnotherTurn = (beforeMs: number, everyMs: number, nowMs: number): boolean =>
  Math.floor(beforeMs / everyMs) !== Math.floor(nowMs / everyMs);

function questions(at: Unasked): Partial<Questions> {
  const { policy, known, nowMs } = at;
  const serving = known.stable?.revision;
  const { mode } = policy.tuning;
  if (mode === 'Off' || serving === undefined) return {};
  const tuner = known.tuner ?? nothingYet(nowMs);
  const weighing = weighingQuestions(at, tuner);
  const isDue = tuner.askedAt === undefined || isAnotherTurn(ms(tuner.askedAt), readEveryMs[mode], nowMs);
  const isUnknown = isDue && tuner.serving?.revision !== serving;
  const arms = known.rollout ? [known.rollout.candidate, known.rollout.control] : [];
  const fromMs = Math.max(ms(tuner.until), nowMs - dayMs);
  const revisions = [...new Set([serving, ...arms])];
  const made = tuner.revisions.filter(({ outcome }) => outcome === 'Open').map(({ name }) => name);
  return {
    ...(isUnknown && { targetsOf: serving }),
    ...weighing,
    revisions: [...(isUnknown ? [serving] : []), ...made],
    saturation: weighing.saturation ?? (isDue ? { revisions, fromMs } : null),
    ...(isDyingPossible(tuner, policy.tuning.maxSaturation, nowMs) && { outOfMemorySinceMs: nowMs - killsMs }),
  };
}

/** The logs are asked where memory is short, or was; now and then where nothing is known of it: the dead have no metrics. */
function isDyingPossible(tuner: TunerState, limit: number, nowMs: number): boolean {
  const memory = tuner.recent.at(-1)?.memory;
  const isShort = (memory ?? 0) > limit || isWithin(tuner.killed?.at, killsMs, nowMs);
  return (isShort || memory === undefined) && !isWithin(tuner.logsAskedAt, isShort ? minuteMs : killsMs, nowMs);
}

function judge(at: Case, others: Settled): Judgement<Section> {
  const { policy, known, nowMs } = at;
  const { tuner: before, tuning: shown } = known;
  if (!known.stable) return { memory: memoryOf(before, shown, nowMs), proposal: null };
  // What was made goes on to be known, and who sets the maximum.
  if (policy.tuning.mode === 'Off') {
    return { memory: before ? { tuner: withOutcomes(at, withMaximum(at, before)) } : {}, proposal: null };
  }
  const tuner = remembered(at, before ?? nothingYet(nowMs));
  const maximum = lookAtMaximum(at, others, tuner);
  const weighed = weigh(at, others, tuner);
  const rows = [maximum.row, ...(weighed?.rows ?? othersOf(shown?.levers, before, tuner))];
  const write = putBack(at, others, tuner) ?? maximum.proposal ?? weighed?.proposal ?? null;
  const next = withMadeBy(weighed?.isDone ? { ...tuner, weighedAt: iso(nowMs) } : tuner, write, nowMs);
  const news = write ? null : told(rows, next, nowMs);
  return {
    memory: memoryOf(news?.tuner ?? next, { mode: policy.tuning.mode, levers: rows }, nowMs),
    proposal: write ?? news?.proposal ?? null,
  };
}

/** Its name is known before it is made: whatever becomes of the write, what is found under it is ours. */
const withMadeBy = (tuner: TunerState, proposal: Outcome | null, nowMs: number): TunerState =>
  proposal?.write?.change.kind === 'Template'
    ? withMade(tuner, proposal.write.purpose, proposal.write.change, iso(nowMs))
    : tuner;

/** Rows of another revision say nothing of this one, nor does what is over. */
function othersOf(shown: readonly Lever[] = [], before: TunerState | undefined, tuner: TunerState): readonly Lever[] {
  const isOther = before?.serving?.revision !== tuner.serving?.revision;
  const isOver = tuner.hours.every(({ any }) => any === 0) && !tuner.killed;
  return isOther || isOver ? [] : shown.filter(({ lever }) => lever !== 'maxInstances');
}

function memoryOf(tuner: TunerState | undefined, shown: Status['tuning'], nowMs: number): Memory<Section> {
  const saturation = tuner && saturationShown(tuner, nowMs);
  return { ...(tuner && { tuner }), ...(shown && { tuning: shown }), ...(saturation && { saturation }) };
}

function confirm({ policy, known, nowMs }: Unasked, { purpose, change }: Effect): Memory<Section> {
  const before = known.tuner ?? nothingYet(nowMs);
  const at = iso(nowMs);
  const tuner = (): TunerState => {
    if (change.kind === 'Scaling') {
      const { maxInstances } = change;
      const isRaise = maxInstances > (before.maximum?.value ?? 0);
      return { ...maximumSet(before, maxInstances, at), ...(isRaise && { raisedAt: at }) };
    }
    return change.kind === 'Template' ? withMade(before, purpose, change, at) : before;
  };
  const levers = known.tuning?.levers.filter(({ lever }) => lever === 'maxInstances') ?? [];
  return memoryOf(tuner(), known.tuning && { mode: policy.tuning.mode, levers }, nowMs);
}

/** What Cloud Run refuses is not asked again: a quota is a ceiling, and targets that cannot be set are left alone. */
function refused({ known, nowMs }: Unasked, refusal: Refusal): Memory<Section> {
  const tuner = known.tuner ?? nothingYet(nowMs);
  const at = iso(nowMs);
  const learnt: TunerState =
    refusal.kind === 'Quota'
      ? { ...tuner, quota: { maxInstances: refusal.maxInstances, at } }
      : { ...tuner, targetsRefused: at };
  return memoryOf(learnt, known.tuning, nowMs);
}
