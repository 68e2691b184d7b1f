/** One container instance: what it has to do, and what it has counted since its birth, which is what its own metrics show. */

import type { Random } from '../../scenario/random.ts';
import { addLatencies, countOf, type LatencyTable, noLatencies, slowOf } from './latency.ts';
import { Load } from './load.ts';

/** How the app answers; the classes are Cloud Run's labels. */
export const answerCodes = [
  { status: '200', statusClass: '2xx' },
  { status: '404', statusClass: '4xx' },
  { status: '500', statusClass: '5xx' },
] as const;
const [OK, NOT_FOUND, FAILED] = [0, 1, 2];

/** Clients ask for things that are not there; that is nobody's error. */
const notFoundFraction = 0.005;
const messagesPerConnection = 5;

/** How requests fare on one revision in one second. */
export interface Conditions {
  readonly latency: LatencyTable;
  /** The same so many times as long. */
  readonly stretched: (factor: number) => LatencyTable;
  readonly errorFraction: number;
  readonly disconnectFraction: number;
  /** On top, on instances younger than a minute. */
  readonly coldErrorFraction: number;
  readonly connectionsPerRequest: number;
  /** How long a WebSocket's messages take, so many times as long; null: as requests. */
  readonly ofMessages: ((factor: number) => LatencyTable) | null;
  /** Of the connections to a database; null: there is none. */
  readonly databaseErrorFraction: number | null;
}

export class Counters {
  /** Latencies of the requests by ANSWERS. */
  readonly answers = answerCodes.map(noLatencies);
  readonly messages = noLatencies();
  connections = 0;
  disconnects = 0;
  databaseConnections = 0;
  databaseErrors = 0;

  /** Requests that failed for want of an instance that was there when they came. */
  fail(requests: number, latency: LatencyTable, random: Random): void {
    latency.draw(requests, random, this.answers[FAILED]!);
  }

  add(more: Counters): void {
    this.answers.forEach((counts, i) => {
      addLatencies(counts, more.answers[i]!);
    });
    addLatencies(this.messages, more.messages);
    this.connections += more.connections;
    this.disconnects += more.disconnects;
    this.databaseConnections += more.databaseConnections;
    this.databaseErrors += more.databaseErrors;
  }

  get requests(): number {
    return this.answers.reduce((sum, counts) => sum + countOf(counts), 0);
  }

  get failed(): number {
    return countOf(this.answers[FAILED]!);
  }

  get slow(): number {
    return this.answers.reduce((sum, counts) => sum + slowOf(counts), 0);
  }
}

const coldMs = 60_000;

export class Instance {
  readonly id: string;
  readonly readyMs: number;
  /** The last time the scaler had a use for it. */
  neededMs: number;
  readonly counters = new Counters();
  readonly load: Load;
  /** For life: so many times as long as its revision says its requests take. */
  readonly #latencyFactor: number;
  #connectionsOwed = 0;

  constructor(id: string, readyMs: number, unevenness: Random, latencyFactor = 1) {
    this.id = id;
    this.#latencyFactor = latencyFactor;
    this.load = new Load(unevenness);
    this.readyMs = readyMs;
    this.neededMs = readyMs;
  }

  serve(requests: number, nowMs: number, conditions: Conditions, random: Random): void {
    const cold = nowMs - this.readyMs < coldMs ? conditions.coldErrorFraction : 0;
    const failed = random.binomial(requests, Math.min(1, conditions.errorFraction + cold));
    const notFound = random.binomial(requests - failed, notFoundFraction);
    const { answers } = this.counters;
    const stretch = this.load.stretch * this.#latencyFactor;
    const latency = stretch === 1 ? conditions.latency : conditions.stretched(stretch);
    latency.draw(requests - failed - notFound, random, answers[OK]!);
    latency.draw(notFound, random, answers[NOT_FOUND]!);
    latency.draw(failed, random, answers[FAILED]!);
    this.#connect(requests, conditions, conditions.ofMessages?.(stretch) ?? latency, random);
    if (conditions.databaseErrorFraction === null) return;
    this.counters.databaseConnections += requests;
    this.counters.databaseErrors += random.binomial(requests, conditions.databaseErrorFraction);
  }

  #connect(requests: number, conditions: Conditions, latency: LatencyTable, random: Random): void {
    if (conditions.connectionsPerRequest === 0) return;
    this.#connectionsOwed += requests * conditions.connectionsPerRequest;
    const opened = Math.floor(this.#connectionsOwed);
    this.#connectionsOwed -= opened;
    this.counters.connections += opened;
    this.counters.disconnects += random.binomial(opened, conditions.disconnectFraction);
    latency.draw(opened * messagesPerConnection, random, this.counters.messages);
  }
}
