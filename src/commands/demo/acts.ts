/** The five acts: what is done to a service, and what a good operator makes of it. */
import type { Lab } from '../../lab/lab.ts';
import type { ServiceSeed } from '../../lab/seed.ts';
import { storedPolicy } from '../../policy/parse.ts';
import type { ScenarioText } from '../../scenario/scenario.ts';
import type { Status } from '../../status/status.ts';

export type Outcome = 'Promoted' | 'RolledBack' | 'NotBlamed' | 'Held' | 'Unfinished' | 'Fought';

export interface Act {
  /** Also the name of its service and policy. */
  readonly name: string;
  readonly title: string;
  readonly expected: Outcome;
  /** The same world as a scenario, for what another rule would have done in it. */
  readonly world: Omit<ScenarioText, 'name' | 'truth'>;
  /** Where its service and its policy are not like the others'. */
  readonly service?: Partial<ServiceSeed>;
  readonly spec?: Readonly<Record<string, unknown>>;
  play(scene: Scene): Promise<Outcome>;
}

const minutes = (count: number): number => count * 60_000;
const patience = minutes(90);

/** One service of the lab, its policy, and the means to make trouble. */
export class Scene {
  readonly #lab: Lab;
  readonly #name: string;
  readonly #signal: AbortSignal;
  candidate: string | null = null;
  /** Reasons seen so far, for what passes between two looks of the end. */
  readonly reasons = new Set<string>();

  constructor(lab: Lab, name: string, signal: AbortSignal) {
    this.#lab = lab;
    this.#name = name;
    this.#signal = signal;
  }

