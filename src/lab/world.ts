/**
 * A simulated Cloud Run: services, revisions, instances, requests and the metrics they leave. No real time and no I/O;
 * the same seed and the same calls give the same numbers. Time moves in seconds, and only when it is told to.
 */
import type { ServiceRef } from '../facts/service.ts';
import { type EventText, type LabEvent, parseEvent, type Scheduled } from '../scenario/events.ts';
import { Random } from '../scenario/random.ts';
import { type Delays, Horizon } from './metrics/horizon.ts';
import { Scraper } from './metrics/scraper.ts';
import { SeriesStore } from './series/store.ts';
import type { Json } from './world/json.ts';
import { type Manners, usualManners } from './world/manners.ts';
import { Refusal } from './world/refusal.ts';
import { Service } from './world/service.ts';
import { serveSecond } from './world/serving.ts';
import type { Operation, Spec } from './world/spec.ts';
import type { Template } from './world/template.ts';
import type { TrafficTarget } from './world/traffic.ts';
import { type Truth, TruthKeeper } from './world/truth.ts';

export interface ServiceSeed extends ServiceRef {
  /** Requests a second. */
  readonly rps: number;
  /** Every fifth request opens a WebSocket. */
  readonly websockets?: boolean;
  /** The first revision's environment: LAB_* variables and any others. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: LATEST at 100 %. */
  readonly traffic?: readonly TrafficTarget[];
}

export interface WorldOptions {
  readonly seed: number;
  /** Cut to a whole second. */
  readonly startMs: number;
  readonly services: readonly ServiceSeed[];
  readonly platformDelayMs?: number;
  readonly appDelayMs?: number;
  /** How long the first revisions have served before the start; no part of the truth. Default 1 h. */
  readonly historyMs?: number;
  /** How long Cloud Run takes to finish a change. Default 3 s. */
  readonly operationMs?: number;
  /** Those that are not named are as usual. */
  readonly manners?: Partial<Manners>;
}

/** One service with its traffic, its trouble and what really happened. */
interface Inhabitant {
  readonly service: Service;
  readonly seed: ServiceSeed;
  readonly websockets: boolean;
  readonly random: Random;
  readonly events: Scheduled[];
  truth: TruthKeeper;
}

export interface Deployment {
  /** The whole environment of the new revision. */
  readonly env?: Readonly<Record<string, string>>;
  readonly concurrency?: number;
  readonly by?: string;
}

const stepMs = 1000;
const hourMs = 3_600_000;
const usualConnectionsPerRequest = 0.2;
const founder = 'founder';

export class World {
  readonly store = new SeriesStore();
  readonly seed: number;
  #nowMs: number;
  #steppedMs: number;
  readonly #inhabitants = new Map<string, Inhabitant>();
  /** Events that meet the metrics: those are everybody's. */
  readonly #metricsEvents: Scheduled[] = [];
  readonly #jitter: Random;
  readonly #horizon: Horizon;
  readonly #scraper = new Scraper(this.store);
  readonly #historyMs: number;

  constructor(options: WorldOptions) {
    const startMs = Math.floor(options.startMs / stepMs) * stepMs;
    this.seed = options.seed;
    this.#historyMs = options.historyMs ?? hourMs;
    this.#jitter = new Random(options.seed, 'jitter');
    const delays: Delays = { platformMs: options.platformDelayMs ?? 120_000, appMs: options.appDelayMs ?? 0 };
    this.#horizon = new Horizon(delays);
    this.store.horizonMs = (metric) => this.#horizon.of(metric);
    this.#nowMs = startMs - this.#historyMs;
    this.#steppedMs = this.#nowMs;
    const manners = { ...usualManners, ...options.manners };
    for (const seed of options.services) this.#settle(seed, options.operationMs ?? 3000, manners);
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
    const { spec, generation } = this.service(name);
    const { revision: _, ...before } = spec.template;
    const template = templateOf(deployment.env ?? {}, `v${generation + 1}`, deployment.concurrency);
    this.#write(name, { template: { ...before, ...template } }, deployment.by ?? 'pipeline');
    return this.service(name).latestCreated.name;
  }

  setTraffic(name: string, traffic: readonly TrafficTarget[], by = 'person'): Operation {
    return this.#write(name, { traffic }, by);
  }

  /** Any other change of the service: its scaling, labels, annotations. */
  change(name: string, part: Partial<Spec>, by = 'person'): Operation {
    return this.#write(name, part, by);
  }

  deleteRevision(name: string, revision: string, by = 'person'): void {
    this.service(name).deleteRevision(revision, { by, body: { revision }, atMs: this.#nowMs });
  }

  /** Makes trouble; `name` null means at every service. Throws Misshapen or NOT_FOUND. */
  event(name: string | null, event: EventText): Scheduled {
    return this.schedule(name, parseEvent(event));
  }

  /** As `event`, for one that is parsed. Metrics are everybody's, whichever service is named. */
  schedule(name: string | null, event: LabEvent): Scheduled {
    const met = name === null ? [...this.#inhabitants.values()] : [this.#named(name)];
    const startMs = this.#nowMs + event.at + this.#jitter.next() * (event.jitter ?? 0);
    const scheduled: Scheduled = { event, startMs, candidate: null };
    if (event.on === 'Metrics') this.#metricsEvents.push(scheduled);
    else for (const { events, service } of met) events.push({ ...scheduled, candidate: service.latestCreated.name });
    return scheduled;
  }

  /** What really happened since the start. */
  truth(name: string): Truth {
    return this.#named(name).truth.at(this.#nowMs);
  }

  #step(atMs: number): void {
    for (const { service, seed, websockets, random, events, truth } of this.#inhabitants.values()) {
      const demand = { rps: seed.rps, connectionsPerRequest: websockets ? usualConnectionsPerRequest : 0 };
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
    if (found === undefined) throw new Refusal('NOT_FOUND', `there is no service '${name}' in this lab`);
    return found;
  }

  #settle(seed: ServiceSeed, operationMs: number, manners: Manners): void {
    const ref: ServiceRef = { project: seed.project, region: seed.region, name: seed.name };
    const spec: Spec = {
      template: templateOf(seed.env ?? {}, 'v1'),
      traffic: seed.traffic ?? [],
      scaling: { minInstances: 0, maxInstances: 0, manualInstances: null },
      labels: {},
      annotations: {},
      settings: { ingress: 'INGRESS_TRAFFIC_ALL', launchStage: 'GA' },
    };
    const service = new Service({ ref, seed: this.seed, operationMs, manners }, spec, {
      by: founder,
      body: null,
      atMs: this.#nowMs,
    });
    this.#inhabitants.set(`${ref.project}/${ref.region}/${ref.name}`, {
      service,
      seed,
      websockets: seed.websockets ?? false,
      random: new Random(this.seed, ref.project, ref.region, ref.name, 'unserved'),
      events: [],
      truth: new TruthKeeper(service),
    });
  }
}

function templateOf(env: Readonly<Record<string, string>>, tag: string, concurrency?: number): Template {
  const variables = Object.entries(env).map(([name, value]) => ({ name, value }));
  return {
    containers: [
      {
        image: `registry.example/app:${tag}`,
        ...(variables.length > 0 && { env: variables }),
        resources: { limits: { cpu: '1', memory: '512Mi' } },
      },
    ],
    ...(concurrency !== undefined && { maxInstanceRequestConcurrency: concurrency }),
  };
}
