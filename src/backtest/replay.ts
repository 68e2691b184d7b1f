/**
 * Goes through a recording with the real judgement, as if each moment were now: `observe` asks only for what could be known
 * then, `decide` decides, and nothing is written. The traffic goes on as it was recorded, whatever is decided.
 */
import { confirm } from '../decide/confirm.ts';
import { decide } from '../decide/decide.ts';
import type { Decision } from '../decide/decision.ts';
import type { History, Revision, Service, Split } from '../decide/observation.ts';
import { historyMs } from '../decide/questions.ts';
import { tickOf } from '../decide/reach.ts';
import { all, between, percentOf } from '../decide/split.ts';
import { observe } from '../observe.ts';
import type { Policy } from '../policy/policy.ts';
import type { Status } from '../policy/status.ts';
import { iso, spoken } from '../policy/time.ts';
import type { Metrics, Services } from '../ports.ts';
import { absorbAlone, advice, beginAlone, shownAlone } from './alone.ts';
import { type Line, lineAt, shownEvidence } from './line.ts';
import { percentAt, type Recording } from './recording.ts';
import { askedOf } from './survey.ts';

export interface ReplayOptions {
  readonly metrics: Metrics;
  readonly policy: Policy;
  readonly recording: Recording;
  /** How late samples were to be seen, which a recording does not show. */
  readonly delayMs: number;
  readonly onProgress?: (nowMs: number) => void;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** As often as a running rollout is looked at. */
const lookMs = 15_000;
/** An arm without requests for so long, while the other has some and it has none ever after, is gone. */
const goneMs = 5 * 60_000;

/** One line for each decision that differs from the one before it. Ends after a verdict. */
export async function* replay(options: ReplayOptions): AsyncGenerator<Line> {
  const policy: Policy = {
    ...options.policy,
    // What is replayed is what it would do if it were let, and by itself.
    mode: 'Enforce',
    requests: { paused: null, promote: null, abort: null, retry: null },
  };
  const metrics = late(options.metrics, options.delayMs);
  const { concurrent, control } = options.recording;
  yield* concurrent && control !== null
    ? judged({ ...options, policy, metrics }, control)
    : advised({ ...options, policy, metrics });
}

/** Beside a control: what the operator would have decided. */
async function* judged(options: ReplayOptions, control: string): AsyncGenerator<Line> {
  const { policy, metrics, recording } = options;
  const { candidate, firstMs, endMs } = recording;
  const splitAt = (atMs: number): Split => between(candidate, percentAt(recording.shares, atMs), control);
  let split: Split = all(control);
  let state = adopted(control, firstMs);
  let told = '';
  let last: Line | null = null;
  for (let nowMs = firstMs; nowMs <= endMs + options.delayMs; ) {
    options.onProgress?.(nowMs);
    if (state.rollout) {
      const recorded = splitAt(nowMs);
      if (percentOf(recorded, candidate) !== percentOf(split, candidate)) {
        split = recorded;
        // The recorded split does not follow what is decided here, and is not somebody else's for that: it is confirmed as
        // our own, so that nothing is held for a person's sake.
        const step = { kind: 'Step', split, reason: 'Recorded' } as const;
        state = confirm(policy, serviceOf(policy, split, candidate), state, step, nowMs);
      }
    }
    const service = serviceOf(policy, split, candidate);
    const observation = await observe({ services: servicesOf(service, recording), metrics }, policy, state, nowMs);
    const { decision, state: next } = decide(policy, observation, state, nowMs);
    state = next;
    const line = lineOf(decision, state, recording, nowMs);
    const now = `${line.action} ${line.reason}`;
    if (now !== told) {
      yield line;
      told = now;
    }
    last = line;
    if (isVerdict(decision)) return;
    const gone = goneAt(recording, control, nowMs - options.delayMs);
    if (gone) {
      yield { ...line, action: 'None', percent: line.recordedPercent, ...gone };
      return;
    }
    const { write } = decision;
    if (write?.kind === 'Start') {
      split = splitAt(nowMs);
      const { rollout } = write;
      const start = { kind: 'Start', split, reason: decision.reason, rollout } as const;
      state = confirm(policy, service, state, start, nowMs);
    }
    // The stage is the operator's own, whatever the recorded share is.
    if (write?.kind === 'Watch') {
      state = confirm(policy, service, state, { kind: 'Watch', split, reason: decision.reason }, nowMs);
    }
    nowMs = Math.max(decision.nextCheckMs, nowMs + lookMs);
  }
  if (last) {
    const message = `The recording ends without a verdict. ${last.message}`;
    yield { ...ending(last, endMs + options.delayMs), reason: 'EndOfRecording', message };
  }
}

const isVerdict = ({ action }: Decision): boolean => ['RollBack', 'Withdraw', 'Promote'].includes(action);

/** What stands: a look without news leaves the decision before it. */
function lineOf(decision: Decision, state: Status, { candidate, shares }: Recording, nowMs: number): Line {
  const { action, reason, message } = state.decision ?? decision;
  const recordedPercent = percentAt(shares, nowMs);
  const evidence = (state.rollout ?? decision.write?.rollout)?.evidence ?? [];
  return lineAt(nowMs, {
    action,
    percent: decision.write ? percentOf(decision.write.split, candidate) : recordedPercent,
    recordedPercent,
    reason,
    message,
    evidence: shownEvidence(evidence),
  });
}

const ending = (last: Line, atMs: number): Line => ({
  ...last,
  at: iso(atMs),
  action: 'None',
  percent: last.recordedPercent,
});

function goneAt({ candidate, lastMs }: Recording, control: string, nowMs: number) {
  const [gone, other, goneLast, otherLast] =
    lastMs.candidate < lastMs.control
      ? [candidate, control, lastMs.candidate, lastMs.control]
      : [control, candidate, lastMs.control, lastMs.candidate];
  if (nowMs < goneLast + goneMs || otherLast < goneLast + goneMs) return null;
  const reason = gone === control ? 'ControlGone' : 'CandidateGone';
  const message = `${gone} had no requests any more, so there is nothing to compare; what ${other} did after ${iso(goneLast)} is not judged.`;
  return { reason, message };
}

/** Without a control: advice, whatever the evidence. */
async function* advised(options: ReplayOptions): AsyncGenerator<Line> {
  const { policy, metrics, recording, delayMs } = options;
  const { candidate, control, firstMs, endMs, shares } = recording;
  const recent = control === null ? [] : await historyOf(metrics, policy, control, firstMs, historyMs, null);
  const day = control === null ? [] : await historyOf(metrics, policy, control, firstMs, dayMs, 5 * 60_000);
  let evidence = beginAlone(policy, recent, day, firstMs);
  // What is asked is where each objective was judged up to; the rest of a rollout is not needed for that.
  const asking = (): Status => ({
    ...adopted(control ?? candidate, firstMs),
    inspection: { generation: policy.generation, at: iso(endMs), revision: control ?? candidate, objectives: [] },
    rollout: { ...emptyRollout(candidate, control ?? candidate, firstMs), evidence: evidence.map((e) => e.absolute) },
  });
  let told = '';
  let line: Line | null = null;
  for (let nowMs = firstMs + lookMs; nowMs <= endMs + delayMs; nowMs += lookMs) {
    options.onProgress?.(nowMs);
    const percent = percentAt(shares, nowMs);
    const service = serviceOf(policy, all(candidate), candidate);
    const { readings } = await observe({ services: servicesOf(service, recording), metrics }, policy, asking(), nowMs);
    evidence = absorbAlone(policy, candidate, evidence, readings, firstMs + policy.rollout.warmupMs);
    const { level, action, message } = advice(policy, candidate, control, evidence);
    line = lineAt(nowMs, {
      action,
      percent,
      recordedPercent: percent,
      reason: 'WithoutControl',
      message,
      evidence: shownAlone(policy, evidence),
    });
    if (level !== told) yield line;
    told = level;
    if (level === 'Against') return;
  }
  if (line) yield { ...ending(line, endMs + delayMs), message: `The recording ends. ${line.message}` };
}

async function historyOf(
  metrics: Metrics,
  policy: Policy,
  revision: string,
  toMs: number,
  lengthMs: number,
  tickMs: number | null,
): Promise<History[]> {
  const found = await Promise.all(
    policy.objectives.map(async (objective) => {
      const asked = askedOf(policy, objective);
      const pace = await metrics.freshness(asked, toMs);
      const ownMs = tickOf('kind' in pace ? 0 : pace.intervalMs);
      const history = await metrics.history({ ...asked, revision, toMs, lengthMs, tickMs: tickMs ?? ownMs });
      return 'kind' in history ? [] : [history];
    }),
  );
  return found.flat();
}

/** As the metrics were to be seen then. Windows and histories end where the samples do, so only these are asked earlier. */
const late = (metrics: Metrics, delayMs: number): Metrics => ({
  freshness: (asked, nowMs) => metrics.freshness(asked, nowMs - delayMs),
  inspect: (asked, nowMs) => metrics.inspect(asked, nowMs - delayMs),
  counts: (question) => metrics.counts(question),
  history: (question) => metrics.history(question),
});

/** Adopted long ago: the control has all of the traffic. */
function adopted(control: string, firstMs: number): Status {
  const at = iso(firstMs - 2 * dayMs);
  return {
    phase: 'Steady',
    stable: { revision: control, percent: 100 },
    lastGood: { revision: control, since: at },
    split: [{ revision: control, percent: 100 }],
    adoption: { at, serviceUid: uid, followedLatest: false, pinnedAgainAt: [], externallyManaged: false },
  };
}

const emptyRollout = (candidate: string, control: string, firstMs: number): NonNullable<Status['rollout']> => ({
  candidate,
  control,
  stage: 'Ramp',
  startedAt: iso(firstMs),
  steppedAt: iso(firstMs),
  shares: [],
  startPercent: 100,
  requestsPerSecond: 0,
  controlsTaken: 0,
  unseen: { requests: 0, ticks: 0 },
  evidence: [],
});

const uid = 'recorded';

const serviceOf = (policy: Policy, split: Split, candidate: string): Service => ({
  ref: policy.service,
  uid,
  etag: uid,
  settled: true,
  traffic: split,
  latestCreated: candidate,
  latestReady: candidate,
  scaling: { mode: 'Automatic', maxInstances: null },
  lastModifier: uid,
});

/** Cloud Run as far as a recording of metrics can tell: both revisions are there and ready. */
function servicesOf(service: Service, { candidate, firstMs, isNew }: Recording): Services {
  // The first signs of a revision that had served before would bring its whole life along if it were young.
  const createdAtMs = (name: string) => (name === candidate ? firstMs - (isNew ? 0 : hourMs) : firstMs - 2 * dayMs);
  const revision = (name: string): Revision => ({ name, createdAtMs: createdAtMs(name), ready: 'True', message: '' });
  return {
    glance: async () => service,
    read: async () => service,
    revision: async (_ref, name) => revision(name),
    setTraffic: async () => {
      throw new Error('a replay writes nothing');
    },
  };
}

export const heading = ({ candidate, control, firstMs, endMs, concurrent }: Recording): string => {
  const long = spoken(endMs - firstMs);
  if (control === null) return `${candidate}, alone, from ${iso(firstMs)} on, ${long}`;
  return concurrent
    ? `${candidate} beside ${control} from ${iso(firstMs)} on, ${long}`
    : `${candidate} after ${control} from ${iso(firstMs)} on, ${long}; nothing served beside it`;
};
