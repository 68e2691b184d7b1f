/** What the rules count where counters begin anew, and of metrics that Google keeps as changes: never more than there was. */
import { describe, expect, test } from 'vitest';
import type { Recording } from '../../src/generate/recordings.ts';
import { rulesOf } from '../../src/generate/rules.ts';
import { labPromql } from '../../src/lab/promql-client.ts';
import { SeriesStore } from '../../src/lab/series/store.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { validPolicy } from '../policy/valid.ts';
import { both } from './both.ts';

const minuteMs = 60_000;
const startMs = Date.parse('2026-01-05T00:00:00Z');
const plain = { type: 'Prometheus', address: 'http://prometheus:9090', auth: null } as const;

/** The recordings of a policy's first objective as a server evaluates them, those before first. */
function ruler(policy: Policy, store: SeriesStore) {
  const recordings = rulesOf(policy)
    .groups.flatMap(({ rules }) => rules)
    .filter((rule): rule is Recording => 'record' in rule);
  const named = (record: string) => recordings.find((rule) => rule.record === record);
  const own = new SeriesStore();
  const ask = async ({ expr }: Recording, atMs: number) => {
    const samples = await labPromql(both(store, own)).instant(policy.metrics, expr, atMs);
    expect(samples.length).toBeLessThanOrEqual(1);
    return samples[0]?.value ?? null;
  };
  let dueMs = startMs;
  return {
    named,
    async at(atMs: number, ...records: string[]): Promise<(number | null)[]> {
      const restarts = named('slo:sli_counters:resets10m')!;
      for (; dueMs <= atMs; dueMs += minuteMs) {
        own.series(restarts.record, restarts.labels).append(dueMs, (await ask(restarts, dueMs))!);
      }
      return Promise.all(records.map((record) => ask(named(record)!, atMs)));
    },
  };
}

/** Six hundred requests in one minute of ten. */
const bursts = (second: number): number =>
  600 * Math.floor(second / 600) + Math.max(0, Math.min(600, 10 * ((second % 600) - 420)));
const healedAtS = 30 * 60;

const kinds = {
  'good by all': {
    objective: { name: 'it', targetPercent: 99.9, indicator: { ratio: { good: 'ok_total', total: 'all_total' } } },
    series: { ok_total: [{}, 'good'], all_total: [{}, 'all'] },
  },
  'a histogram': {
    objective: {
      name: 'it',
      indicator: {
        latency: {
          threshold: '300ms',
          query: 'histogram_quantile(0.95, sum by (le) (rate(d_seconds_bucket{job="api"}[5m])))',
        },
      },
    },
    series: {
      d_seconds_bucket: [{ job: 'api', le: '0.3' }, 'good'],
      'd_seconds_bucket ': [{ job: 'api', le: '+Inf' }, 'all'],
    },
  },
} as const;

describe.each(Object.entries(kinds))('an instance that was all bad and is healed by its restart, by %s', (_, kind) => {
  test.each([15, 60])('is nothing bad in any window after it (read every %i s)', async (everyS) => {
    const policy = validPolicy([kind.objective], { metrics: { type: 'Prometheus', address: plain.address } });
    const store = new SeriesStore();
    for (const [name, [labels, what]] of Object.entries(kind.series)) {
      const series = store.series(name.trim(), { ...labels, instance: 'a', revision_name: 'r' });
      for (let second = 7; second <= 8 * 3600; second += everyS) {
        const before = what === 'all' ? bursts(second) : 0;
        series.append(startMs + 1000 * second, second < healedAtS ? before : bursts(second) - bursts(healedAtS));
      }
    }
    for (const [window, minutes] of Object.entries({ '5m': 5, '1h': 60, '6h': 360 })) {
      const rules = ruler(policy, store);
      for (let minute = 31 + minutes; minute < 45 + minutes; minute++) {
        const atMs = startMs + minute * minuteMs;
        const [bad] = await rules.at(atMs, `slo:sli_bad:increase${window}`);
        expect(Math.abs(bad!), `${window} at minute ${minute}`).toBeLessThan(1e-6);
      }
    }
  });
});

test('what came before a restart and after it are both counted, also where it shows more by then', async () => {
  const indicator = { ratio: { bad: 'bad_total', total: 'all_total' } };
  const policy = validPolicy([{ name: 'it', targetPercent: 99.9, indicator }], {
    metrics: { type: 'Prometheus', address: plain.address },
  });
  const store = new SeriesStore();
  for (const [name, each] of [
    ['bad_total', 1],
    ['all_total', 100],
  ] as const) {
    const series = store.series(name, { instance: 'a', revision_name: 'r' });
    for (let minute = 0; minute <= 120; minute++) {
      series.append(startMs + minute * minuteMs, each * (minute < 30 ? minute : 5 * (minute - 30)));
    }
  }
  const rules = ruler(policy, store);
  for (const [minute, bad] of [
    [61, 28 + 155],
    [80, 9 + 250],
    [88, 1 + 290],
  ] as const) {
    const atMs = startMs + minute * minuteMs;
    const counts = await rules.at(atMs, 'slo:sli_bad:increase1h', 'slo:sli_total:increase1h');
    for (const [i, each] of [1, 100].entries()) expect(counts[i]! / (each * bad)).toBeCloseTo(1, 1);
  }
});

test('a counter that shows less than it did, and was not seen to fall, is not counted below nothing', async () => {
  const indicator = { ratio: { bad: 'bad_total', total: 'all_total' } };
  const policy = validPolicy([{ name: 'it', targetPercent: 99.9, indicator }], {
    metrics: { type: 'Prometheus', address: plain.address },
  });
  const store = new SeriesStore();
  for (const name of ['bad_total', 'all_total']) {
    const series = store.series(name, { instance: 'a', revision_name: 'r' });
    // As a server with a longer memory shows it.
    for (let minute = 0; minute <= 30; minute++)
      series.append(startMs + minute * minuteMs, minute < 20 ? 10_000 : 10 * minute);
  }
  const { named } = ruler(policy, store);
  const own = new SeriesStore();
  const restarts = named('slo:sli_counters:resets10m')!;
  own.series(restarts.record, restarts.labels).append(startMs + 24 * minuteMs, 0);
  const expr = named('slo:sli_total:increase5m')!.expr;
  const samples = await labPromql(both(store, own)).instant(plain, expr, startMs + 24 * minuteMs);
  expect(samples.map(({ value }) => value >= 0)).toEqual([true]);
});

test.each(['logging_googleapis_com:user:', 'loadbalancing_googleapis_com:https:'])(
  'what Google keeps as changes (%s…) is asked for by increase, whoever counts by it',
  async (prefix) => {
    const [bad, total] = [`${prefix}failures`, `${prefix}payments`];
    const policy = validPolicy([{ name: 'it', targetPercent: 99.9, indicator: { ratio: { bad, total } } }], {
      revisionLabel: 'revision_name',
    });
    const texts = rulesOf(policy)
      .groups.flatMap(({ rules }) => rules)
      .filter((rule): rule is Recording => 'record' in rule && rule.expr.includes(prefix))
      .map(({ expr }) => expr);
    expect(texts.length).toBeGreaterThan(5);
    expect(texts.filter((text) => /offset|resets/.test(text))).toEqual([]);
  },
);
