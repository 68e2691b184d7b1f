/** What goes on in the soak's lab: every service is deployed to for ever, well and badly, and now and then something else happens. */
import type { Lab } from '../../../src/lab/lab.ts';
import { storedPolicy } from '../../../src/policy/parse.ts';
import { Random } from '../../../src/scenario/random.ts';
import type { Status } from '../../../src/status/status.ts';
import { inhabitants, policyOf } from './services.ts';

const minutes = (count: number): number => count * 60_000;
/** A rollout that has not ended after so long is left to its fate by the next deploy. */
const patienceMs = minutes(150);
const goodEnv = {};
/** Every second revision is good, so that there is something to go back to. */
const badEnvs: readonly Readonly<Record<string, string>>[] = [
  { LAB_ERROR_PERCENT: '5' },
  { LAB_LATENCY_MS: '400/900/1500' },
  { LAB_START_FAILS: '1' },
  { LAB_ERROR_PERCENT: '100' },
  { LAB_ERROR_LEAK_PERCENT_PER_HOUR: '3' },
  { LAB_WEBSOCKET_DISCONNECT_PERCENT: '8' },
];

export interface Tally {
  deployed: number;
  promoted: number;
  rolledBack: number;
  undecided: number;
  /** Policies that came and went. */
  policies: number;
  /** Outages of what all revisions share, of the metrics, and traffic moved by hand. */
  troubles: number;
}

export class Life {
  readonly tally: Tally = { deployed: 0, promoted: 0, rolledBack: 0, undecided: 0, policies: 0, troubles: 0 };
  readonly #lab: Lab;
  readonly #stop: AbortSignal;

  constructor(lab: Lab, stop: AbortSignal) {
    this.#lab = lab;
    this.#stop = stop;
    for (const one of inhabitants) lab.kubernetes.policies.put(policyOf(one));
  }

  /** Until it is stopped. */
  async goOn(seed: number): Promise<void> {
    const lives = [
      ...inhabitants.map(({ seed: { name } }) => this.#deploys(name, new Random(seed, `soak ${name}`))),
      this.#troubles(new Random(seed, 'soak trouble')),
      this.#policiesComeAndGo(new Random(seed, 'soak policies')),
    ];
    await Promise.all(lives).catch((error) => {
      if (!this.#stop.aborted) throw error;
    });
  }

  async #deploys(name: string, random: Random): Promise<void> {
    for (let turn = Math.floor(random.next() * badEnvs.length); ; turn++) {
      await this.#wait(minutes(3 + 20 * random.next()));
      const env = turn % 2 === 0 ? goodEnv : badEnvs[((turn - 1) / 2) % badEnvs.length]!;
      const revision = this.#lab.world.deploy(name, { env });
      this.tally.deployed++;
      this.tally[await this.#outcome(name, revision)]++;
    }
  }

  async #outcome(name: string, revision: string): Promise<'promoted' | 'rolledBack' | 'undecided'> {
    const sinceMs = this.#lab.clock.nowMs();
    while (this.#lab.clock.nowMs() - sinceMs < patienceMs) {
      const { stable, rejected = [], phase } = this.#status(name);
      if (rejected.some((one) => one.revision === revision)) return 'rolledBack';
      if (stable?.revision === revision && phase === 'Steady') return 'promoted';
      await this.#wait(minutes(0.5));
    }
    return 'undecided';
  }

  async #troubles(random: Random): Promise<void> {
    const { world } = this.#lab;
    for (;;) {
      for (const trouble of [
        () => world.event(null, { at: '0s', for: '10m', on: 'Both', errorPercent: 10 }),
        () => world.event(null, { at: '0s', for: '15m', on: 'Metrics', outage: true }),
        () => this.#byHand(inhabitants[Math.floor(random.next() * inhabitants.length)]!.seed.name),
      ]) {
        await this.#wait(minutes(60 + 60 * random.next()));
        trouble();
        this.tally.troubles++;
      }
    }
  }

  /** A person takes everything back to what is stable. */
  #byHand(name: string): void {
    const { stable } = this.#status(name);
    if (stable) this.#lab.world.setTraffic(name, [{ revision: stable.revision, percent: 100 }]);
  }

  /** Each under a name of its own: what is kept by a policy's name has to leave with it. */
  async #policiesComeAndGo(random: Random): Promise<void> {
    const { policies } = this.#lab.kubernetes;
    for (;;) {
      const one = inhabitants[Math.floor(random.next() * inhabitants.length)]!;
      const name = `visitor-${this.tally.policies++}`;
      policies.put(policyOf(one, name));
      await this.#wait(minutes(5 + 10 * random.next()));
      policies.delete('default', name);
    }
  }

  #status(name: string): Status {
    return storedPolicy(this.#lab.kubernetes.policies.get('default', name)).status;
  }

  #wait(lengthMs: number): Promise<void> {
    return this.#lab.clock.sleep(lengthMs, this.#stop);
  }
}
