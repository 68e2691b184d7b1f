/**
 * The generated rules, evaluated minute by minute against the lab's door over a fault: each alert fires and clears at the minute
 * that a sum over the lab's own events says, of four days of recorded past and of what really happened in the world since.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Alert, alertsOf } from '../../src/generate/alerts.ts';
import { type Rule, rulesOf } from '../../src/generate/rules.ts';
import { prometheusDoor } from '../../src/lab/doors/prometheus.ts';
import { SeriesStore } from '../../src/lab/series/store.ts';
import { World } from '../../src/lab/world.ts';
import { serve } from '../lab/doors/serve.ts';
import { countersOf, type Minute, minuteMs, minutesOf, pastOf, startMs } from '../lab/past/recorded.ts';
import { API } from '../lab/worlds.ts';
import { validPolicy } from '../policy/valid.ts';
import { both } from './both.ts';

const pastMinutes = minutesOf('busy').slice(0, 4 * 1440);
const beginMs = startMs + pastMinutes.length * minuteMs;
const policy = validPolicy([{ name: 'availability', targetPercent: 99.9 }], {
  metrics: { type: 'Prometheus', address: 'http://lab' },
});
const rules = rulesOf(policy)
  .groups.filter(({ name }) => name.includes('/promise/'))
  .flatMap((group) => group.rules);
const alerts = alertsOf(policy).alerts.filter(({ kind }) => kind !== 'Saturated');

const hourMs = 60 * minuteMs;

/** What really happens of the fault: an hour in which every fifth request fails, seen for as long as the longest short window. */
const lived = { minutes: 460, fault: { at: '20m', for: '60m', on: 'Both', errorPercent: 20 } } as const;

type Point = readonly [seconds: number, value: string];

interface Told {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: Point;
  readonly values?: readonly Point[];
}

/** Two doors: the lab's, and that of a Prometheus which keeps what the rules record. */
class Evaluator {
  readonly #recorded: SeriesStore;
  readonly #door: string;

  private constructor(door: string, recorded: SeriesStore) {
    this.#door = door;
    this.#recorded = recorded;
  }

  static async over(world: World) {
    const recorded = new SeriesStore();
    const door = await serve(prometheusDoor({ store: both(world.store, recorded), nowMs: () => world.nowMs }));
    return { evaluator: new Evaluator(door.origin, recorded), close: () => door.close() };
  }

  /** Records, or says whether the alert is due. */
  async evaluate(rule: Rule, atMs: number): Promise<boolean> {
    const series = await this.#ask(rule.expr, 'query', { time: atMs });
    if ('alert' in rule) return series.length > 0;
    this.#record(rule, series);
    return false;
  }

  /** Records what it would have recorded every so often. */
  async evaluateOver(rule: Rule, start: number, end: number, step: number): Promise<void> {
    this.#record(rule, await this.#ask(rule.expr, 'query_range', { start, end, step }));
  }

  #record(rule: Rule, series: readonly Told[]): void {
    if ('alert' in rule) return;
    for (const { metric, value, values = [value!] } of series) {
      const { __name__: _, ...own } = metric;
      const recorded = this.#recorded.series(rule.record, { ...own, ...rule.labels });
      for (const [seconds, text] of values) recorded.append(seconds * 1000, Number(text));
    }
  }

  async #ask(query: string, path: string, timesMs: Readonly<Record<string, number>>): Promise<readonly Told[]> {
    const parameters = new URLSearchParams({ query });
    for (const [name, ms] of Object.entries(timesMs)) parameters.set(name, String(ms / 1000));
    const response = await fetch(`${this.#door}/api/v1/${path}?${parameters}`);
    const { data, error } = (await response.json()) as { error?: string; data: { result: readonly Told[] } };
    if (error !== undefined) throw new Error(`${query}: ${error}`);
    return data.result;
  }
}

/** At which minutes after the beginning it fires: due at each minute for as long as its rule says. */
function firing(due: readonly boolean[], forMinutes: number): number[] {
  let since: number | null = null;
  return due.flatMap((is, minute) => {
    since = is ? (since ?? minute) : null;
    return since !== null && minute - since >= forMinutes ? [minute] : [];
  });
}

const forOf = (alert: Alert): number => (alert.kind === 'Burn' ? 0 : Number.parseInt(alert.for, 10));

/** The same by the events themselves. */
function byEvents(alert: Alert, minutes: readonly Minute[], first: number): number[] {
  const share = (lengthMs: number, at: number) => {
    const within = minutes.slice(at - lengthMs / minuteMs, at);
    const sum = (count: (minute: Minute) => number) => within.reduce((all, one) => all + count(one), 0);
    return sum(({ bad }) => bad) / sum(({ total }) => total);
  };
  const due = Array.from({ length: minutes.length - first + 1 }, (_, i) => {
    if (alert.kind === 'Saturated') return false;
    const windowsMs = alert.kind === 'Burn' ? [alert.longMs, alert.shortMs] : [alert.windowMs];
    return windowsMs.every((lengthMs) => share(lengthMs, first + i) > Number(alert.threshold));
  });
  return firing(due, forOf(alert));
}

describe('Over a fault in the lab', () => {
  const due = new Map<string, boolean[]>(alerts.map(({ name }) => [name, []]));
  const minutes: Minute[] = [...pastMinutes];
  let close: () => Promise<unknown> = async () => {};

  beforeAll(async () => {
    const past = pastOf(
      countersOf().filter(({ name }) => name.startsWith('run_')),
      pastMinutes,
    );
    const options = { seed: 5, startMs: beginMs, historyMs: 0, platformDelayMs: 0, services: [{ ...API, rps: 30 }] };
    const world = new World({ ...options, past });
    const { evaluator, close: closing } = await Evaluator.over(world);
    close = closing;
    for (const rule of rules) {
      const name = 'record' in rule ? rule.record : '';
      const [fromMs, toMs] = [startMs + 10 * minuteMs, beginMs - minuteMs];
      if (/^slo:sli_(bad|total):(increase5m|newest)$|^slo:sli_counters:/.test(name))
        await evaluator.evaluateOver(rule, fromMs, toMs, minuteMs);
      // Since when anything is counted it has to say now and then, so that it is remembered.
      if (name === 'slo:sli_since:timestamp') {
        for (let atMs = fromMs; atMs <= toMs; atMs += hourMs) await evaluator.evaluate(rule, atMs);
      }
    }
    world.event('api', lived.fault);
    let before = { requests: 0, bad: 0 };
    for (let i = 0; i <= lived.minutes; i++) {
      const atMs = beginMs + i * minuteMs;
      world.advanceTo(atMs);
      const { requests, bad } = world.truth('api');
      if (i > 0) minutes.push({ total: requests - before.requests, bad: bad - before.bad, slow: 0 });
      before = { requests, bad };
      for (const rule of rules) {
        const is = await evaluator.evaluate(rule, atMs);
        if ('alert' in rule) due.get(rule.alert)!.push(is);
      }
    }
  });
  afterAll(() => close());

  test.each(alerts.map((alert) => [alert.name, alert] as const))('%s fires and clears at the minute', (name, alert) => {
    const fired = firing(due.get(name)!, forOf(alert));
    const wanted = byEvents(alert, minutes, pastMinutes.length);
    expect(wanted.length).toBeGreaterThan(3);
    expect(fired).toEqual(wanted);
  });
});