  get status(): Status {
    const { status } = storedPolicy(this.#lab.kubernetes.policies.get('default', this.#name));
    if (status.decision) this.reasons.add(status.decision.reason);
    return status;
  }

  get truth() {
    return this.#lab.world.truth(this.#name);
  }

  get traffic() {
    return this.#lab.world.service(this.#name).spec.traffic;
  }

  get nowMs(): number {
    return this.#lab.clock.nowMs();
  }

  deploy(env: Record<string, string>): string {
    this.candidate = this.#lab.world.deploy(this.#name, { env });
    return this.candidate;
  }

  /** Somebody else deploys; resolves to the revision, or to null when nobody did. */
  async deployed(): Promise<string | null> {
    const first = this.#latest;
    await this.until(() => this.#latest !== first);
    this.candidate = this.#latest === first ? null : this.#latest;
    return this.candidate;
  }

  get #latest(): string {
    return this.#lab.world.service(this.#name).latestCreated.name;
  }

  event(event: Parameters<Lab['world']['event']>[1]): void {
    this.#lab.world.event(this.#name, event);
  }

  moveByHand(shares: readonly { revision: string; percent: number }[]): void {
    this.#lab.world.setTraffic(this.#name, shares, 'a person with gcloud');
  }

  /** Waits, in the lab's time, until it is so; false when that took too long. */
  async until(what: (status: Status) => boolean): Promise<boolean> {
    const begunMs = this.nowMs;
    while (!what(this.status)) {
      if (this.nowMs - begunMs > patience) return false;
      await this.wait(5_000);
    }
    return true;
  }

  wait(lengthMs: number): Promise<void> {
    return this.#lab.clock.sleep(lengthMs, this.#signal);
  }
}

const rejected = (status: Status, candidate: string): boolean =>
  status.rejected?.some(({ revision }) => revision === candidate) ?? false;

const steady = (status: Status): boolean => status.phase === 'Steady';

/** What lasts five minutes is known after as many, and none of it is over the limit. */
const isUnderLimit = ({ saturation }: Status, sinceMs: number): boolean =>
  saturation !== undefined &&
  Date.parse(saturation.at) - sinceMs >= minutes(5) &&
  [saturation.cpu, saturation.memory, saturation.concurrency].every((full) => full !== undefined && !full.sustained);

export const acts: readonly Act[] = [
  {
    name: 'healthy',
    title: 'a healthy candidate',
    expected: 'Promoted',
    world: {},
    async play(scene) {
      await scene.until(steady);
      const candidate = scene.deploy({});
      await scene.until((status) => rejected(status, candidate) || status.stable?.revision === candidate);
      if (rejected(scene.status, candidate)) return 'RolledBack';
      return scene.status.stable?.revision === candidate ? 'Promoted' : 'Unfinished';
    },
  },
  {
    name: 'bad-deploy',
    title: 'a candidate with 5 % errors',
    expected: 'RolledBack',
    world: { candidate: { errorPercent: 5 } },
    async play(scene) {
      await scene.until(steady);
      const candidate = scene.deploy({ LAB_ERROR_PERCENT: '5' });
      await scene.until((status) => rejected(status, candidate) || status.stable?.revision === candidate);
      return rejected(scene.status, candidate) ? 'RolledBack' : 'Promoted';
    },
  },
  {
    name: 'shared-outage',
    title: 'a database outage hits both revisions in mid-rollout',
    expected: 'NotBlamed',
    world: { events: [{ at: '6m', for: '10m', on: 'Both', errorPercent: 20 }] },
    async play(scene) {
      await scene.until(steady);
      const candidate = scene.deploy({});
      await scene.until(({ phase }) => phase === 'Ramping');
      scene.event({ at: '6m', for: '10m', on: 'Both', errorPercent: 20 });
      const noticed = await scene.until((status) => rejected(status, candidate) || scene.reasons.has('SharedOutage'));
      await scene.wait(minutes(14));
      if (rejected(scene.status, candidate)) return 'RolledBack';
      return noticed && scene.status.candidate?.revision === candidate ? 'NotBlamed' : 'Unfinished';
    },
  },
  {
    name: 'by-hand',
    title: 'a person moves traffic by hand in mid-rollout',
    expected: 'Held',
    world: {},
    async play(scene) {
      await scene.until(steady);
      const stable = scene.status.stable!.revision;
      const candidate = scene.deploy({});
      await scene.until(({ phase }) => phase === 'Ramping');
      await scene.wait(minutes(5));
      scene.moveByHand([
        { revision: stable, percent: 70 },
        { revision: candidate, percent: 30 },
      ]);
      const writes = scene.truth.writes.length;
      await scene.wait(minutes(15));
      if (scene.truth.writes.length > writes) return 'Fought';
      return scene.status.hold?.reason === 'SplitByHand' ? 'Held' : 'Unfinished';
    },
  },
  {
    name: 'over-80',
    title: 'the instances of a service are over 80 % full',
    expected: 'Promoted',
    world: {},
    // Answers that take seconds: each instance has many requests in flight, and each of those holds memory.
    service: {
      rps: 160,
      env: { LAB_LATENCY_MS: '3500/6000/8000', LAB_MEMORY_MIB: '350/0.8', LAB_CPU_MS_PER_REQUEST: '2' },
      template: { concurrency: 200, memory: '512Mi', concurrencyTargetPercent: 40 },
      scaling: { maxInstances: 50 },
    },
    spec: {
      objectives: [
        { name: 'availability', targetPercent: 99.9 },
        { name: 'latency', indicator: { latency: { percentile: 95, threshold: '7s' } } },
      ],
      rollout: { profile: 'Fast' },
      tuning: { mode: 'Auto', connections: [] },
    },
    async play(scene) {
      const made = await scene.deployed();
      if (made === null) return 'Unfinished';
      await scene.until((status) => rejected(status, made) || status.stable?.revision === made);
      if (rejected(scene.status, made)) return 'RolledBack';
      const promotedMs = scene.nowMs;
      const isUnder = await scene.until((status) => isUnderLimit(status, promotedMs));
      return isUnder ? 'Promoted' : 'Unfinished';
    },
  },
];
