/** A simulated Cloud Run service as its owners know it: what was asked for, its revisions, and what serves. */

import { isDeepStrictEqual } from 'node:util';
import type { ServiceRef } from '../../facts/service.ts';
import { Random } from '../../scenario/random.ts';
import { accountOf } from './account.ts';
import { behaviourFrom } from './behaviour.ts';
import type { Imbalance } from './fleet.ts';
import type { Images } from './images.ts';
import type { Manners } from './manners.ts';
import { invalid, Refusal } from './refusal.ts';
import { Revision } from './revision.ts';
import { notReady, Routes } from './routes.ts';
import { checkScaling, type Operation, type Spec, type Write, type WriteRecord } from './spec.ts';
import { environmentOf, imageOf, maxInstancesIn, resourcesOf, type Template } from './template.ts';
import { checkTraffic } from './traffic.ts';

export interface ServiceOptions {
  readonly ref: ServiceRef;
  readonly seed: number;
  /** How long Cloud Run takes to finish a change. */
  readonly operationMs: number;
  readonly manners: Manners;
  readonly imbalance: Imbalance;
  /** How much the latencies of a revision's instances differ. */
  readonly latencySd: number;
  readonly images: Images;
  /** The most instances that the region's quota of CPU has room for; null: it is not met. */
  readonly quota: number | null;
}

/** The revision that every service of a lab begins with. */
export const firstRevision = (service: string): string => `${service}-00001-aaa`;

/** Throws INVALID_ARGUMENT for what Cloud Run would refuse, whatever else there is. `quota`: the most instances, if there is one. */
export function checkSpec({ template, scaling }: Spec, quota: number | null): void {
  behaviourFrom(environmentOf(template));
  resourcesOf(template);
  checkScaling(scaling);
  if (quota === null || Math.max(scaling.maxInstances, maxInstancesIn(template)) <= quota) return;
  throw invalid(`Max instances must be set to ${quota} or fewer to set the requested total CPU.`);
}

export class Service {
  readonly ref: ServiceRef;
  readonly uid: string;
  readonly creator: string;
  readonly createdMs: number;
  spec: Spec;
  generation = 1;
  updatedMs: number;
  lastModifier: string;
  /** Oldest first. */
  readonly revisions = new Map<string, Revision>();
  /** Kept for the truth. */
  readonly deleted: Revision[] = [];
  /** As Cloud Run says it, which may lag behind the newest that is ready. */
  latestReady: Revision;
  #newestReady: Revision;
  readonly routes: Routes;
  readonly writes: WriteRecord[] = [];
  readonly operations = new Map<string, Operation>();
  #number = 0;
  readonly #random: Random;
  readonly #options: ServiceOptions;

  /** Starts as one that has been running for a while: its first revision is ready. */
  constructor(options: ServiceOptions, spec: Spec, birth: Write) {
    this.ref = options.ref;
    this.#options = options;
    this.#random = new Random(options.seed, options.ref.project, options.ref.region, options.ref.name);
    this.uid = this.#random.uuid();
    this.creator = accountOf(birth.by);
    this.lastModifier = accountOf(birth.by);
    this.createdMs = birth.atMs;
    this.updatedMs = birth.atMs;
    this.latestReady = this.#create(spec.template, firstRevision(this.ref.name), birth);
    this.latestReady.start(birth.atMs);
    this.#newestReady = this.latestReady;
    this.spec = { ...spec, traffic: checkTraffic(spec.traffic, (name) => this.revisions.has(name)) };
    this.routes = new Routes(this.spec.traffic, this.latestReady.name);
  }

  /** Changes with every write, never without one. */
  get etag(): string {
    return `"${Buffer.from(`${this.uid.slice(0, 8)}/${this.generation}`).toString('base64url')}"`;
  }

  get latestCreated(): Revision {
    return [...this.revisions.values()].at(-1)!;
  }

  /** Why the service is not ready, though Cloud Run may have finished; null when it is. */
  get trouble(): string | null {
    return this.latestCreated.state === 'Failed' ? notReady(this.latestCreated) : this.routes.trouble;
  }

