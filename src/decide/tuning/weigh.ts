/**
 * Whether a revision that runs otherwise is worth it: the minutes of a day are weighed, and what would help is said, lever by
 * lever, with what keeps it from being done.
 */
import type { TunedSettings } from '../../facts/change.ts';
import type { ScalingTargets } from '../../facts/settings.ts';
import { namedSplit } from '../../facts/split.ts';
import { iso, ms } from '../../facts/time.ts';
import type { TunerState } from '../../status/tuner.ts';
import type { Lever } from '../../status/tuning.ts';
import type { Case, Unasked } from '../case.ts';
import type { Settled } from '../concern.ts';
import type { Outcome } from '../outcome.ts';
import type { Questions } from '../questions.ts';
import { isPutBack } from '../tuned.ts';
import { type Ceiling, ceilingOf } from './ceiling.ts';
import { type InForce, law, symptomsOf, type TemplateLook, type WantedTemplate, wantedTemplate } from './law.ts';
import { raiseFirst, revisionProposal } from './make.ts';
import { maximumInForce } from './maximum.ts';
import { dayMs, dayPeak, isWithin, maximumAt, minuteMs, revisionMaximum, unknownMinute } from './memory.ts';
import { type Field, fields, isTemplates, type TemplateLever, templateLevers } from './own.ts';
import { minutesOver } from './reading.ts';
import { boundRows, limitRows, outlivedRows, rowsOf } from './rows.ts';
import type { Usage } from './usage.ts';
import { type Blocker, blockersOfAll, blockersOfRest, ownBlockers } from './waits.ts';

export interface Weighed {
  readonly rows: readonly Lever[];
  readonly proposal: Outcome | null;
  /** It is weighed, and not again before its time. */
  readonly isDone: boolean;
}

/** Where nothing could be done anyway, what would help is found out more rarely. */
const restMs = 30 * minuteMs;

/** There may be something to change: as much as the law asks for has been seen within the day. */
function isWorthWeighing({ policy, known, service, nowMs }: Unasked, tuner: TunerState): boolean {
  if (!known.stable || !tuner.serving || !tuner.steadySince) return false;
  if (nowMs - ms(tuner.steadySince) < law.fewestMinutes * minuteMs + completeAfterMs) return false;
  const isStuck = known.tuning?.levers.some(({ lever, blockedBy }) => isTemplates(lever) && blockedBy.length > 0);
  const everyMs = isStuck ? restMs : law.minutesBetweenLooks * minuteMs;
  if (isWithin(tuner.weighedAt, everyMs, nowMs)) return false;
  return (
    minutesOver(tuner, 'cpu') >= law.hotMinutes ||
    minutesOver(tuner, 'concurrency') >= law.hotMinutes ||
    minutesOver(tuner, 'memory') >= law.hotMemoryMinutes ||
    isWithin(tuner.killed?.at, dayMs, nowMs) ||
    (policy.tuning.mode === 'Auto' && isBoundByRevision({ service }, tuner))
  );
}

/** As many instances as there may be, and it is the revision's own maximum that says so. */
const isBoundByRevision = (at: Pick<Case, 'service'>, tuner: TunerState): boolean =>
  tuner.recent.some(({ full }) => full) && maximumInForce(at, tuner) >= revisionMaximum(tuner);

export function weighingQuestions(at: Unasked, tuner: TunerState): Partial<Questions> {
  const serving = tuner.serving?.revision;
  if (serving === undefined || !isWorthWeighing(at, tuner)) return {};
  return {
    saturation: { revisions: [serving], fromMs: windowFromMs(tuner, at.nowMs) },
    ...(tuner.serving?.targetsAsked ? {} : { targetsOf: serving }),
  };
}

const windowFromMs = ({ steadySince }: TunerState, nowMs: number): number =>
  Math.max(nowMs - dayMs, ms(steadySince ?? iso(nowMs)));

export function weigh(at: Case, others: Settled, tuner: TunerState): Weighed | null {
  const { serving } = tuner;
  // What was asked was asked by what was remembered.
  if (!serving || serving.revision !== at.known.stable?.revision) return null;
  if (!at.known.tuner || !isWorthWeighing(at, at.known.tuner)) return null;
  if (at.seen.saturation?.kind !== 'Known' || !at.service.settled) return null;
  const ceiling = ceilingOf(at.policy.tuning, tuner, maximumInForce(at, tuner));
  const look = lookOf(at, tuner, ceiling);
  const wanted = withRevisionMaximum(at, tuner, ceiling, wantedTemplate(look));
  const symptoms = wanted?.symptoms ?? symptomsOf(look);
  const limits = [...boundRows(symptoms, serving, wanted), ...limitRows(symptoms, serving, wanted, look.limit)];
  const outlived = outlivedRows(tuner, at.nowMs);
  if (wanted === null) return { rows: [...limits, ...outlived], proposal: null, isDone: true };
  const general = generalBlockers(at, others, tuner, wanted, ceiling);
  const of = (field: Field): Blocker[] => [...general, ...ownBlockers(at, tuner, templateLevers[field])];
  const allowed = allowedOf(wanted, (lever) => ownBlockers(at, tuner, lever).length === 0);
  const rows = [...rowsOf(wanted, serving, of), ...limits, ...outlived];
  if (general.length > 0 || Object.keys(allowed).length === 0) return { rows, proposal: null, isDone: true };
  const first = raiseFirst(at, others, tuner, wanted);
  const proposal = first ?? revisionProposal(at, others, tuner, { ...wanted, set: allowed });
  return { rows, proposal, isDone: first === null && proposal !== null };
}

