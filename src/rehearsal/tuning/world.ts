/**
 * A service over days, in steps of a second, in closed form: what matters to saturation and nothing else. Instances share
 * their CPUs, take memory for each request in flight, die of too much of it and start anew; requests wait in a queue and are
 * refused; the autoscaler does what it is documented to do; a change of the template is tried for a while, then in force.
 */
import { instancesFor } from '../../policy/connections.ts';
import { Sharing } from '../../scenario/sharing.ts';
import { Autoscaler, secondsBetweenScalings } from './autoscaler.ts';
import { Chance } from './chance.ts';
import type { Controller, SeenMinute, Wish } from './controller.ts';
import { Instances, type Second } from './instances.ts';
import { latencyBucket } from './latencies.ts';
import { Minute } from './minute.ts';
import { Ledger, type Outcome } from './outcome.ts';
import { type Config, daySeconds, rpsAt, type TuningService, type Workload } from './service.ts';

/** How long a tuning revision is tried before it has all of the traffic, and how often a part of the instances is new. */
const canarySeconds = 1200;
const renewalSeconds = 300;
const renewedPart = 0.25;
/** An idle instance that is kept costs a tenth. */
const idleCost = 0.1;
/** Idle instances are kept for so many minutes. */
const keptMinutes = 15;
/** A killed instance fails so many of the minute's requests, at least: the SLO is missed by them. */
const failedByKill = 5;
const longestWaitSeconds = 60;

export class TuningWorld {
  readonly #service: TuningService;
  readonly #chance: Chance;
  readonly #instances: Instances;
  readonly #minute: Minute;
  readonly #autoscaler: Autoscaler;
  readonly #ledger = new Ledger();
  readonly #connected: number;
  readonly #seconds: Second = { overflow: 0, left: 0, cpus: 0, inFlight: 0 };
  readonly #activeMeans: number[] = [];
  #config: Config;
  #workload: Workload;
  #sharing: Sharing;
  #pending = 0;
  #revision = 0;
  #trial: { readonly until: number; readonly config: Partial<Config> } | null = null;
  #quota = Number.POSITIVE_INFINITY;

  constructor(service: TuningService, seed: number) {
    this.#service = service;
    this.#config = service.config;
    this.#workload = service.workload;
    this.#sharing = new Sharing(service.workload);
    this.#chance = new Chance(seed * 7919 + 17);
    this.#instances = new Instances(service.startSeconds, seed, this.#chance);
    this.#minute = new Minute(seed);
    const warm = this.#warm();
    for (let i = 0; i < warm; i++) this.#instances.add();
    this.#instances.active = warm;
    this.#autoscaler = new Autoscaler(warm);
    this.#connected = Math.min(...service.connections.map(instancesFor));
  }

  run(controller: Controller, days: number): Outcome {
    const end = Math.round(days * daySeconds);
    for (let second = 0; second < end; second++) {
      this.#release(second);
      this.#serve(second);
      if (second % secondsBetweenScalings === 0) this.#scale(second);
      if (second % 60 === 59) this.#endMinute(second, controller);
      this.#tryOut(second);
    }
    return this.#ledger.outcome();
  }

