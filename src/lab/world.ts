/**
 * A simulated Cloud Run: services, revisions, instances, requests and the metrics they leave. No real time and no I/O;
 * the same seed and the same calls give the same numbers. Time moves in seconds, and only when it is told to.
 */
import type { ServiceRef } from '../facts/service.ts';
import { closest, didYouMean } from '../policy/suggest.ts';
import { type EventText, type LabEvent, parseEvent, strengthAt } from '../scenario/events.ts';
import { Random } from '../scenario/random.ts';
import { Unrest } from '../scenario/unrest.ts';
import { type Delays, Horizon } from './metrics/horizon.ts';
import { Scraper } from './metrics/scraper.ts';
import type { Past } from './past/past.ts';
import { containerOf, imageTagged, type ServiceSeed, specOf } from './seed.ts';
import { SeriesStore } from './series/store.ts';
import type { Imbalance } from './world/fleet.ts';
import { Images } from './world/images.ts';
import type { Json } from './world/json.ts';
import { killsOf, type RevisionKill } from './world/kills.ts';
import { type Manners, usualManners } from './world/manners.ts';
import { Refusal } from './world/refusal.ts';
import { Service } from './world/service.ts';
import { serveSecond } from './world/serving.ts';
import type { Operation, Spec } from './world/spec.ts';
import { stepMs } from './world/step.ts';
import type { TrafficTarget } from './world/traffic.ts';
import { endIn, type Numbered } from './world/trouble.ts';
import { type Truth, TruthKeeper } from './world/truth.ts';

export interface WorldOptions {
  readonly seed: number;
  /** Cut to a whole second. */
  readonly startMs: number;
  readonly services: readonly ServiceSeed[];
  readonly platformDelayMs?: number;
  readonly appDelayMs?: number;
  /** How long the first revisions have served before the start; no part of the truth. Default 1 h. */
  readonly historyMs?: number;
  /** What was counted before that; it has to be over when the first revisions begin. Default: nothing. */
  readonly past?: Past | undefined;
  /** How long Cloud Run takes to finish a change. Default 3 s. */
  readonly operationMs?: number;
  /** Those that are not named are as usual. */
  readonly manners?: Partial<Manners>;
  /** Whether an instance that has more to do than others has it for life. Default: it does. */
  readonly imbalance?: Imbalance;
}

/** One service with its traffic, its trouble and what really happened. */
interface Inhabitant {
  readonly service: Service;
  readonly seed: ServiceSeed;
  readonly websockets: boolean;
  readonly random: Random;
  readonly events: Numbered[];
  readonly unrest: Unrest;
  truth: TruthKeeper;
}

export interface Deployment {
  /** The whole environment of the new revision. */
  readonly env?: Readonly<Record<string, string>>;
  readonly concurrency?: number;
  /** Of the new revision and, as with Cloud Run, of those after it that say nothing else. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly by?: string;
}

/** An event, and whom it was posted for. */
export interface Posted {
  readonly service: string | null;
  readonly scheduled: Numbered;
}

/** What all services of a world share. */
interface Commons {
  readonly operationMs: number;
  readonly manners: Manners;
  readonly imbalance: Imbalance;
}

export const usualHistoryMs = 3_600_000;
const usualConnectionsPerRequest = 0.2;
const founder = 'founder';

export class World {
  readonly store: SeriesStore;
  readonly seed: number;
  #nowMs: number;
  #steppedMs: number;
  readonly #inhabitants = new Map<string, Inhabitant>();
  /** Events that meet the metrics or the logs: those are everybody's. */
  readonly #metricsEvents: Numbered[] = [];
  #posted = 0;
  readonly #logsEvents: Numbered[] = [];
  readonly #jitter: Random;
  readonly #horizon: Horizon;
  readonly #scraper: Scraper;
  readonly #historyMs: number;
  readonly #images: Images;

