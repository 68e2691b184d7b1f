/**
 * The examples of OpenSLO, Sloth and Pyrra, imported, beside what those tools make of them, on a real Prometheus that has lived
 * through four weeks: the same shares, budgets and alerts where theirs are right, and where they are not, by how much.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type Alert, alertsOf, type BurnAlert } from '../../src/generate/alerts.ts';
import { exprOf } from '../../src/generate/conditions.ts';
import type { Recording } from '../../src/generate/recordings.ts';
import { rulesOf } from '../../src/generate/rules.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { example, importOf, policiesIn } from '../import/sources.ts';
import { dayMs, happened, type Minute, minuteMs, minutesOf, type Recorded, startMs } from '../lab/past/recorded.ts';
import { prometheusProgram, type RealPrometheus, startPrometheus } from '../lab/promql/real-prometheus.ts';
import { type Peer, pyrra, type SlothSlo, sloth } from './peers.ts';
import { live, type Ruled, seriesOver, valueAt } from './ruler.ts';

const minutes = minutesOf('a busy hour').slice(0, 29 * 1440);
const endMs = startMs + minutes.length * minuteMs;
/** A bad hour, from before it to long after it. */
const hour = { fromMs: startMs + 28 * dayMs + 700 * minuteMs, toMs: endMs } as const;

const unitMs = { m: minuteMs, h: 60 * minuteMs, d: dayMs, w: 7 * dayMs } as const;
/** As Prometheus reads 5m, 1h, 3d and 4w. */
const lengthOf = (window: string): number => Number.parseInt(window, 10) * unitMs[window.at(-1) as keyof typeof unitMs];

type Count = (minute: Minute) => number;
const counted = (name: string, labels: Recorded['labels'], grown: Count): Recorded => ({
  name,
  labels,
  grown,
  before: 0,
  anew: () => false,
});

const bad: Count = ({ bad }) => bad;
const good: Count = ({ total, bad }) => total - bad;
const total: Count = ({ total }) => total;
const slow: Count = ({ slow }) => slow;
const quick: Count = ({ total, slow }) => total - slow;

/** A service without a single error, so that none of its series says 5xx, and one with errors of two codes, and so on. */
const counters: readonly Recorded[] = [
  ...(['checkout', 'other'] as const).flatMap((job) => [
    counted('http_request_duration_seconds_count', { job, code: '200' }, good),
    counted('http_request_duration_seconds_count', { job, code: '500' }, (minute) => Math.floor(minute.bad / 2)),
    counted('http_request_duration_seconds_count', { job, code: '429' }, (minute) => Math.ceil(minute.bad / 2)),
  ]),
  counted('catalog_request_total', { code: '200' }, total),
  ...['GET', 'WATCH'].flatMap((verb) => [
    counted('catalog_request_duration_seconds_count', { verb }, total),
    counted('catalog_request_duration_seconds_bucket', { verb, le: '0.4' }, verb === 'GET' ? quick : () => 0),
    counted('catalog_request_duration_seconds_bucket', { verb, le: '+Inf' }, total),
  ]),
  counted('nginx_ingress_controller_requests', { ingress: 'search', status: '200' }, good),
  counted('nginx_ingress_controller_requests', { ingress: 'search', status: '503' }, bad),
  counted('nginx_ingress_controller_request_duration_seconds_bucket', { ingress: 'search', le: '1.0' }, quick),
  counted('nginx_ingress_controller_request_duration_seconds_bucket', { ingress: 'search', le: '+Inf' }, total),
  counted('nginx_ingress_controller_request_duration_seconds_count', { ingress: 'search' }, total),
  counted('payment_requests_total', { code: '200' }, good),
  counted('payment_requests_total', { code: '500' }, bad),
];

/** An objective that was imported, what happens to it, and what another tool makes of it. */
interface Subject {
  readonly objective: string;
  readonly policy: Policy;
  readonly isBad: Count;
  readonly peer: Peer | null;
}

const policyOf = (name: string): Policy => policiesIn(importOf(example(name)))[0]!;
const documentsOf = (name: string) => parseAllDocuments(example(name).text).map((document) => document.toJS());

function ofSloth(name: string, objective: string, isBad: Count): Subject {
  const slo = documentsOf(name)[0].slos.find((one: { name: string }) => one.name === objective);
  const { error_query: errorQuery, total_query: totalQuery } = slo.sli.events;
  const written: SlothSlo = { errorQuery, totalQuery, objective: slo.objective };
  return { objective, policy: policyOf(name), isBad, peer: sloth(written, objective.replaceAll('-', '_')) };
}

function ofPyrra(name: string, objective: string, isBad: Count): Subject {
  const { spec } = documentsOf(name).find(({ metadata }) => metadata.name === objective);
  const { ratio, latency } = spec.indicator;
  const part = ratio ? { errors: ratio.errors.metric } : { success: latency.success.metric };
  const written = { total: (ratio ?? latency).total.metric, part, target: Number(spec.target) };
  return { objective, policy: policyOf(name), isBad, peer: pyrra(written, objective.replaceAll('-', '_')) };
}

