/** A revision: an immutable template, whether it started, and the instances that run it. */
import type { Strain } from '../../scenario/events.ts';
import type { LatencyMs } from '../../scenario/lognormal.ts';
import type { Random } from '../../scenario/random.ts';
import { getOrInsert } from '../series/maps.ts';
import { type Behaviour, behaviourFrom } from './behaviour.ts';
import { Fleet, type Imbalance } from './fleet.ts';
import type { Conditions } from './instance.ts';
import { LatencyTable } from './latency.ts';
import { environmentOf, type Resources, resourcesOf, type Template } from './template.ts';

export interface Birth {
  readonly name: string;
  readonly template: Template;
  readonly atMs: number;
  readonly by: string;
  /** The code: what the template's image meant then, by its digest. */
  readonly imageDigest: string;
  readonly imbalance: Imbalance;
  readonly latencySd: number;
}

/** What it is asked for in one second. */
export interface Asked {
  /** Requests a second. */
  readonly rps: number;
  readonly connectionsPerRequest: number;
  /** Of the requests: those that fail for something outside of it. */
  readonly lostFraction: number;
  /** Whether each request asks for a connection to a database. */
  readonly hasDatabase: boolean;
}

export class Revision {
  readonly name: string;
  readonly template: Template;
  readonly createdMs: number;
  readonly creator: string;
  readonly uid: string;
  /** "registry.example/app@sha256:…" */
  readonly imageDigest: string;
  readonly behaviour: Behaviour;
  readonly resources: Resources;
  readonly fleet: Fleet;
  /** Its own stream: what happens to others does not change its numbers. */
  readonly random: Random;
  state: 'Starting' | 'Ready' | 'Failed' = 'Starting';
  /** When it became ready or was given up. */
  resolvedMs = Number.NaN;
  readonly #tables = new Map<LatencyMs, Map<number, LatencyTable>>();

  constructor(birth: Birth, random: Random, unevenness: Random) {
    this.name = birth.name;
    this.template = birth.template;
    this.createdMs = birth.atMs;
    this.creator = birth.by;
    this.imageDigest = birth.imageDigest;
    this.random = random;
    this.uid = random.uuid();
    this.behaviour = behaviourFrom(environmentOf(birth.template));
    this.resources = resourcesOf(birth.template);
    const { resources, behaviour } = this;
    const { imbalance, latencySd } = birth;
    this.fleet = new Fleet({ resources, behaviour, imbalance, latencySd }, random, unevenness);
  }

  /** Cloud Run's own words while it is not ready; empty once it is. */
  get message(): string {
    if (this.state === 'Ready') return '';
    if (this.state === 'Starting') return 'Deploying Revision.';
    return 'The container failed to start and listen on the port given by the PORT=8080 environment variable in time.';
  }

  /** Ends the start when its time has come. */
  settle(nowMs: number): void {
    if (this.state !== 'Starting' || nowMs - this.createdMs < this.behaviour.startSeconds * 1000) return;
    if (this.behaviour.startFails) this.#fail(nowMs);
    else this.start(nowMs);
  }

  /** Ready, with the instance that the deployment's check has started. */
  start(nowMs: number): void {
    this.state = 'Ready';
    this.resolvedMs = nowMs;
    this.fleet.startFirst(nowMs);
  }

  #fail(nowMs: number): void {
    this.state = 'Failed';
    this.resolvedMs = nowMs;
  }

  /** How requests fare at this time, given what events do to it and what it is asked for. */
  conditions(nowMs: number, strain: Strain, asked: Asked): Conditions {
    const { rps, connectionsPerRequest, lostFraction, hasDatabase } = asked;
    const { errorPercent, overload, errorLeakPercentPerHour, coldStartErrorPercent } = this.behaviour;
    const { latencyMs, messageLatencyMs } = this.behaviour;
    const leaked = (errorLeakPercentPerHour * (nowMs - this.resolvedMs)) / 3_600_000;
    const overloaded = rps > overload.aboveRps ? overload.errorPercent : 0;
    return {
      latency: this.#latency(latencyMs, strain.latencyFactor),
      stretched: (factor) => this.#latency(latencyMs, strain.latencyFactor * factor),
      ofMessages: messageLatencyMs && ((factor) => this.#latency(messageLatencyMs, strain.latencyFactor * factor)),
      errorFraction: fraction(errorPercent + strain.errorPercent + leaked + overloaded + 100 * lostFraction),
      coldErrorFraction: fraction(coldStartErrorPercent),
      disconnectFraction: fraction(this.behaviour.websocketDisconnectPercent + strain.websocketDisconnectPercent),
      connectionsPerRequest,
      databaseErrorFraction: hasDatabase ? fraction(this.behaviour.databaseErrorPercent) : null,
    };
  }

  /** Tables are kept for a while: most seconds are like the one before. */
  #latency(shape: LatencyMs, factor: number): LatencyTable {
    const tables = getOrInsert(this.#tables, shape, () => new Map<number, LatencyTable>());
    if (tables.size > 1024) tables.clear();
    return getOrInsert(tables, factor, () => new LatencyTable(shape, factor));
  }
}

const fraction = (percent: number): number => Math.min(100, percent) / 100;
