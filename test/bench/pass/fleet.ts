/**
 * Any number of policies, each with its service, all steady, and the operator that looks at them: wired as `steadyrun run`
 * wires it, with the network, the logs' end and time taken out. Time moves on to whoever is due next, and not before the
 * last look is done.
 */

import { Listings } from '../../../src/cloudrun/listings.ts';
import { repertoire } from '../../../src/decide/repertoire.ts';
import { known } from '../../../src/facts/answer.ts';
import { cellMs } from '../../../src/facts/budget.ts';
import type { Revision } from '../../../src/facts/revision.ts';
import type { SaturationMinutes } from '../../../src/facts/saturation.ts';
import type { Service, ServiceRef } from '../../../src/facts/service.ts';
import { type Settings, usualTargets } from '../../../src/facts/settings.ts';
import { PooledKubeConfig } from '../../../src/kubernetes/http/client.ts';
import { EventRecorder } from '../../../src/kubernetes/policies/events.ts';
import { KubernetesPolicies } from '../../../src/kubernetes/policies/policies.ts';
import { type PolicyObject, SloPolicies } from '../../../src/kubernetes/policies/slopolicies.ts';
import type { ListWatch, WatchLine } from '../../../src/kubernetes/watch/listwatch.ts';
import { Reflector } from '../../../src/kubernetes/watch/reflector.ts';
import { News } from '../../../src/kubernetes/watch/relevant.ts';
import { Claims } from '../../../src/loop/claims.ts';
import { Operator } from '../../../src/loop/operator.ts';
import { WorkQueue } from '../../../src/loop/queue.ts';
import { Unreported } from '../../../src/loop/unreported.ts';
import { storedPolicy } from '../../../src/policy/parse.ts';
import { parseKey } from '../../../src/policy/policy.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Logs } from '../../../src/ports/logs.ts';
import type { Asked, Metrics } from '../../../src/ports/metrics.ts';
import type { Services } from '../../../src/ports/services.ts';
import { logging, Telling } from '../../../src/report/listeners.ts';
import { logger } from '../../../src/report/log.ts';
import { OperatorMetrics } from '../../../src/report/metrics.ts';
import type { Status } from '../../../src/status/status.ts';
import { nothingKept } from '../../keep/nothing.ts';

const startMs = Date.parse('2026-01-05T03:00:00Z');
/** Between two looks at a policy while nothing goes on. */
const everyMs = 30_000;
/** After so long a look that finds nothing new is written, and after so long the queries are tried again. */
const writtenEveryMs = 10 * 60_000;
const inspectedEveryMs = 6 * 3_600_000;
/** How full the instances are. */
const filledEveryMs = 10 * 60_000;

/** All look in the same turn: at whole tens of minutes. */
const nextTurnMs = (atMs: number): number => (Math.floor(atMs / filledEveryMs) + 1) * filledEveryMs;

const hourMs = 3_600_000;
/** Error budgets are counted at whole hours, once everything that came before can be seen. */
const seenAfterMs = 4 * 60_000;
const nextCountMs = (untilMs: number): number => Math.ceil(untilMs / hourMs + 1) * hourMs + seenAfterMs;

/** What looks asked of the world. */
export interface Traffic {
  /** Policies that the cache was asked for, each once a look. */
  policies: number;
  writes: number;
  inspections: number;
  /** Reads of one service or revision. */
  reads: number;
}