const subjects = {
  orders: ofSloth('sloth/events.yaml', 'orders-available', bad),
  catalog: ofSloth('sloth/latency.yaml', 'answers', () => 0),
  fast: ofSloth('sloth/latency.yaml', 'fast-answers', slow),
  ingress: ofPyrra('pyrra/ingress.yaml', 'ingress-errors', bad),
  ingressLatency: ofPyrra('pyrra/ingress.yaml', 'ingress-latency', slow),
  payments: {
    objective: 'rejected-payments',
    policy: policyOf('openslo/inline.yaml'),
    isBad: bad,
    peer: null,
  },
} satisfies Record<string, Subject>;
const all: readonly Subject[] = Object.values(subjects);

const recordingsOf = ({ policy, objective }: Subject): Recording[] =>
  rulesOf(policy)
    .groups.flatMap(({ rules }) => rules)
    .filter((rule): rule is Recording => 'record' in rule && rule.labels.sloth_slo === objective);

/** What is summed up over weeks has to be recorded from the beginning, the rest while the alerts are looked at. */
function ruledOf(subject: Subject): Ruled[] {
  const long = /^slo:sli_(bad|total):(increase5m|newest)$|^slo:sli_(since|counters):/;
  const isAlerting = subject === subjects.orders || subject === subjects.ingress;
  const own = recordingsOf(subject).filter(({ record, labels }) => {
    if (labels.sloth_window === '30d' || labels.sloth_window === '28d') return false;
    return long.test(record) || (isAlerting && /^slo:sli_/.test(record));
  });
  const theirs = (subject.peer?.shares ?? []).filter(({ record, window }) => {
    return isAlerting || (window === '5m' && record.includes('ratio_rate'));
  });
  const isSlothsMean = (record: string) => record.endsWith(':ratio_rate5m');
  return [
    ...own.map((rule) => ({ ...rule, fromMs: long.test(rule.record) ? startMs : hour.fromMs })),
    ...theirs.map(({ record, expr }) => ({
      record,
      expr,
      labels: {},
      fromMs: isSlothsMean(record) ? startMs : hour.fromMs,
    })),
  ];
}