  /** As many as the first second needs. */
  #warm(): number {
    const { traffic } = this.#service;
    const { waitSeconds, cpuSeconds, cpus } = this.#workload;
    const { concurrency, cpuPercent, concurrencyPercent, maxInstances } = this.#config;
    const rps = rpsAt(traffic, 0);
    const forRequests = (100 * rps * (waitSeconds + cpuSeconds)) / (concurrency * concurrencyPercent);
    const forCpu = (100 * rps * cpuSeconds) / (cpus * cpuPercent);
    return Math.max(1, Math.min(maxInstances, Math.ceil(Math.max(forRequests, forCpu))));
  }

  #release(second: number): void {
    const { release } = this.#service;
    if (release === null || second !== release.atSeconds) return;
    this.#workload = release.workload;
    this.#sharing = new Sharing(release.workload);
    this.#revision++;
  }

  #serve(second: number): void {
    const instances = this.#instances;
    const minute = this.#minute;
    const now = this.#seconds;
    const { maxInstances, concurrency } = this.#config;
    const arrived = instances.arrivals(rpsAt(this.#service.traffic, second));
    minute.started += instances.arrive(second);
    // What waits uses every warm instance.
    const wanted = this.#pending > 1 ? maxInstances : Math.max(1, Math.min(this.#autoscaler.desired, maxInstances));
    instances.active = Math.min(instances.ready, wanted);
    const requests = arrived + this.#pending;
    instances.serve(requests, concurrency, this.#sharing, this.#workload, minute, now);
    const { killed, lost } = instances.bury(second);
    minute.killed += killed;
    this.#ledger.outOfMemory += killed;
    this.#ledger.failed += lost;
    // Without an instance requests wait, and do not vanish.
    if (instances.active === 0 && now.overflow === 0) now.overflow = requests;
    this.#queue(now, arrived);
    this.#account(now, arrived);
    this.#autoscaler.see(now);
  }

  /** What found no place waits, up to as long as Cloud Run lets it, then it is refused. */
  #queue(now: Second, arrived: number): void {
    const { startSeconds } = this.#service;
    const { waitSeconds, cpuSeconds } = this.#workload;
    const { means } = this.#minute.latencies;
    const most = Math.max(10, 3.5 * startSeconds) * Math.max(now.left, arrived, 1);
    const refused = Math.max(0, now.overflow - most);
    this.#ledger.failed += refused;
    this.#minute.refused += refused;
    this.#pending = now.overflow - refused;
    if (this.#pending > 1) {
      const wait = Math.min(longestWaitSeconds, this.#pending / Math.max(now.left, 1));
      means[latencyBucket(wait + waitSeconds + cpuSeconds)]! += Math.min(now.left, this.#pending);
    }
    if (this.#instances.active === 0) means[latencyBucket(startSeconds)]! += arrived;
  }

  #account(now: Second, arrived: number): void {
    const { active, ready, all } = this.#instances;
    const minute = this.#minute;
    minute.arrived += arrived;
    minute.left += now.left;
    minute.activeSum += active;
    minute.seconds++;
    this.#ledger.requests += arrived;
    this.#ledger.instanceSeconds +=
      active + idleCost * Math.max(0, Math.min(ready, this.#config.minInstances) - active);
    if (all <= this.#connected) return;
    // Those that get no connection fail what comes to them.
    const lost = now.left * (1 - this.#connected / all);
    this.#ledger.failed += lost;
    minute.refused += lost;
  }

  #scale(second: number): void {
    const instances = this.#instances;
    const { cpus } = this.#workload;
    const needed = this.#autoscaler.scale(second, cpus, instances.active, this.#pending, this.#config);
    instances.start(needed - instances.all, second);
  }

  #endMinute(second: number, controller: Controller): void {
    const minute = this.#minute;
    const instances = this.#instances;
    const { truth, measured } = minute.summary(this.#config.concurrency);
    const p95 = minute.latencies.p95() ?? 0;
    const failed = minute.refused + failedByKill * minute.killed;
    const missed = p95 > this.#service.sloSeconds || failed > 0.001 * minute.arrived;
    // Dead minutes are saturated ones, or a service in a crash loop looks healthy.
    const dead = measured.instances === 0 || minute.killed >= Math.max(1, 0.05 * instances.active);
    this.#ledger.minute({ ...truth, memory: dead ? 1 : truth.memory }, missed);
    this.#forgetIdle();
    if (this.#service.driftSeconds !== null) instances.drift(this.#service.driftSeconds);
    const known = measured.instances > 0;
    const noise = 1 + 0.02 * this.#chance.normal();
    const seen: SeenMinute = {
      minute: {
        endMs: (second + 1) * 1000,
        cpu: known ? measured.cpu : null,
        memory: known ? measured.memory : null,
        peakInFlight: known ? measured.peakInFlight : null,
        activeInstances: instances.active,
        requestsPerSecond: measured.requestsPerSecond,
        meanLatencySeconds: measured.meanLatencySeconds * noise,
      },
      revision: this.#revision,
      busy: this.#trial !== null,
      concurrency: this.#config.concurrency,
      maxInstances: this.#config.maxInstances,
      outOfMemory: minute.killed,
      cpuMean: measured.cpuMean,
      p95Seconds: p95 * (1 + 0.03 * this.#chance.normal()),
      hadColdStarts: minute.started > 0 && this.#pending > 1,
    };
    const wish = controller.step(seen, {
      second,
      busy: seen.busy,
      revision: this.#revision,
      config: this.#config,
      service: this.#service,
      quota: this.#quota,
    });
    if (wish !== null) this.#grant(wish, second);
    minute.clear();
  }

  /** Those that nothing needed for a while are shut down. */
  #forgetIdle(): void {
    const means = this.#activeMeans;
    means.push(this.#minute.activeSum / this.#minute.seconds);
    if (means.length > keptMinutes) means.shift();
    const kept = Math.max(Math.ceil(Math.max(...means)), this.#config.minInstances, 1);
    this.#instances.ready = Math.min(this.#instances.ready, kept);
  }

  #grant({ maxInstances, minInstances, set, growth }: Wish, second: number): void {
    const { deeds } = this.#ledger;
    if (maxInstances !== undefined) this.#setMaximum(Math.max(1, Math.round(maxInstances)), second);
    if (minInstances !== undefined && minInstances !== this.#config.minInstances) {
      this.#config = { ...this.#config, minInstances };
      deeds.push({ second, minInstances });
    }
    if (set === undefined || Object.keys(set).length === 0 || this.#trial !== null) return;
    const { concurrency, cpuTargetPercent, concurrencyTargetPercent } = set;
    const config = {
      ...(concurrency !== undefined && { concurrency }),
      ...(cpuTargetPercent !== undefined && { cpuPercent: cpuTargetPercent }),
      ...(concurrencyTargetPercent !== undefined && { concurrencyPercent: concurrencyTargetPercent }),
    };
    this.#trial = { until: second + canarySeconds, config };
    deeds.push({ second, set, ...(growth !== undefined && { growth }) });
  }

  /** Google refuses what is above the quota, and says how many there may be. */
  #setMaximum(wanted: number, second: number): void {
    if (wanted > this.#service.quota) this.#quota = this.#service.quota;
    const maxInstances = Math.min(wanted, this.#service.quota);
    if (maxInstances === this.#config.maxInstances) return;
    this.#config = { ...this.#config, maxInstances };
    this.#ledger.deeds.push({ second, maxInstances });
  }

  #tryOut(second: number): void {
    if (this.#trial === null) return;
    const { until, config } = this.#trial;
    if ((until - second) % renewalSeconds === 0) this.#instances.renew(renewedPart, second);
    if (second < until) return;
    this.#config = { ...this.#config, ...config };
    this.#instances.limitInFlight(this.#config.concurrency);
    this.#trial = null;
    this.#revision++;
  }
}
