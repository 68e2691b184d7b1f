/**
 * A stage for scenarios: the lab's world in process, a virtual clock, and the real loop between them. The operator can be
 * killed at any boundary and started again; only what the world and the cluster hold survives.
 */

import type { Case } from '../../src/decide/case.ts';
import type { Settled } from '../../src/decide/concern.ts';
import type { Outcome } from '../../src/decide/outcome.ts';
import { type Repertoire, repertoire } from '../../src/decide/repertoire.ts';
import type { PolicyEvent } from '../../src/facts/event.ts';
import { Keeper } from '../../src/keep/keeper.ts';
import { VirtualClock } from '../../src/lab/clock.ts';
import { LabLogs } from '../../src/lab/logs.ts';
import { labPromql } from '../../src/lab/promql-client.ts';
import type { ServiceSeed } from '../../src/lab/seed.ts';
import type { SeriesStore } from '../../src/lab/series/store.ts';
import { LabServices } from '../../src/lab/services.ts';
import { World, type WorldOptions } from '../../src/lab/world.ts';
import { Claims } from '../../src/loop/claims.ts';
import { Operator } from '../../src/loop/operator.ts';
import type { Listener } from '../../src/loop/pass.ts';
import { WorkQueue } from '../../src/loop/queue.ts';
import { Unreported } from '../../src/loop/unreported.ts';
import type { Wiring } from '../../src/loop/wiring.ts';
import { apiVersion, kind } from '../../src/policy/api.ts';
import { storedPolicy } from '../../src/policy/parse.ts';
import { keyText, type PolicyKey, parseKey } from '../../src/policy/policy.ts';
import type { StoredPolicy } from '../../src/policy/stored.ts';
import type { Fence } from '../../src/ports/clock.ts';
import type { Kept } from '../../src/ports/kept.ts';
import type { Logs } from '../../src/ports/logs.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import type { Annotation, Policies } from '../../src/ports/policies.ts';
import type { RuleObjects } from '../../src/ports/rule-objects.ts';
import type { Services } from '../../src/ports/services.ts';
import { PromqlMetrics } from '../../src/prometheus/metrics.ts';
import type { PromqlClient } from '../../src/prometheus/promql.ts';
import { Telling } from '../../src/report/listeners.ts';
import { recall, type Vocabulary, vocabulary } from '../../src/status/read.ts';
import type { Status } from '../../src/status/status.ts';
import { toldOnly, toStore } from '../../src/status/write.ts';
import { nothingKept } from '../keep/nothing.ts';
import { manners } from '../lab/manners.ts';
import { availability, latency } from '../policy/valid.ts';
import { Journey, remembering } from './journey.ts';

export const startMs = Date.parse('2026-01-05T08:00:00Z');
export const minutes = (count: number): number => count * 60_000;

export interface StageOptions {
  readonly seed?: number;
  readonly rps?: number;
  readonly websockets?: boolean;
  readonly spec?: Record<string, unknown>;
  readonly traffic?: ServiceSeed['traffic'];
  readonly world?: Partial<WorldOptions>;
  /** Stands between the loop and Cloud Run. */
  readonly services?: (real: Services) => Services;
  /** Stands between the loop and its metrics. */
  readonly metrics?: (real: Metrics) => Metrics;
  /** What the service is made of. */
  readonly seeded?: Partial<ServiceSeed>;
  /** What the logs tell, instead of the lab's own. */
  readonly logs?: Logs;
  /** Stands between the loop and the cluster. */
  readonly cluster?: (real: Policies) => Policies;
  /** Answers the loop's questions about what the store holds, instead of the lab's own evaluator. */
  readonly promql?: (store: SeriesStore, clock: VirtualClock) => PromqlClient;
  /** Told of what the judgement of the traffic proposes, before anything is carried out. */
  readonly onProposal?: (proposal: Outcome) => void;
  /** Told of every pass, last. */
  readonly onPass?: Listener;
  /** The cluster's objects of rules; without them nothing is kept. */
  readonly rules?: (clock: VirtualClock) => RuleObjects;
  /** What there is to decide and to write. */
  readonly repertoire?: Repertoire;
  /** Sections of the status besides the operator's own. */
  readonly sections?: Vocabulary['sections'];
}