function lookOf(at: Case, tuner: TunerState, ceiling: Ceiling): TemplateLook {
  const { policy, seen, nowMs } = at;
  return {
    window: windowOf(seen, tuner, nowMs),
    dayPeak: dayPeak(tuner),
    inForce: inForceOf(at, tuner),
    ceiling: ceiling.maxInstances,
    bounds: policy.tuning,
    limit: policy.tuning.maxSaturation,
  };
}

/** Every minute of the window; one of which the metrics say nothing is a minute all the same: the dead have none. */
function windowOf({ saturation }: Case['seen'], tuner: TunerState, nowMs: number): readonly Usage[] {
  const { serving, killed } = tuner;
  if (saturation?.kind !== 'Known' || !serving) return [];
  const fromMs = windowFromMs(tuner, nowMs);
  const found = new Map((saturation.value[serving.revision] ?? []).map((minute) => [minute.endMs, minute]));
  const lastMs = Math.max(ms(tuner.until), wholeMinute(nowMs) - completeAfterMs);
  const kills = killed?.revision === serving.revision && ms(killed.at) > fromMs ? killed.count : 0;
  const window: Usage[] = [];
  for (let endMs = wholeMinute(fromMs) + minuteMs; endMs <= lastMs; endMs += minuteMs) {
    const minute = found.get(endMs) ?? { ...unknownMinute, endMs };
    window.push({ minute, maxInstances: maximumAt(tuner, endMs), outOfMemory: 0 });
  }
  const last = window.at(-1);
  return last ? [...window.slice(0, -1), { ...last, outOfMemory: kills }] : [];
}

/** By then a minute has been told as far as it ever will be. */
const completeAfterMs = 3 * minuteMs;
const wholeMinute = (atMs: number): number => Math.floor(atMs / minuteMs) * minuteMs;

function inForceOf(at: Case, tuner: TunerState): InForce {
  const { concurrency, cpus } = tuner.serving!;
  return { concurrency, cpus, targets: targetsOf(tuner, at.nowMs), maxInstances: maximumInForce(at, tuner) };
}

/** null: they cannot be read, or were refused. */
function targetsOf({ serving, targetsRefused }: TunerState, nowMs: number): ScalingTargets | null {
  const { cpuTargetPercent, concurrencyTargetPercent } = serving ?? {};
  if (cpuTargetPercent === undefined || concurrencyTargetPercent === undefined) return null;
  if (isWithin(targetsRefused, dayMs, nowMs)) return null;
  return { cpuPercent: cpuTargetPercent, concurrencyPercent: concurrencyTargetPercent };
}

/** Where the revision's own maximum binds, only a revision raises it. */
function withRevisionMaximum(at: Case, tuner: TunerState, ceiling: Ceiling, wanted: WantedTemplate | null) {
  const bound = isBoundByRevision(at, tuner) && ceiling.maxInstances > revisionMaximum(tuner);
  const needed = wanted?.maxFirst ?? 0;
  if (!bound && needed <= revisionMaximum(tuner)) return wanted;
  const maxInstances = Math.min(ceiling.maxInstances, Math.max(needed, 2 * revisionMaximum(tuner)));
  const none: WantedTemplate = { kind: 'Change', set: {}, maxFirst: null, symptoms: [], growth: 1, outOfMemory: 0 };
  return { ...(wanted ?? none), set: { ...wanted?.set, maxInstances } };
}

/** What stands in the way of any change of the template. */
function generalBlockers(
  at: Case,
  others: Settled,
  tuner: TunerState,
  wanted: WantedTemplate,
  ceiling: Ceiling,
): readonly Blocker[] {
  const { policy, service, nowMs } = at;
  const made = tuner.revisions.filter((own) => own.outcome !== 'PutBack' && isWithin(own.at, dayMs, nowMs));
  const { latestCreated } = service;
  const isOurs = latestCreated === tuner.serving?.revision || (latestCreated && isPutBack(at.known, latestCreated));
  const blockers: (Blocker | false)[] = [
    ...blockersOfAll(at, tuner),
    policy.tuning.mode === 'ServiceLevel' && 'Mode',
    ...blockersOfRest(at, others, tuner),
    wanted.kind === 'Ceiling' && ceiling.because,
    made.length >= law.revisionsPerDay && 'TooManyRevisions',
    !isOurs && 'NewerTemplate',
    namedSplit(service.traffic) === null && 'FollowsLatest',
    tuner.movedUnder !== undefined && tuner.movedUnder === tuner.serving?.revision && 'ImageMoved',
  ];
  return blockers.filter((blocker) => blocker !== false);
}

function allowedOf({ set }: WantedTemplate, isAllowed: (lever: TemplateLever) => boolean): TunedSettings {
  const kept = fields.filter((field) => set[field] !== undefined && isAllowed(templateLevers[field]));
  const tuned: TunedSettings = Object.fromEntries(kept.map((field) => [field, set[field]]));
  const { maxInstances } = set;
  return maxInstances === undefined || !isAllowed('maxInstances') ? tuned : { ...tuned, maxInstances };
}