describe.skipIf(prometheusProgram === null)('Beside what other tools make of the same SLO', () => {
  let prometheus: RealPrometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus(prometheusProgram!);
    const lived = { counters, minutes, readings: { offsetMs: 17_000, perMinute: 1 } };
    await live(prometheus.url, lived, all.flatMap(ruledOf));
  }, 900_000);
  afterAll(() => prometheus?.stop());

  const ours = async (subject: Subject, window: string, atMs: number): Promise<number> => {
    const count = (what: string) => {
      const rule = recordingsOf(subject).find(({ record }) => record === `slo:sli_${what}:increase${window}`);
      return rule === undefined ? Number.NaN : valueAt(prometheus.url, rule.expr, atMs);
    };
    return (await count('bad')) / (await count('total'));
  };
  const theirs = (expr: string, atMs: number) => valueAt(prometheus.url, expr, atMs);
  /** Of what scrapes had shown by then. */
  const truth = ({ isBad }: Subject, lengthMs: number, atMs: number): number => {
    const from = Math.max(startMs, atMs - minuteMs - lengthMs);
    const within = minutes.slice((from - startMs) / minuteMs, (atMs - minuteMs - startMs) / minuteMs);
    return within.reduce((sum, minute) => sum + isBad(minute), 0) / happened(minutes, from, atMs - minuteMs).total;
  };
  const daysOf = ({ policy }: Subject): number =>
    policy.window.kind === 'Rolling' ? policy.window.lengthMs / dayMs : 30;
  const allowedOf = ({ policy, objective }: Subject): number =>
    policy.objectives.find(({ name }) => name === objective)!.allowedBadFraction;
  const off = (is: number, wanted: number): number => Math.abs(is / wanted - 1);

  /** After the bad hour, in the quiet, and in the middle of it. */
  const moments = [endMs, startMs + 27 * dayMs + 6 * 60 * minuteMs, startMs + 28 * dayMs + 750 * minuteMs];

  test.each(Object.entries(subjects).filter(([name, { peer }]) => peer !== null && name !== 'catalog'))(
    '%s: the share in every window that both have is what happened, and there what is stretched to it',
    async (_, subject) => {
      let compared = 0;
      for (const atMs of moments) {
        for (const { window, expr } of subject.peer!.shares) {
          const own = await ours(subject, window, atMs);
          if (Number.isNaN(own)) continue;
          const said = `${window} at ${new Date(atMs).toISOString()}`;
          const lengthMs = lengthOf(window);
          expect(off(own, truth(subject, lengthMs, atMs)), said).toBeLessThan(1e-9);
          // Of readings a minute apart they do not know what came before the first: of half a busy hour a minute is much, too.
          const unknown = Math.max((1.5 * minuteMs) / (lengthMs - minuteMs), atMs === moments[2] ? 1 / 45 : 0);
          expect(off(await theirs(expr, atMs), own), said).toBeLessThan(unknown);
          compared++;
        }
      }
      expect(compared).toBeGreaterThanOrEqual(3 * 5);
    },
  );

  test.each(Object.entries(subjects).filter(([name]) => name !== 'catalog'))(
    '%s: of the whole window it is what happened',
    async (_, subject) => {
      const days = daysOf(subject);
      expect(off(await ours(subject, `${days}d`, endMs), truth(subject, days * dayMs, endMs))).toBeLessThan(0.001);
    },
  );

  // Where it is slow evenly, a mean of ratios is right but for the luck of quiet minutes.
  test.each([
    ['ingress', 0.001],
    ['ingressLatency', 0.001],
    ['fast', 0.02],
  ] as const)('%s: what is left of the budget is the same', async (name, tolerance) => {
    const subject = subjects[name];
    const spent = (await ours(subject, `${daysOf(subject)}d`, endMs)) / allowedOf(subject);
    expect(off(1 - (await theirs(subject.peer!.left, endMs)), spent)).toBeLessThan(tolerance);
  });

  test('where traffic comes in a busy hour, the mean of ratios that Sloth takes for thirty days hides most of what is spent', async () => {
    const subject = subjects.orders;
    const spent = (await ours(subject, '30d', endMs)) / allowedOf(subject);
    const happenedSo = truth(subject, 30 * dayMs, endMs) / allowedOf(subject);
    const mean = 1 - (await theirs(subject.peer!.left, endMs));
    console.log(
      `orders: ${happenedSo.toFixed(2)} budgets were spent; ours ${spent.toFixed(2)}, the mean of ratios ${mean.toFixed(3)}`,
    );
    expect(off(spent, happenedSo)).toBeLessThan(0.001);
    expect(spent / mean).toBeGreaterThan(10);
    // So the one says that all is well, and the other that it is gone many times over.
    expect([mean < 1, spent > 10]).toEqual([true, true]);
  });

  test('a service without a single error has no share there, and 0 here', async () => {
    const subject = subjects.catalog;
    for (const { window, expr } of subject.peer!.shares) {
      expect(await theirs(expr, endMs), window).toBeNaN();
      expect(await ours(subject, window, endMs), window).toBe(0);
    }
    expect(await theirs(subject.peer!.left, endMs)).toBeNaN();
    expect(await ours(subject, '30d', endMs)).toBe(0);
  });

  /** Minutes after the look began at which it fires. */
  const firing = async (expr: string, forMinutes = 0): Promise<number[]> => {
    const due = new Set<number>();
    for (const { samples } of await seriesOver(prometheus.url, expr, hour.fromMs, hour.toMs))
      for (const [atMs] of samples) due.add((atMs - hour.fromMs) / minuteMs);
    const isDue = (minute: number) =>
      Array.from({ length: forMinutes + 1 }, (_, i) => minute - i).every((m) => due.has(m));
    return [...due].filter(isDue).toSorted((a, b) => a - b);
  };
  const burnsOf = ({ policy, objective }: Subject): BurnAlert[] =>
    alertsOf(policy).alerts.filter(
      (one: Alert): one is BurnAlert => one.kind === 'Burn' && one.objective === objective,
    );
  const firingHere = async (subject: Subject, alerts: readonly BurnAlert[]): Promise<number[]> => {
    const each = await Promise.all(alerts.map((alert) => firing(exprOf(alert, subject.policy))));
    return [...new Set(each.flat())].toSorted((a, b) => a - b);
  };

  test.each(['page', 'ticket'])('orders: %s fires in the same minutes as Sloth does, but for one', async (severity) => {
    const subject = subjects.orders;
    const there = await firing(subject.peer!.alerts.find(({ title }) => title === severity)!.expr);
    const here = await firingHere(
      subject,
      burnsOf(subject).filter((alert) => alert.severity === severity),
    );
    console.log(`orders ${severity}: ${span(here)}, Sloth ${span(there)}`);
    expect(there.length).toBeGreaterThan(30);
    // Where the last minute is the one that they do not know.
    const apart = [...here.filter((m) => !there.includes(m)), ...there.filter((m) => !here.includes(m))];
    expect(apart.length).toBeLessThanOrEqual(1);
  });

  test.each([
    ['1h', '5m 1h'],
    ['6h', '30m 6h'],
  ])('ingress: the page by %s covers that of Pyrra, which waits', async (long, title) => {
    const subject = subjects.ingress;
    const { expr, forMinutes } = subject.peer!.alerts.find((alert) => alert.title === title)!;
    const there = await firing(expr, forMinutes);
    const here = await firingHere(
      subject,
      burnsOf(subject).filter((alert) => alert.long === long),
    );
    console.log(`ingress ${long}: ${span(here)}, Pyrra ${span(there)} after ${forMinutes} min`);
    expect(there.length).toBeGreaterThan(10);
    expect(there.filter((minute) => !here.includes(minute))).toEqual([]);
    expect(there[0]! - here[0]!).toBeGreaterThanOrEqual(forMinutes);
  });
});

const span = (minutes: readonly number[]): string =>
  `${minutes.length} minutes from ${minutes[0]} to ${minutes.at(-1)}`;