export class Stage {
  readonly world: World;
  readonly clock: VirtualClock;
  readonly policies: MemoryPolicies;
  readonly key: PolicyKey = { namespace: 'default', name: 'api' };
  /** What is told of rules that are left behind. */
  readonly leftBehind: string[] = [];
  readonly #services: Services;
  readonly #metrics: () => Metrics;
  readonly #logs: Logs;
  readonly #cluster: Policies;
  readonly #repertoire: Repertoire;
  readonly #listeners: readonly Listener[];
  readonly #rules: RuleObjects | undefined;
  #claims = new Claims();
  #process: Process | undefined;

  constructor(options: StageOptions = {}) {
    this.world = new World({
      seed: options.seed ?? 1,
      startMs,
      historyMs: minutes(30),
      manners,
      services: [
        {
          project: 'acme',
          region: 'europe-west1',
          name: 'api',
          rps: options.rps ?? 50,
          websockets: options.websockets ?? false,
          ...(options.traffic && { traffic: options.traffic }),
          ...options.seeded,
        },
      ],
      ...options.world,
    });
    this.clock = new VirtualClock(startMs, (nowMs) => this.world.advanceTo(nowMs));
    const services = new LabServices(this.world);
    this.#services = options.services?.(services) ?? services;
    const promql = options.promql?.(this.world.store, this.clock) ?? labPromql(this.world.store);
    this.#metrics = () => {
      const real = new PromqlMetrics(promql);
      return options.metrics?.(real) ?? real;
    };
    this.#rules = options.rules?.(this.clock);
    this.#logs = options.logs ?? new LabLogs(this.world);
    this.#repertoire = overheard(options.repertoire ?? repertoire, options.onProposal);
    this.#listeners = options.onPass ? [options.onPass] : [];
    this.policies = new MemoryPolicies(() => this.clock.nowMs(), this.#repertoire, options.sections);
    this.#cluster = options.cluster?.(this.policies) ?? this.policies;
    this.policies.onClaim = (key) => this.#claims.changed(key, this.policies.get(key));
    this.policies.put(this.key, {
      service: { project: 'acme', region: 'europe-west1', name: 'api' },
      objectives: [availability, latency],
      ...options.spec,
    });
  }