  /** What `wanted` would become; throws Refusal when Cloud Run would refuse it. Changes nothing. */
  check(wanted: Spec, etag: string | null): Spec {
    if (etag !== null && etag !== this.etag && this.#options.manners.etags === 'Checked') {
      throw new Refusal('ABORTED', `Conflict for resource '${this.ref.name}': etag ${etag} is not the current one`);
    }
    checkSpec(wanted, this.#options.quota);
    const fresh = this.#nameOf(wanted.template);
    return { ...wanted, traffic: checkTraffic(wanted.traffic, (name) => this.revisions.has(name) || name === fresh) };
  }

  /** Asks for what was wanted; the operation is done when it serves. Without a difference nothing happens. */
  update(wanted: Spec, etag: string | null, write: Write): Operation {
    const spec = this.check(wanted, etag);
    const parts = Object.keys(spec) as (keyof Spec)[];
    const changed = parts.filter((part) => !isDeepStrictEqual(spec[part], this.spec[part]));
    const operation = this.#operation(changed.length === 0);
    if (changed.length === 0) return operation;
    const fresh = this.#nameOf(spec.template);
    const created = fresh === null ? [] : [this.#create(spec.template, fresh, write)];
    this.spec = spec;
    this.#record(write, changed.join(','));
    const named = spec.traffic.flatMap(({ revision }) =>
      revision === null ? [] : (this.revisions.get(revision) ?? []),
    );
    this.routes.begin({
      generation: this.generation,
      dueMs: write.atMs + this.#options.operationMs,
      traffic: spec.traffic,
      awaits: [...created, ...named],
      operation,
    });
    return operation;
  }

  /** Refused while it serves, has a tag, or is the newest. */
  deleteRevision(name: string, write: Write): Operation {
    const revision = this.revisions.get(name);
    if (revision === undefined) throw new Refusal('NOT_FOUND', `Revision '${name}' was not found`);
    const named = [...this.spec.traffic, ...this.routes.served].some((target) => target.revision === name);
    const newest = [this.latestCreated, this.latestReady, this.#newestReady];
    if (named || this.routes.split().has(name) || newest.includes(revision)) {
      throw new Refusal(
        'FAILED_PRECONDITION',
        `Revision '${name}' serves traffic or is the latest, and cannot be deleted`,
      );
    }
    this.revisions.delete(name);
    this.deleted.push(revision);
    this.writes.push({ ...write, kind: 'revision' });
    return this.#operation(true);
  }

  /** Ends starts and changes whose time has come. */
  settle(nowMs: number): void {
    for (const revision of this.revisions.values()) {
      revision.settle(nowMs);
      if (revision.state === 'Ready' && revision.createdMs >= this.#newestReady.createdMs) this.#newestReady = revision;
    }
    this.routes.settle(nowMs, this.#newestReady.name);
    this.latestReady = this.#saidToBeReady();
  }

  #saidToBeReady(): Revision {
    if (this.#options.manners.latestReady === 'Follows') return this.#newestReady;
    const split = this.routes.split();
    const isServed = ({ name, state }: Revision) => state === 'Ready' && split.has(name);
    return (
      [...this.revisions.values()].findLast((one) => one === this.latestReady || isServed(one)) ?? this.latestReady
    );
  }

  #record(write: Write, kind: string): void {
    this.generation++;
    this.updatedMs = write.atMs;
    this.lastModifier = accountOf(write.by);
    this.writes.push({ ...write, kind });
  }

  #operation(done: boolean): Operation {
    const operation: Operation = { id: this.#random.uuid(), service: this.ref, done, error: null };
    this.operations.set(operation.id, operation);
    return operation;
  }

  /** The name that this template's revision gets, or null when it makes no new one. */
  #nameOf(template: Template): string | null {
    if (isDeepStrictEqual(template, this.spec.template)) return null;
    const pinned = template.revision;
    if (pinned === undefined) return this.#freeName();
    if (typeof pinned !== 'string' || !pinned.startsWith(`${this.ref.name}-`)) {
      throw invalid(`template.revision: must begin with '${this.ref.name}-'`);
    }
    const existing = this.revisions.get(pinned);
    if (existing === undefined) return pinned;
    if (isDeepStrictEqual(existing.template, template)) return null;
    throw new Refusal('ALREADY_EXISTS', `Revision named '${pinned}' with different configuration already exists.`);
  }

  /** `api-00042-xyz`; the letters depend on the number alone, so that asking twice gives one answer. */
  #freeName(): string {
    const number = String(this.#number + 1).padStart(5, '0');
    return `${this.ref.name}-${number}-${new Random(this.#options.seed, this.uid, number).letters(3)}`;
  }

  #create(template: Template, name: string, write: Write): Revision {
    const { project, region } = this.ref;
    const { seed, images, imbalance, latencySd } = this.#options;
    const streams = [seed, project, region, this.ref.name, name] as const;
    const imageDigest = images.resolved(imageOf(template));
    const revision = new Revision(
      { name, template, atMs: write.atMs, by: write.by, imageDigest, imbalance, latencySd },
      new Random(...streams),
      new Random(...streams, 'unevenness'),
    );
    this.revisions.set(name, revision);
    this.#number = Math.max(this.#number + 1, Number(/-(\d{5})-[a-z]{3}$/.exec(name)?.[1] ?? 0));
    return revision;
  }
}
