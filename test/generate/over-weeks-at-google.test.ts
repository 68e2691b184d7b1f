/**
 * What the generated rules say of an hour, six, a day, three and thirty of Cloud Run's own metrics, which Google keeps as what
 * came in each minute, against the very events of five weeks.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Recording } from '../../src/generate/recordings.ts';
import { rulesOf } from '../../src/generate/rules.ts';
import { labPromql } from '../../src/lab/promql-client.ts';
import { SeriesStore } from '../../src/lab/series/store.ts';
import {
  countersOf,
  dayMs,
  happened,
  type LifeName,
  lives,
  minuteMs,
  minutesOf,
  samplesOf,
  startMs,
} from '../lab/past/recorded.ts';
import { validPolicy } from '../policy/valid.ts';

const hourMs = 60 * minuteMs;
const windows = { '1h': hourMs, '6h': 6 * hourMs, '1d': dayMs, '3d': 3 * dayMs, '30d': 30 * dayMs } as const;

/** As the outage begins, in its middle and at its end, in and after a bad hour, at both ends of a day after it, in the quiet. */
const moments = [
  [33, 3, 1],
  [33, 3, 3],
  [33, 3, 20],
  [33, 3, 30],
  [33, 3, 32],
  [33, 3, 35],
  [33, 12, 30],
  [33, 14, 10],
  [34, 3, 2],
  [34, 3, 10],
  [34, 3, 29],
  [34, 3, 30],
  [34, 3, 33],
  [34, 13, 30],
  [34, 15, 0],
  [35, 0, 0],
].map(([day, hour, minute]) => startMs + day! * dayMs + hour! * hourMs + minute! * minuteMs);

const policy = validPolicy([{ name: 'availability', targetPercent: 99.9 }], { window: '30d' });
const recordings = rulesOf(policy)
  .groups.flatMap(({ rules }) => rules)
  .filter((rule): rule is Recording => 'record' in rule);
const ruleOf = (what: string, window: string) =>
  recordings.find(({ record }) => record === `slo:sli_${what}:increase${window}`)!;

const newestOf = (what: string) => recordings.find(({ record }) => record === `slo:sli_${what}:newest`)!;

describe.each(Object.keys(lives) as LifeName[])('%s', (life) => {
  const minutes = minutesOf(life);
  const store = new SeriesStore();
  for (const counter of countersOf().filter(({ name }) => name.startsWith('run_'))) {
    const series = store.series(counter.name, counter.labels);
    for (const { atMs, value } of samplesOf(counter, minutes)) series.append(atMs, value);
  }
  const recorded = new SeriesStore();
  const [google, own] = [labPromql(store), labPromql(recorded)];
  const plain = { type: 'Prometheus', address: 'http://prometheus:9090', auth: null } as const;

  async function valueAt(query: string, atMs: number): Promise<number> {
    const samples = query.includes('slo:')
      ? await own.instant(plain, query, atMs)
      : await google.instant(policy.metrics, query, atMs);
    expect(samples.length).toBeLessThanOrEqual(1);
    return samples[0]?.value ?? 0;
  }

  beforeAll(async () => {
    const endMs = startMs + minutes.length * minuteMs;
    for (const what of ['bad', 'total']) {
      for (const { record, expr, labels } of [ruleOf(what, '5m'), newestOf(what)]) {
        for (const { labels: found, points } of await google.range(policy.metrics, expr, startMs, endMs, minuteMs)) {
          const series = recorded.series(record, { ...found, ...labels });
          for (const { atMs, value } of points) series.append(atMs, value);
        }
      }
    }
  });

  test.each(Object.entries(windows))('the rules tell of %s what happened', async (window, lengthMs) => {
    for (const atMs of moments) {
      const bad = await valueAt(ruleOf('bad', window).expr, atMs);
      const total = await valueAt(ruleOf('total', window).expr, atMs);
      const events = happened(minutes, atMs - lengthMs, atMs);
      const said = `until ${new Date(atMs).toISOString()}: ${bad} of ${total}, ${events.bad} of ${events.total}`;
      // To the event; but fifths are added up.
      expect(
        [bad, total].map((count) => Math.round(count * 1e6) / 1e6),
        said,
      ).toEqual([events.bad, events.total]);
    }
  });
});

describe('a day of what was recorded', () => {
  const atMs = startMs + dayMs;
  const plain = { type: 'Prometheus', address: 'http://prometheus:9090', auth: null } as const;
  const labels = { policy: 'default/api', sloth_slo: 'availability' };

  /** What five minutes had at each evaluation, and what the newest lacked: null where there was none. */
  async function dayOf(five: (minute: number) => number | null, newest: (minute: number) => number | null) {
    const store = new SeriesStore();
    for (const [name, values] of [
      ['slo:sli_bad:increase5m', five],
      ['slo:sli_bad:newest', newest],
    ] as const) {
      const series = store.series(name, labels);
      for (let minute = 0; minute <= 1440; minute++) {
        const value = values(minute);
        if (value !== null) series.append(startMs + minute * minuteMs, value);
      }
    }
    const samples = await labPromql(store).instant(plain, ruleOf('bad', '1d').expr, atMs);
    return samples.map(({ value }) => Math.round(value * 1e6) / 1e6);
  }

  test('is told, too, where nobody knows what the newest minutes lack', async () => {
    expect(
      await dayOf(
        () => 5,
        () => null,
      ),
    ).toEqual([1440]);
  });

  test('is nothing, and not less, where the evaluations after an outage before it were left out', async () => {
    const five = (minute: number) => (minute > 0 && minute < 10 ? null : 0);
    const newest = (minute: number) => (minute === 0 ? 400 : minute < 10 ? null : 0);
    expect(await dayOf(five, newest)).toEqual([0]);
  });
});
