/** Our own rule: the real judgement, in a world without HTTP. A write is seen in the traffic at once. */

import { confirmedBy } from '../../decide/confirmed.ts';
import { decide } from '../../decide/decide.ts';
import { tickOf } from '../../decide/freshness.ts';
import { isDue } from '../../decide/questions.ts';
import { repertoire } from '../../decide/repertoire.ts';
import { known } from '../../facts/answer.ts';
import { splitSetBy } from '../../facts/change.ts';
import type { Counts } from '../../facts/counts.ts';
import type { ObjectiveFacts, Observation } from '../../facts/observation.ts';
import type { Revision } from '../../facts/revision.ts';
import type { Service } from '../../facts/service.ts';
import { type Split, same, soleRevision } from '../../facts/split.ts';
import { iso, ms } from '../../facts/time.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Evidence } from '../../status/evidence.ts';
import type { Status } from '../../status/status.ts';
import { type Controller, countsIn, type Ended, instancesIn, type Rule, type Sight, type Step } from '../rule.ts';
import { stableName } from '../world.ts';

/** When the deploy was; any day will do. */
export const deployedAtMs = Date.UTC(2026, 0, 5, 8);

export const steadyrun: Rule = {
  start: (policy, scenario) => new Steadyrun(policy, scenario),
};

export class Steadyrun implements Controller {
  readonly restsAfter: readonly Ended[];
  readonly #policy: Policy;
  readonly #tickMs: number;
  #state: Status;
  #nextCheckMs = Number.NEGATIVE_INFINITY;

  constructor(policy: Policy, scenario: Scenario) {
    // What is rehearsed is what it would do if it were let.
    this.#policy = {
      ...policy,
      mode: 'Enforce',
      requests: { paused: null, promote: null, abort: null, retry: null },
      // Nobody can see here how full the instances are: there is nothing to tune by.
      tuning: { ...policy.tuning, mode: 'Off' },
    };
    this.#tickMs = scenario.tickMs;
    this.restsAfter = scenario.deployEveryMs === null ? ['RolledBack'] : [];
    this.#state = adopted();
  }

  get state(): Status {
    return this.#state;
  }

  look(sight: Sight): Step | null {
    const nowMs = deployedAtMs + sight.nowMs;
    if (nowMs < this.#nextCheckMs) return null;
    const observation = this.#observe(sight);
    const { decision, state } = decide(this.#policy, observation, this.#state, nowMs);
    this.#nextCheckMs = decision.nextCheckMs;
    this.#state = state;
    const { action, reason, message, write } = decision;
    const asked = write && splitSetBy(write.change);
    const written = asked && (sight.obeys?.(asked) ?? true) ? asked : null;
    if (write && written) {
      const at = { policy: this.#policy, service: serviceOf(written, sight.candidate), known: state, nowMs };
      this.#state = confirmedBy(repertoire, at, { ...write, reason });
    }
    const split = written && !same(written, sight.split) ? written : null;
    return { split, action, reason, message, ended: this.#ended(written ?? sight.split, sight.candidate) };
  }

  #ended(split: Split, candidate: string): Ended | null {
    const { rollout, rejected, withdrawn } = this.#state;
    const sole = soleRevision(split);
    if (sole === candidate && !rollout) return 'Promoted';
    const away = rejected?.some(({ revision }) => revision === candidate) || withdrawn?.revision === candidate;
    return sole !== null && away && !rollout ? 'RolledBack' : null;
  }

  #observe({ nowMs, ticks, newestMs, split, candidate, history }: Sight): Observation {
    const freshness = known({ newestMs: deployedAtMs + newestMs, intervalMs: this.#tickMs });
    const { rollout, guard } = this.#state;
    const judging = rollout ?? guard;
    const tickMs = tickOf(this.#tickMs);
    const isNew = !rollout && candidate !== this.#state.stable?.revision && nowMs >= 0;
    const objectives: Record<string, ObjectiveFacts> = {};
    this.#policy.objectives.forEach(({ name }, i) => {
      const entry = judging?.evidence.find(({ objective }) => objective === name);
      const counts = entry && this.#counts(entry, i, ticks, newestMs, tickMs);
      const past = isNew ? known({ ...this.#history(history)[i]!, tickMs: this.#tickMs }) : undefined;
      objectives[name] = { freshness, ...(counts && { counts }), ...(past && { history: past }) };
    });
    return { service: serviceOf(split, candidate), revisions: this.#revisions(split, candidate), objectives };
  }

  /** undefined: there is not enough to ask for yet. */
  #counts({ judgedUntil, absolute }: Evidence, i: number, ticks: Sight['ticks'], newestMs: number, tickMs: number) {
    const fromMs = ms(judgedUntil) - deployedAtMs;
    if (!isDue({ fromMs, begun: absolute.length > 0 }, newestMs, tickMs)) return undefined;
    const byRevision = countsIn(ticks, i, fromMs, newestMs);
    const instances = instancesIn(ticks, newestMs);
    const window = { fromMs: deployedAtMs + fromMs, toMs: deployedAtMs + newestMs, tickMs };
    return known<Counts>({ ...window, byRevision, ...(instances && { instances }) });
  }

  /** Whoever serves, may serve, or served before; none is ever deleted. */
  #revisions(split: Split, candidate: string): Readonly<Record<string, Revision>> {
    const good = this.#state.lastGood?.revision;
    for (const name of [candidate, good, ...split.map(({ revision }) => revision)]) {
      if (name !== undefined) this.#known[name] ??= revisionOf(name);
    }
    return this.#known;
  }

  readonly #known: Record<string, Revision> = {};

  #past: ReturnType<Sight['history']> | null = null;
  #history(history: Sight['history']) {
    this.#past ??= history();
    return this.#past;
  }
}

/** Adopted long ago: the stable revision has all of the traffic. */
function adopted(): Status {
  const at = iso(deployedAtMs - 24 * 3_600_000);
  return {
    phase: 'Steady',
    stable: { revision: stableName, percent: 100 },
    lastGood: { revision: stableName, since: at },
    split: [{ revision: stableName, percent: 100 }],
    adoption: { at, serviceUid: 'rehearsed', followedLatest: false, pinnedAgainAt: [], externallyManaged: false },
  };
}

const serviceOf = (split: Split, latest: string): Service => ({
  ref: { project: 'rehearsal', region: 'europe-west1', name: 'service' },
  uid: 'rehearsed',
  etag: 'rehearsed',
  generation: 1,
  settled: true,
  traffic: split,
  latestCreated: latest,
  latestReady: latest,
  latestServes: null,
  scaling: { mode: 'Automatic', maxInstances: null },
  lastModifier: 'steadyrun',
});

/** Numbered in the order they were made. */
const revisionOf = (name: string): Revision => ({
  name,
  createdAtMs: deployedAtMs + Number(name.slice(-5)) * 1000 - 10_000,
  ready: 'True',
  message: '',
});