export class Fleet {
  readonly size: number;
  readonly asked: Traffic = { policies: 0, writes: 0, inspections: 0, reads: 0 };
  readonly #clock = new Steps();
  readonly #server = new Server((name) => {
    this.asked.writes++;
    this.#writtenMs.set(name, this.#clock.nowMs());
  });
  readonly #inLook = new Set<string>();
  readonly #cache: Reflector<PolicyObject>;
  readonly #queue: WorkQueue;
  readonly #operator: Operator;
  #looked = () => {};
  /** When each was last written, and last inspected. */
  readonly #writtenMs = new Map<string, number>();
  readonly #inspectedMs = new Map<string, number>();
  readonly #filledMs = new Map<string, number>();
  /** Up to when its error budgets were counted. */
  readonly #countedMs = new Map<string, number>();
  #idleUntilMs = Number.NEGATIVE_INFINITY;

  private constructor(objects: readonly PolicyObject[]) {
    this.size = objects.length;
    for (const { metadata, status } of objects) {
      this.#inspectedMs.set(metadata.name, startMs);
      const { until } = (status as Status | undefined)?.errorBudget ?? {};
      this.#countedMs.set(metadata.name, until === undefined ? startMs : Date.parse(until));
    }
    const clock = this.#clock;
    const fence = { check: () => undefined };
    const claims = new Claims();
    const news = new News();
    this.#server.objects = objects;
    this.#queue = new WorkQueue({ clock });
    this.#cache = new Reflector({
      source: this.#server,
      onChange: (key) => {
        claims.changed(parseKey(key), policies.get(parseKey(key)));
        // As far apart as they would be after a while.
        if (news.isNews(key, this.#cache.get(key))) this.#queue.addAfter(key, 1 + spreadMs * begun++);
      },
      // The watch is open and silent.
      clock: { nowMs: () => 0, sleep: () => new Promise(() => {}) },
      random: () => 0.5,
    });
    let begun = 0;
    const spreadMs = everyMs / this.size;
    const policies = new KubernetesPolicies({
      cache: {
        get: (key) => {
          this.#inLook.add(key);
          return this.#cache.get(key);
        },
        list: () => {
          this.asked.policies += this.size;
          return this.#cache.list();
        },
      },
      api: this.#server.api,
      events: new Untold(),
      parse: (raw) => storedPolicy(raw),
      clock,
      version: 'bench',
      fence,
    });
    const metrics = new OperatorMetrics({ policies: () => policies.list(), queue: () => this.#queue.state() });
    const listeners = [
      logging(logger('info', { write: () => undefined })),
      metrics.passed.bind(metrics),
      new Telling(policies).listener,
    ];
    const unreported = new Unreported();
    const ours = { policies, claims, repertoire, unreported, listeners, kept: nothingKept };
    const wiring = { clock, fence, ...ours, ...this.#google() };
    this.#operator = new Operator(wiring, this.#queue, {
      onReconciled: (_key, seconds, error) => {
        metrics.reconciled(seconds, error);
        this.asked.policies += this.#inLook.size;
        this.#inLook.clear();
        if (error !== undefined) throw error;
        this.#looked();
      },
    });
  }

  /** Steady for long: everything that is there was adopted, inspected and written down. */
  static async of(size: number): Promise<Fleet> {
    const first = await Fleet.#with([policy(nameOf(0))]);
    await first.#looks(3);
    const text = JSON.stringify(first.#cache.list()[0]);
    const copies = Array.from({ length: size }, (_, i) => JSON.parse(text.replaceAll(nameOf(0), nameOf(i))));
    return Fleet.#with(copies);
  }

  static async #with(objects: readonly PolicyObject[]): Promise<Fleet> {
    const fleet = new Fleet(objects);
    fleet.#cache.start();
    while (!fleet.#cache.state().synced) await new Promise(setImmediate);
    void fleet.#operator.run(4);
    return fleet;
  }

  /** Before the looks that are measured: goes on until nothing but idle looks will come, so many of them. */
  async ready(looks: number): Promise<void> {
    const lengthMs = (Math.ceil(looks / this.size) + 1) * everyMs;
    while (this.#clock.nowMs() + lengthMs >= this.#idleUntilMs) {
      await this.#looks(this.size);
      const all = (times: ReadonlyMap<string, number>) =>
        times.size < this.size ? Number.NEGATIVE_INFINITY : earliest(times);
      // What was read so soon after a write that it was not written is read again.
      const isLost = [...this.#filledMs].some(([name, atMs]) => atMs > (this.#writtenMs.get(name) ?? 0));
      this.#idleUntilMs = isLost
        ? Number.NEGATIVE_INFINITY
        : Math.min(
            all(this.#writtenMs) + writtenEveryMs,
            earliest(this.#inspectedMs) + inspectedEveryMs,
            nextTurnMs(all(this.#filledMs)),
            nextCountMs(earliest(this.#countedMs)),
          );
    }
  }

  /** So many looks that find nothing new, one after the other. */
  async idle(looks: number): Promise<void> {
    const before = this.#busy();
    await this.#looks(looks);
    const busy = this.#busy() - before;
    if (busy > 0) throw new Error(`${looks} looks asked for more than an idle look does, ${busy} times`);
  }

  #busy(): number {
    const { writes, inspections, reads } = this.asked;
    return writes + inspections + reads;
  }

  async #looks(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const looked = new Promise<void>((resolve) => {
        this.#looked = resolve;
      });
      this.#clock.toNext();
      await looked;
    }
  }

  /** Every service as its policy left it; only the list of them all is asked for. */
  #google(): { readonly services: Services; readonly metrics: Metrics; readonly logs: Logs } {
    const all = this.#server.objects.map(({ metadata }) => serviceOf(refOf(metadata.name)));
    const read = async (ref: ServiceRef) => {
      this.asked.reads++;
      return serviceOf(ref);
    };
    const revision = async (_ref: ServiceRef, name: string): Promise<Revision> => {
      this.asked.reads++;
      return { name, createdAtMs: 0, ready: 'True', message: '', settings };
    };
    const inspect = async ({ service }: Asked) => {
      this.asked.inspections++;
      this.#inspectedMs.set(service.name, this.#clock.nowMs());
      return known({ problem: null, buckets: null });
    };
    const isSteady = () => Promise.reject(new Error('the fleet is steady'));
    const listings = new Listings({
      source: { list: async () => all, read },
      clock: this.#clock,
      onListDenied: () => undefined,
    });
    const services: Services = {
      glance: (ref) => listings.glance(ref),
      read,
      revision,
      targets: async () => usualTargets,
      digest: isSteady,
      write: isSteady,
    };
    const metrics: Metrics = {
      freshness: isSteady,
      inspect,
      counts: isSteady,
      history: isSteady,
      saturation: async ({ service, revisions, nowMs }) => {
        this.asked.reads++;
        this.#filledMs.set(service.name, nowMs);
        return known(minutesUntil(revisions, nowMs));
      },
      budget: async ({ service, series, toMs }) => {
        this.asked.reads++;
        this.#countedMs.set(service.name, toMs);
        const cells = known([{ endMs: toMs, lengthMs: cellMs, bad: 1, total: 10_000 }]);
        return known({ toMs, byObjective: Object.fromEntries(series.map(({ name }) => [name, cells])) });
      },
    };
    const logs: Logs = { outOfMemory: isSteady };
    return { services, metrics, logs };
  }
}

const earliest = (times: ReadonlyMap<string, number>): number =>
  times.values().reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);

const settings: Settings = {
  concurrency: 80,
  maxInstances: 100,
  minInstances: 0,
  cpus: 1,
  memoryMib: 512,
  image: 'registry.example/app:v1',
};

/** The newest ten minutes of revisions that have room. */
function minutesUntil(revisions: readonly string[], nowMs: number): SaturationMinutes {
  const lastMs = Math.floor(nowMs / 60_000 - 3) * 60_000;
  const minutes = Array.from({ length: 10 }, (_, i) => ({
    endMs: lastMs - (9 - i) * 60_000,
    cpu: 0.4,
    memory: 0.3,
    peakInFlight: 20,
    activeInstances: 2,
    requestsPerSecond: 50,
    meanLatencySeconds: 0.1,
  }));
  return Object.fromEntries(revisions.map((revision) => [revision, minutes]));
}

const nameOf = (i: number): string => `policy-${String(i).padStart(5, '0')}`;
const refOf = (name: string): ServiceRef => ({ project: 'acme', region: 'europe-west1', name });

const serviceOf = (ref: ServiceRef): Service => ({
  ref,
  uid: `service-${ref.name}`,
  etag: '1',
  generation: 1,
  settled: true,
  traffic: [{ revision: `${ref.name}-00001-abc`, percent: 100 }],
  latestCreated: `${ref.name}-00001-abc`,
  latestReady: `${ref.name}-00001-abc`,
  latestServes: null,
  scaling: { mode: 'Automatic', maxInstances: null },
  lastModifier: 'deployer@acme.iam.gserviceaccount.com',
});

const policy = (name: string): PolicyObject =>
  ({
    apiVersion: 'steadyrun.dev/v1alpha1',
    kind: 'SLOPolicy',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}`,
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: {
      service: refOf(name),
      objectives: [
        { name: 'availability', targetPercent: 99.9 },
        { name: 'latency', indicator: { latency: { percentile: 95, threshold: '300ms' } } },
      ],
    },
  }) as PolicyObject;

/** Nobody listens to events. */
class Untold extends EventRecorder {
  constructor() {
    super({
      config: new PooledKubeConfig(),
      instance: 'bench',
      clock: { nowMs: () => 0, sleep: () => new Promise(() => {}) },
      wallMs: () => 0,
      onFailure: () => undefined,
    });
  }

  override async record(): Promise<boolean> {
    return true;
  }
}

/** The API server: one list, one watch, and statuses that are written. */
class Server implements ListWatch<PolicyObject> {
  objects: readonly PolicyObject[] = [];
  readonly api: SloPolicies;
  readonly #lines: WatchLine[] = [];
  #version = 1_000_000;
  #more = () => {};

  constructor(onWrite: (name: string) => void) {
    const applied = (base: PolicyObject, status: unknown): PolicyObject => {
      onWrite(base.metadata.name);
      const resourceVersion = String(++this.#version);
      const object = { ...base, metadata: { ...base.metadata, resourceVersion }, status };
      this.#lines.push({ type: 'MODIFIED', object: structuredClone(object) });
      this.#more();
      return structuredClone(object);
    };
    this.api = new (class extends SloPolicies {
      override async applyStatus(base: PolicyObject, status: unknown): Promise<PolicyObject> {
        return applied(base, status);
      }
    })(new PooledKubeConfig());
  }

  async list() {
    return { items: this.objects, resourceVersion: String(this.#version) };
  }

  async watch(): Promise<AsyncIterable<WatchLine>> {
    return this.#watched();
  }

  async *#watched(): AsyncIterable<WatchLine> {
    for (;;) {
      yield* this.#lines.splice(0);
      await new Promise<void>((resolve) => {
        this.#more = resolve;
      });
    }
  }
}

/** Time that moves on to whoever is due next. */
class Steps implements Clock {
  #nowMs = startMs;
  readonly #sleepers = new Set<{ readonly dueMs: number; readonly wake: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(lengthMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper = { dueMs: this.#nowMs + lengthMs, wake: resolve };
      this.#sleepers.add(sleeper);
      const stop = () => {
        this.#sleepers.delete(sleeper);
        reject(signal!.reason);
      };
      signal?.addEventListener('abort', stop, { once: true });
    });
  }

  toNext(): void {
    const [first, ...others] = this.#sleepers;
    const next = others.reduce((a, b) => (b!.dueMs < a!.dueMs ? b : a), first);
    if (!next) throw new Error('nobody sleeps');
    this.#sleepers.delete(next);
    this.#nowMs = Math.max(this.#nowMs, next.dueMs);
    next.wake();
  }
}
