/** "A revision behaves as its environment says": the LAB_* variables of its container, so that any client can deploy trouble. */

import { closest, didYouMean } from '../../policy/suggest.ts';
import type { LatencyMs } from '../../scenario/lognormal.ts';
import { appBoundariesS } from './latency.ts';
import { invalid } from './refusal.ts';

export interface Behaviour {
  readonly errorPercent: number;
  readonly latencyMs: LatencyMs;
  readonly websocketDisconnectPercent: number;
  /** Of a WebSocket's messages; null: as requests. */
  readonly messageLatencyMs: LatencyMs | null;
  /** Of the connections to the database that are asked for. */
  readonly databaseErrorPercent: number;
  readonly startSeconds: number;
  readonly startFails: boolean;
  /** On top, in the first minute of each instance. */
  readonly coldStartErrorPercent: number;
  /** Grows from the moment the revision became ready. */
  readonly errorLeakPercentPerHour: number;
  /** On top, while the revision's own share of the traffic is above `aboveRps`. */
  readonly overload: { readonly aboveRps: number; readonly errorPercent: number };
  readonly cpuMsPerRequest: number;
  readonly memoryMib: { readonly base: number; readonly perRequest: number };
  /** The app's histograms of durations, as it writes them, in seconds: another library writes 0.3 as 0.30. */
  readonly appBoundaries: readonly string[];
}

export const healthyBehaviour: Behaviour = {
  errorPercent: 0.05,
  latencyMs: { p50: 110, p95: 250, p99: 350 },
  websocketDisconnectPercent: 0.3,
  messageLatencyMs: null,
  databaseErrorPercent: 0.02,
  startSeconds: 5,
  startFails: false,
  coldStartErrorPercent: 0,
  errorLeakPercentPerHour: 0,
  overload: { aboveRps: Number.POSITIVE_INFINITY, errorPercent: 0 },
  cpuMsPerRequest: 10,
  memoryMib: { base: 180, perRequest: 0.5 },
  appBoundaries: appBoundariesS.map(String),
};

/** Reads the LAB_* variables; refuses, as INVALID_ARGUMENT, a value that makes no sense and a name that does not exist. */
export function behaviourFrom(environment: ReadonlyMap<string, string>): Behaviour {
  let behaviour = healthyBehaviour;
  for (const [name, text] of environment) {
    if (!isOurs(name)) continue;
    const read = Object.hasOwn(behaviourVariables, name) ? behaviourVariables[name] : undefined;
    if (read === undefined) throw unknown(name);
    behaviour = { ...behaviour, ...read(new Value(name, text)) };
  }
  return behaviour;
}

/** In small letters it is meant, too, and is refused with how it is written. */
const isOurs = (name: string): boolean => name.toUpperCase().startsWith('LAB_');

function unknown(name: string): Error {
  const known = Object.keys(behaviourVariables);
  const meant = closest(name, known);
  const all = `it knows ${known.join(', ')}`;
  const hint = meant === undefined ? all : `${didYouMean(meant)} (${all})`;
  return invalid(`${name}: the lab knows no such variable; ${hint}`);
}

export const behaviourVariables: Readonly<Record<string, (value: Value) => Partial<Behaviour>>> = {
  LAB_ERROR_PERCENT: (value) => ({ errorPercent: value.number(0, 100) }),
  LAB_LATENCY_MS: (value) => ({ latencyMs: latencyIn(value) }),
  LAB_WEBSOCKET_DISCONNECT_PERCENT: (value) => ({ websocketDisconnectPercent: value.number(0, 100) }),
  LAB_MESSAGE_LATENCY_MS: (value) => ({ messageLatencyMs: latencyIn(value) }),
  LAB_DATABASE_ERROR_PERCENT: (value) => ({ databaseErrorPercent: value.number(0, 100) }),
  LAB_START_SECONDS: (value) => ({ startSeconds: value.number(0, 240) }),
  LAB_START_FAILS: (value) => ({ startFails: value.flag() }),
  LAB_COLD_START_ERROR_PERCENT: (value) => ({ coldStartErrorPercent: value.number(0, 100) }),
  LAB_ERROR_LEAK_PERCENT_PER_HOUR: (value) => ({ errorLeakPercentPerHour: value.number(0, 100_000) }),
  LAB_OVERLOAD: (value) => {
    const [aboveRps, errorPercent] = value.numbers('REQUESTS_PER_SECOND/ERROR_PERCENT', [1_000_000, 100]);
    return { overload: { aboveRps: aboveRps!, errorPercent: errorPercent! } };
  },
  LAB_CPU_MS_PER_REQUEST: (value) => ({ cpuMsPerRequest: value.number(0, 1_000_000) }),
  LAB_MEMORY_MIB: (value) => {
    const [base, perRequest] = value.numbers('BASE/PER_REQUEST_IN_FLIGHT', [largestMib, largestMib]);
    return { memoryMib: { base: base!, perRequest: perRequest! } };
  },
  LAB_APP_BOUNDARIES: (value) => ({ appBoundaries: value.texts(appBoundariesS) }),
};

/** Cloud Run cuts a request off after an hour, and has no larger instances than of 32 GiB. */
const longestMs = 3_600_000;
const largestMib = 32_768;

function latencyIn(value: Value): LatencyMs {
  const [p50, p95, p99] = value.numbers('P50/P95/P99', [longestMs, longestMs, longestMs]);
  if (!(p50! > 0 && p95! > p50! && p99! > p95!)) throw value.wrong('the three must be above 0 and rise');
  return { p50: p50!, p95: p95!, p99: p99! };
}

class Value {
  readonly #name: string;
  readonly #text: string;

  constructor(name: string, text: string) {
    this.#name = name;
    this.#text = text;
  }

  number(least: number, most: number): number {
    const number = plainNumber(this.#text);
    if (!(number >= least && number <= most)) throw this.wrong(`it must be a number from ${least} to ${most}`);
    return number;
  }

  flag(): boolean {
    const text = this.#text.trim();
    if (text !== '0' && text !== '1') throw this.wrong('it must be 0 for no or 1 for yes');
    return text === '1';
  }

  /** As many as there are in `most`, none above its own. */
  numbers(shape: string, most: readonly number[]): number[] {
    const numbers = this.#text.split('/').map(plainNumber);
    if (numbers.length !== most.length || numbers.some(Number.isNaN)) {
      throw this.wrong(`it must look like ${shape}, in numbers without a unit`);
    }
    const names = shape.split('/');
    for (const [i, number] of numbers.entries())
      if (number > most[i]!) throw this.wrong(`${names[i]} must be at most ${most[i]}`);
    return numbers;
  }

  /** Rising numbers between strokes, as they are written; each one of `known`. */
  texts(known: readonly number[]): string[] {
    const texts = this.#text.split('/').map((text) => text.trim());
    const numbers = texts.map(plainNumber);
    const rise = numbers.every((number, i) => i === 0 || number > numbers[i - 1]!);
    if (!rise || !numbers.every((number) => known.includes(number))) {
      throw this.wrong(`they must rise, and be of ${known.join(', ')}`);
    }
    return texts;
  }

  wrong(why: string): Error {
    return invalid(`${this.#name}=${this.#text}: ${why}`);
  }
}

const plainNumber = (text: string): number => (/^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN);