  constructor(options: WorldOptions) {
    const startMs = Math.floor(options.startMs / stepMs) * stepMs;
    this.seed = options.seed;
    this.#historyMs = options.historyMs ?? usualHistoryMs;
    const { past } = options;
    if (past && past.endMs > startMs - this.#historyMs) throw new RangeError('the past goes on after the world begins');
    this.store = past?.store ?? new SeriesStore();
    this.#scraper = new Scraper(this.store, {
      metrics: past?.metrics ?? new Set(),
      lengthMs: past ? past.endMs - past.firstMs : 0,
    });
    this.#jitter = new Random(options.seed, 'jitter');
    this.#images = new Images(options.seed);
    const delays: Delays = { platformMs: options.platformDelayMs ?? 120_000, appMs: options.appDelayMs ?? 0 };
    this.#horizon = new Horizon(delays);
    this.store.horizonMs = (metric) => this.#horizon.of(metric);
    this.#nowMs = startMs - this.#historyMs;
    this.#steppedMs = this.#nowMs;
    const { operationMs = 3000, imbalance = 'Lasts' } = options;
    const commons = { operationMs, imbalance, manners: { ...usualManners, ...options.manners } };
    for (const seed of options.services) this.#settle(seed, commons);
    this.advanceTo(startMs);
    for (const inhabitant of this.#inhabitants.values()) inhabitant.truth = new TruthKeeper(inhabitant.service);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Lives through the seconds up to this time; one in the past changes nothing. */
  advanceTo(ms: number): void {
    if (ms < this.#nowMs) return;
    while (this.#steppedMs + stepMs <= ms) this.#step(this.#steppedMs + stepMs);
    this.#nowMs = ms;
    this.#horizon.advanceTo(ms, this.#metricsEvents);
  }

  get services(): readonly Service[] {
    return [...this.#inhabitants.values()].map(({ service }) => service);
  }

  find({ project, region, name }: ServiceRef): Service | undefined {
    return this.#inhabitants.get(`${project}/${region}/${name}`)?.service;
  }

  /** By its short name; throws NOT_FOUND. */
  service(name: string): Service {
    return this.#named(name).service;
  }

  removeService(ref: ServiceRef): void {
    this.#inhabitants.delete(`${ref.project}/${ref.region}/${ref.name}`);
  }

  /** Deploys a new revision that behaves as `env` says, as a pipeline would; returns its name. */
  deploy(name: string, deployment: Deployment = {}): string {
    const { service, seed } = this.#named(name);
    const { revision: _, ...before } = service.spec.template;
    const { image = imageTagged(service.generation + 1), template } = seed;
    if (seed.image !== undefined && !image.includes('@')) this.moveTag(image);
    const containers = [containerOf(image, deployment.env ?? {}, template)];
    const { concurrency: maxInstanceRequestConcurrency } = deployment;
    const tuned = maxInstanceRequestConcurrency !== undefined && { maxInstanceRequestConcurrency };
    const { annotations } = deployment;
    const annotated = annotations !== undefined && { annotations: { ...annotations } };
    const written = { ...before, containers, ...tuned, ...annotated };
    this.#write(name, { template: written }, deployment.by ?? 'pipeline');
    return this.service(name).latestCreated.name;
  }

  setTraffic(name: string, traffic: readonly TrafficTarget[], by = 'person'): Operation {
    return this.#write(name, { traffic }, by);
  }

  /** Any other change of the service: its scaling, labels, annotations. */
  change(name: string, part: Partial<Spec>, by = 'person'): Operation {
    return this.#write(name, part, by);
  }

  /** Has an image's tag name other code; revisions that were made from it keep theirs. Returns its digest. */
  moveTag(image: string, digest?: string): string {
    return this.#images.move(image, digest);
  }

  deleteRevision(name: string, revision: string, by = 'person'): void {
    this.service(name).deleteRevision(revision, { by, body: { revision }, atMs: this.#nowMs });
  }

  /** Makes trouble; `name` null means at every service. Throws Misshapen or NOT_FOUND. */
  event(name: string | null, event: EventText): Numbered {
    return this.schedule(name, parseEvent(event));
  }

  /** As `event`, for one that is parsed. Metrics and logs are everybody's, whichever service is named. */
  schedule(name: string | null, event: LabEvent): Numbered {
    const met = name === null ? [...this.#inhabitants.values()] : [this.#named(name)];
    const startMs = this.#nowMs + event.at + this.#jitter.next() * (event.jitter ?? 0);
    const scheduled: Numbered = { id: ++this.#posted, event, startMs, candidate: null };
    if (event.on === 'Metrics') this.#metricsEvents.push(scheduled);
    else if (event.on === 'Logs') this.#logsEvents.push(scheduled);
    else for (const { events, service } of met) events.push({ ...scheduled, candidate: service.latestCreated.name });
    return scheduled;
  }

  /** Ends what was posted under this number, or, null, everything; says what was not over. */
  endEvents(id: number | null): readonly number[] {
    const own = [...this.#inhabitants.values()].map(({ events }) => events);
    const lists = [this.#metricsEvents, this.#logsEvents, ...own];
    return [...new Set(lists.flatMap((events) => endIn(events, id, this.#nowMs)))];
  }

  /** Every event that was posted, by the service that it meets; null: all of them. */
  get events(): readonly Posted[] {
    const everybodys = [...this.#metricsEvents, ...this.#logsEvents].map((scheduled) => ({ service: null, scheduled }));
    const own = [...this.#inhabitants.values()].flatMap(({ service, events }) =>
      events.map((scheduled) => ({ service: service.ref.name, scheduled })),
    );
    return [...everybodys, ...own];
  }

  /** Instances of this service that were killed for want of memory in [fromMs, toMs), oldest first. Throws PERMISSION_DENIED. */
  outOfMemory(ref: ServiceRef, fromMs: number, toMs: number): readonly RevisionKill[] {
    this.checkLogs();
    const service = this.find(ref);
    return service === undefined ? [] : killsOf(service, fromMs, toMs);
  }

  /** Throws PERMISSION_DENIED while nobody may read them. */
  checkLogs(): void {
    if (!this.#logsEvents.some((scheduled) => strengthAt(scheduled, this.#nowMs) > 0)) return;
    throw new Refusal('PERMISSION_DENIED', "Permission 'logging.logEntries.list' denied on resource.");
  }

  /** What really happened since the start. */
  truth(name: string): Truth {
    return this.#named(name).truth.at(this.#nowMs);
  }

  #step(atMs: number): void {
    for (const { service, seed, websockets, random, events, unrest, truth } of this.#inhabitants.values()) {
      const { database: hasDatabase = false } = seed;
      const connectionsPerRequest = websockets ? usualConnectionsPerRequest : 0;
      const demand = {
        rps: seed.rps,
        connectionsPerRequest,
        connections: seed.connections ?? null,
        hasDatabase,
        unrest,
      };
      service.settle(atMs - stepMs);
      truth.unserved += serveSecond(service, atMs, demand, events, random);
      service.settle(atMs);
    }
    this.#scraper.scrape(atMs, this.#inhabitants.values());
    this.#horizon.advanceTo(atMs, this.#metricsEvents);
    this.#steppedMs = atMs;
  }

  #write(name: string, part: Partial<Spec>, by: string): Operation {
    const service = this.service(name);
    return service.update({ ...service.spec, ...part }, null, { by, body: part as unknown as Json, atMs: this.#nowMs });
  }

  #named(name: string): Inhabitant {
    const found = [...this.#inhabitants.values()].find(({ service }) => service.ref.name === name);
    if (found !== undefined) return found;
    const names = this.services.map(({ ref }) => ref.name);
    const meant = closest(name, names);
    const hint = meant === undefined ? `it holds ${names.join(', ')}` : didYouMean(meant);
    throw new Refusal('NOT_FOUND', `there is no service '${name}' in this lab; ${hint}`);
  }

  /** Of what is a service's own and no revision's. */
  #seedOf({ project, region, name }: ServiceRef): number {
    return new Random(this.seed, project, region, name, 'unrest').below(2 ** 32);
  }

  #settle(seed: ServiceSeed, commons: Commons): void {
    const ref: ServiceRef = { project: seed.project, region: seed.region, name: seed.name };
    const { latencyBursts = null, spells = null, instances = null } = seed.noise ?? {};
    const latencySd = instances?.sd ?? 0;
    const service = new Service(
      { ref, seed: this.seed, ...commons, images: this.#images, quota: seed.quota ?? null, latencySd },
      specOf(seed),
      { by: founder, body: null, atMs: this.#nowMs },
    );
    this.#inhabitants.set(`${ref.project}/${ref.region}/${ref.name}`, {
      service,
      seed,
      websockets: seed.websockets ?? false,
      random: new Random(this.seed, ref.project, ref.region, ref.name, 'unserved'),
      events: [],
      unrest: new Unrest({ latencyBursts, spells }, this.#nowMs, this.#seedOf(ref)),
      truth: new TruthKeeper(service),
    });
  }
}