  /** Starts the operator; `boundary` is asked at every call that leaves the process. */
  start(boundary: Boundary = () => 'go', fence: Fence = { check: () => undefined }): void {
    const process = new Process(boundary);
    this.#claims = new Claims();
    for (const key of this.policies.keys) this.#claims.changed(key, this.policies.get(key));
    const queue = new WorkQueue({ clock: this.clock, retryBaseMs: 1000, retryCapMs: 30_000 });
    const policies = process.guard('policies', this.#cluster);
    const wiring: Wiring = {
      clock: this.clock,
      fence,
      services: process.guard('services', this.#services),
      metrics: process.guard('metrics', this.#metrics()),
      logs: process.guard('logs', this.#logs),
      policies,
      claims: this.#claims,
      kept: this.#keeper(process, queue, fence),
      repertoire: this.#repertoire,
      unreported: new Unreported(),
      listeners: [...this.#listeners, new Telling(policies).listener],
    };
    const operator = new Operator(wiring, queue);
    void operator.run(2);
    this.policies.onChange = (key) => queue.add(keyText(key));
    queue.add(keyText(this.key));
    this.#process = process;
  }

  #keeper(process: Process, queue: WorkQueue, fence: Fence): Kept {
    if (this.#rules === undefined) return nothingKept;
    return new Keeper({
      objects: process.guard('rules', this.#rules),
      clock: this.clock,
      fence,
      onNews: (key) => queue.add(keyText(key)),
      onTrouble: (message) => this.leftBehind.push(message),
    });
  }

  /** As kill -9 does: nothing that was under way goes on. */
  kill(): void {
    this.#process!.dead = true;
  }

  get alive(): boolean {
    return this.#process !== undefined && !this.#process.dead;
  }

  /** All that there is outside of the operator: two stages of the same options and events in which it is the same go on alike. */
  get outside(): string {
    const { writes } = this.world.truth('api');
    return JSON.stringify([this.clock.nowMs(), this.world.service('api').etag, writes, this.policies.outside]);
  }

  run(count: number): Promise<void> {
    return this.clock.advance(minutes(count));
  }

  /** Goes on in small steps until it is so, at most so long; says how long it took, in minutes. */
  async until(what: (status: Status) => boolean, mostMinutes: number): Promise<number> {
    const begun = this.clock.nowMs();
    while (!what(this.status)) {
      if (this.clock.nowMs() - begun > minutes(mostMinutes)) {
        throw new Error(`not so after ${mostMinutes} min: ${JSON.stringify(this.status.decision)} ${this.traffic}`);
      }
      await this.clock.advance(15_000);
    }
    return (this.clock.nowMs() - begun) / 60_000;
  }

  get status(): Status {
    return this.policies.get(this.key)?.status ?? {};
  }

  /** "api-00001-aaa=95 api-00002-bbb=5", as asked of Cloud Run. */
  get traffic(): string {
    return this.world
      .service('api')
      .spec.traffic.filter(({ percent }) => percent > 0)
      .map(({ revision, percent }) => `${revision ?? 'LATEST'}=${percent}`)
      .sort()
      .join(' ');
  }

  get writes() {
    return this.world.truth('api').writes.filter(({ by }) => by === 'operator');
  }

  /** The splits the operator wrote, each "REV=percent …". */
  get splits(): string[] {
    return this.writes.flatMap(({ body }) => {
      const { traffic } = body as { traffic?: { revision: string; percent: number }[] };
      return traffic?.map(({ revision, percent }) => `${revision}=${percent}`).join(' ') ?? [];
    });
  }

  event(event: Parameters<World['event']>[1]): void {
    this.world.event('api', event);
  }

  annotate(name: string, value: string | null): void {
    this.policies.annotate(this.key, `steadyrun.dev/${name}`, value);
  }

  reasons(): string[] {
    return this.policies.events.map(({ reason }) => reason);
  }
}

/** A stage whose service has been adopted. */
export async function adopted(options: StageOptions = {}) {
  const stage = new Stage(options);
  stage.start();
  await stage.until((status) => status.phase === 'Steady', 5);
  return { stage, stable: stage.status.stable!.revision };
}

/** A stage with a candidate that behaves as `env` says and has its first share. */
export async function ramping(options: StageOptions = {}, env: Record<string, string> = {}) {
  const { stage, stable } = await adopted(options);
  const candidate = stage.world.deploy('api', { env });
  await stage.until((status) => status.phase === 'Ramping', 3);
  return { stage, stable, candidate };
}

/** The same repertoire, whose concerns are listened to. */
const overheard = (known: Repertoire, listen?: (proposal: Outcome) => void): Repertoire =>
  listen === undefined
    ? known
    : {
        ...known,
        concerns: known.concerns.map((concern) => ({
          ...concern,
          judge: (at: Case, others: Settled) => {
            const judgement = concern.judge(at, others);
            if (judgement.proposal) listen(judgement.proposal);
            return judgement;
          },
        })),
      };

/** What happens at one call out of the process: it goes on, dies before the effect, or dies after it. */
export type Boundary = (call: string) => 'go' | 'dieBefore' | 'dieAfter';

class Process {
  dead = false;
  readonly #boundary: Boundary;

  constructor(boundary: Boundary) {
    this.#boundary = boundary;
  }

  guard<T extends object>(port: string, real: T): T {
    return new Proxy(real, {
      get: (target, property) => {
        const member = Reflect.get(target, property) as unknown;
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => this.#call(`${port}.${String(property)}`, () => member.apply(target, args));
      },
    });
  }

  #call(name: string, call: () => unknown): unknown {
    const local = name === 'policies.get';
    if (this.dead) return local ? undefined : new Promise(() => undefined);
    if (local) return call();
    const fate = this.#boundary(name);
    if (fate === 'go') return call();
    if (fate === 'dieBefore') {
      this.dead = true;
      return new Promise(() => undefined);
    }
    const effect = call() as Promise<unknown>;
    this.dead = true;
    return effect.then(() => new Promise(() => undefined));
  }
}

interface RawPolicy {
  metadata: Record<string, unknown> & { annotations: Record<string, string> };
  spec: Record<string, unknown>;
  status: unknown;
  readonly journey: Journey;
}

/** The cluster's side: what survives a crash. Statuses make the journey through JSON and the schema every time. */
export class MemoryPolicies implements Policies {
  readonly events: PolicyEvent[] = [];
  statusWrites = 0;
  onChange: (key: PolicyKey) => void = () => undefined;
  /** Whatever process runs, this knows who guards what. */
  onClaim: (key: PolicyKey) => void = () => undefined;
  readonly #raw = new Map<string, RawPolicy>();
  readonly #parsed = new Map<string, StoredPolicy>();
  readonly #nowMs: () => number;

  readonly #vocabulary: Vocabulary;

  constructor(
    nowMs: () => number,
    { purposes, changeKinds }: Pick<Repertoire, 'purposes' | 'changeKinds'>,
    sections: Vocabulary['sections'] = {},
  ) {
    this.#nowMs = nowMs;
    this.#vocabulary = {
      purposes: Object.keys(purposes),
      changes: Object.keys(changeKinds),
      sections: remembering({ ...vocabulary.sections, ...sections }),
    };
  }

  get keys(): readonly PolicyKey[] {
    return [...this.#raw.keys()].map(parseKey);
  }

  get outside(): unknown {
    return [[...this.#raw], this.events];
  }

  put(key: PolicyKey, spec: Record<string, unknown>): void {
    this.#raw.set(keyText(key), {
      metadata: {
        ...key,
        uid: `uid-${key.name}`,
        generation: 1,
        creationTimestamp: new Date(this.#nowMs()).toISOString(),
        annotations: {},
      },
      spec,
      status: {},
      journey: new Journey(),
    });
    this.#changed(key);
  }

  /** An edit of the specification. */
  respec(key: PolicyKey, change: Record<string, unknown>): void {
    const raw = this.#raw.get(keyText(key))!;
    raw.spec = { ...raw.spec, ...change };
    raw.metadata.generation = Number(raw.metadata.generation) + 1;
    this.#changed(key);
  }

  delete(key: PolicyKey): void {
    this.#raw.delete(keyText(key));
    this.#changed(key);
  }

  annotate(key: PolicyKey, name: string, value: string | null): void {
    const { annotations } = this.#raw.get(keyText(key))!.metadata;
    if (value === null) delete annotations[name];
    else annotations[name] = value;
    this.#changed(key);
  }

  get(key: PolicyKey): StoredPolicy | undefined {
    const text = keyText(key);
    const raw = this.#raw.get(text);
    if (!raw) return undefined;
    const parsed = this.#parsed.get(text) ?? storedPolicy({ apiVersion, kind, ...raw }, this.#vocabulary);
    this.#parsed.set(text, parsed);
    return parsed;
  }

  async writeStatus(key: PolicyKey, status: Status): Promise<void> {
    const raw = this.#raw.get(keyText(key));
    if (!raw) return;
    this.statusWrites++;
    const before = this.get(key)!;
    const stored = before.recalled.newer ? toldOnly(status, raw.status) : toStore(status, raw.status, 'stage');
    raw.status = raw.journey.through(stored);
    // All but the status is as it was read.
    const { status: read, lost, newer } = recall(raw.status, this.#vocabulary);
    this.#parsed.set(keyText(key), { ...before, status: read, recalled: { lost, newer } });
    if (lost.length > 0 && newer === null)
      throw new Error(`the schema lost a part of ${JSON.stringify(status)}: ${lost.join('; ')}`);
  }

  /** The status as it is stored. */
  stored(key: PolicyKey): unknown {
    return this.#raw.get(keyText(key))?.status;
  }

  /** As another operator, or a hand, leaves it. */
  restatus(key: PolicyKey, status: unknown): void {
    this.#raw.get(keyText(key))!.status = JSON.parse(JSON.stringify(status));
    this.#changed(key);
  }

  #changed(key: PolicyKey): void {
    this.#parsed.delete(keyText(key));
    this.onClaim(key);
    this.onChange(key);
  }

  async removeAnnotations(key: PolicyKey, obeyed: readonly Annotation[]): Promise<void> {
    const now = this.#raw.get(keyText(key))?.metadata.annotations ?? {};
    for (const { annotation, value } of obeyed) if (now[annotation] === value) this.annotate(key, annotation, null);
  }

  /** As the API server holds it: what happens but once is there once. */
  async event(_key: PolicyKey, event: PolicyEvent): Promise<void> {
    if (event.once !== undefined && this.events.some(({ once }) => once === event.once)) return;
    this.events.push(event);
  }
}
