/**
 * Whose traffic it is, what people asked for, what is already decided, what is running, what is new: the first that has
 * something to say says it.
 */
import { type Purpose, purposes } from '../../facts/purpose.ts';
import { isByDigest } from '../../facts/settings.ts';
import { namedSplit, soleRevision } from '../../facts/split.ts';
import { ms } from '../../facts/time.ts';
import { isUnguided, type Policy } from '../../policy/policy.ts';
import { isOurs } from '../../status/ours.ts';
import type { Status } from '../../status/status.ts';
import { cadence } from '../cadence.ts';
import type { Case, Unasked } from '../case.ts';
import { type Concern, type Judgement, memoryOf } from '../concern.ts';
import { freezeOf, isSlowed } from '../frozen.ts';
import type { Due, Questions } from '../questions.ts';
import { tunedRevision } from '../tuned.ts';
import { bereft } from './bereft.ts';
import { confirm } from './confirm.ts';
import { guarding } from './guard/guarding.ts';
import { isNews, isQuiet, newcomer } from './newcomer.ts';
import { heldStill, hold, type TrafficOutcome, toSplit } from './outcome.ts';
import { ownership } from './ownership.ts';
import { byRequest, pausedText } from './requests.ts';
import { rolling } from './rollout/rolling.ts';
import { saturationQuestions } from './rollout/saturated.ts';
import { begin } from './rollout/start.ts';

const sections = [
  'split',
  'adoption',
  'unpinned',
  'stable',
  'lastGood',
  'candidate',
  'rejected',
  'rollout',
  'guard',
  'withdrawn',
  'wentBack',
  'late',
  'supersededInARow',
  'objectives',
  'compared',
  'verdict',
] as const satisfies readonly (keyof Status)[];

type Section = (typeof sections)[number];

const confirmed = [
  'Pin',
  'Start',
  'Step',
  'Retreat',
  'TakeControl',
  'Watch',
  'Promote',
  'RollBack',
  'Withdraw',
  'GuardControl',
  'Trial',
  'Restore',
  'PutRight',
] as const satisfies readonly Purpose[];

export const traffic: Concern<Section> = {
  sections,
  purposes: confirmed,
  isQuiet,
  isNews,
  questions,
  judge,
  bereft: (known, revision) => memoryOf(sections, bereft(known, revision)),
  confirm: (at, effect) => memoryOf(sections, confirm(at, effect)),
};

function judge(given: Case): Judgement<Section> {
  const at = isSlowed(given.known) ? { ...given, policy: slowed(given.policy) } : given;
  const owned = ownership(at);
  const events = 'outcome' in owned ? [] : owned.events;
  const { state, ...outcome } = 'outcome' in owned ? notOurs(at, owned.outcome) : ours({ ...at, known: owned.state });
  return {
    memory: memoryOf(sections, state),
    proposal: { ...outcome, events: [...events, ...(outcome.events ?? [])] },
    disowns: at.known.intent !== undefined && state.intent === undefined,
  };
}

/** The error budget asks for it, at this look. */
const slowed = (policy: Policy): Policy => ({ ...policy, rollout: { ...policy.rollout, slowed: true } });

/** A pin waits while the policy is paused; other hands' traffic is only watched. */
function notOurs(at: Case, outcome: TrafficOutcome): TrafficOutcome {
  const { paused } = at.policy.requests;
  if (paused !== null && outcome.write) return hold(at.known, 'Paused', pausedText(paused));
  if (isUnguided(at.policy) && outcome.reason === 'PinnedAgain') {
    return hold(
      at.known,
      'InvalidSpec',
      'The traffic was set to follow LATEST; it is pinned once the policy is valid.',
    );
  }
  return withGuard(at, outcome, { ours: false });
}

function ours(at: Case): TrafficOutcome {
  const asked = byRequest(at);
  if (asked === null) return unasked(at);
  if (asked.write || asked.answer === undefined) return asked;
  // It may be that an answered request cannot be taken away, at this look and at many.
  const judged = unasked({ ...at, known: asked.state });
  if (!judged.write) return { ...asked, state: judged.state };
  const events = [...(asked.events ?? []), ...(judged.events ?? [])];
  return { ...judged, events, answer: asked.answer, obeyed: asked.obeyed ?? [] };
}

const unasked = (at: Case): TrafficOutcome =>
  owing(at) ?? rolling(at) ?? (controlIsOut(at) ? guarding(at) : null) ?? withGuard(at, begin(at), { ours: true });

/** What is owed comes before anything new, but for going back: it may be refused for ever, and judging goes on meanwhile. */
function owing(at: Case): TrafficOutcome | null {
  const owed = owedWrite(at);
  const judged = owed && (rolling(at) ?? guarding(at));
  if (!judged) return owed;
  return judged.write?.purpose === 'RollBack' ? judged : { ...owed, state: judged.state };
}

/** A control has been taken: that question comes before any new rollout. */
const controlIsOut = ({ known: { guard } }: Case): boolean => Boolean(guard?.controlSince || guard?.convicted);

/**
 * Whatever else there is to say, a promoted revision is watched over until a rollout really begins. Where the traffic is not
 * ours it is only watched.
 */
function withGuard(at: Case, outcome: TrafficOutcome, { ours: isOurs }: { readonly ours: boolean }): TrafficOutcome {
  if (outcome.write || outcome.state.rollout) return outcome;
  const guarded = guarding({ ...at, known: outcome.state });
  if (guarded === null || (guarded.write && !isOurs)) return outcome;
  if (guarded.write || guarded.reason === 'Burning' || outcome.reason === 'Steady') return guarded;
  const { guard, ...rest } = outcome.state;
  const watched = guarded.state.guard;
  return { ...outcome, state: { ...rest, ...(watched && { guard: watched }) } };
}

/** What was begun and not seen in the traffic is done first, where it makes somebody's trouble smaller. */
function owedWrite({ policy, known }: Case): TrafficOutcome | null {
  const { intent, rollout, guard } = known;
  // What was not done before the policy became Observe is not done at all.
  if (policy.mode === 'Observe' || !intent || intent.change.kind !== 'Traffic') return null;
  const { purpose, change, reason, message } = intent;
  if (!purposes[purpose].owed) return null;
  const needed = purpose === 'Restore' ? guard?.revision : (rollout?.control ?? guard?.control);
  if (needed === undefined) return null;
  const write = toSplit(purpose, change.split, needed);
  return {
    state: known,
    ...heldStill(known),
    reason: reason as TrafficOutcome['reason'],
    message,
    write,
    lookInMs: cadence.settlingMs,
  };
}

function questions({ policy, service, known, nowMs }: Unasked): Partial<Questions> {
  const { rollout, guard, stable } = known;
  const convicted = rollout?.convicted ?? guard?.convicted;
  // While people hold the service, nothing is judged.
  const held = policy.requests.paused !== null || known.hold?.reason === 'SplitByHand';
  const newest = newcomer(service, known);
  const unready = service.latestCreated !== service.latestReady ? service.latestCreated : null;
  const nothingNew = isQuiet(known) && !known.intent && !known.hold && newest === null && unready === null;
  const names = [
    stable?.revision,
    newest,
    rollout?.candidate,
    rollout?.control,
    guard?.controlSince || convicted ? guard?.control : undefined,
    unready,
    isOurs(service, known) ? undefined : soleRevision(namedSplit(service.traffic) ?? []),
  ];
  return {
    revisions: nothingNew ? [] : [...new Set(names.filter((name): name is string => Boolean(name)))],
    counts: convicted || held ? [] : due({ policy, known }),
    ...(convicted || held ? {} : saturationQuestions({ policy, service, known, nowMs })),
    digestsOf: digestsOf(newest, known),
    historyOf: !rollout && !held && !waitsFrozen(known) && newest !== null ? (stable?.revision ?? null) : null,
  };
}

/** What waits for the error budget waits for days; the past is asked for once it may begin. */
const waitsFrozen = (known: Status): boolean => {
  const freeze = freezeOf(known);
  return freeze !== null && known.hold?.reason === freeze.reason;
};

/** A tuning revision that has had no traffic yet is compared with what serves, unless its image names its code. */
function digestsOf(newest: string | null, { stable, rollout, tuner }: Status): readonly string[] {
  if (newest === null || newest === rollout?.candidate || !stable) return [];
  const own = tunedRevision({ tuner }, newest);
  return !own || own.outcome === 'Promoted' || isByDigest(own.image) ? [] : [newest, stable.revision];
}

/** Each objective's counts, from where they were last judged. */
function due({ policy, known }: Pick<Unasked, 'policy' | 'known'>): Due[] {
  const { rollout, guard } = known;
  const judging = rollout ?? guard;
  if (!judging) return [];
  const revisions = rollout ? [rollout.candidate, rollout.control] : guard ? [guard.revision, guard.control] : [];
  return policy.objectives.map((objective) => {
    const entry = judging.evidence.find((one) => one.objective === objective.name);
    const fromMs = ms((entry ?? judging.evidence[0])?.judgedUntil ?? known.decision?.at ?? '');
    return { objective, revisions, fromMs, begun: entry === undefined || entry.absolute.length > 0 };
  });
}
