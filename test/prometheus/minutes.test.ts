/** What is remembered of minutes, beside what somebody who remembers nothing is told. */
import { expect, test } from 'vitest';
import type { MetricsSource } from '../../src/policy/policy.ts';
import { PromqlMetrics } from '../../src/prometheus/metrics.ts';
import type { PromqlClient } from '../../src/prometheus/promql.ts';

const google: MetricsSource = { type: 'GoogleManagedPrometheus', project: 'acme' };
const minuteMs = 60_000;
const startMs = Date.parse('2026-01-05T08:00:00Z');
const at = (minute: number): number => startMs + minute * minuteMs;

/** A server that shows a minute of a service from then on. */
function serving(services: readonly string[], visibleMs: (service: string, endMs: number) => number) {
  let nowMs = 0;
  const client: PromqlClient = {
    instant: async () => [],
    range: async (_, query, fromMs, toMs, stepMs) =>
      services
        .filter((name) => query.includes(name))
        .map((name) => {
          const points: { atMs: number; value: number }[] = [];
          for (let atMs = fromMs; atMs <= toMs; atMs += stepMs)
            if (visibleMs(name, atMs) <= nowMs) points.push({ atMs, value: 1 });
          const labels = { location: 'r', service_name: name, revision_name: `${name}-1` };
          return { labels: { ...labels, steadyrun_part: 'activeInstances' }, points };
        }),
  };
  return {
    client,
    isNow: (ms: number) => {
      nowMs = ms;
    },
  };
}

/** The minutes that are told. */
async function told(metrics: PromqlMetrics, name: string, fromMs: number, nowMs: number): Promise<number[]> {
  const service = { project: 'acme', region: 'r', name };
  const answer = await metrics.saturation({ source: google, service, revisions: [`${name}-1`], fromMs, nowMs });
  if (answer.kind === 'Unknown') throw new Error(answer.message);
  return (answer.value[`${name}-1`] ?? []).map(({ endMs }) => (endMs - startMs) / minuteMs);
}

test.each([0, 5, 12])(
  'minutes that came late are found in company as alone, from a window that begins at minute %d',
  async (begin) => {
    const late = (name: string, endMs: number) =>
      name === 'bbb' && endMs >= at(2) && endMs <= at(14) ? at(23) : endMs + 2 * minuteMs;
    const found: number[][] = [];
    for (const inCompany of [false, true]) {
      const { client, isNow } = serving(['aaa', 'bbb'], late);
      const metrics = new PromqlMetrics(client);
      let last: number[] = [];
      for (const minute of [15, 24, 33, 42]) {
        isNow(at(minute));
        if (inCompany) await told(metrics, 'aaa', at(minute - 12), at(minute));
        last = await told(metrics, 'bbb', at(begin), at(minute));
      }
      found.push(last);
    }
    expect(found[1]).toEqual(found[0]);
  },
);

test.each([1, 10, 24 * 60])('a clock that was %d min ahead for one look leaves nothing behind', async (ahead) => {
  const { client, isNow } = serving(['aaa'], (_, endMs) => endMs + 2 * minuteMs);
  const metrics = new PromqlMetrics(client);
  isNow(at(30));
  await told(metrics, 'aaa', at(0), at(30));
  await told(metrics, 'aaa', at(0), at(30 + ahead));
  for (const minute of [31, 35, 40, 45, 60]) {
    isNow(at(minute));
    const fresh = await told(new PromqlMetrics(client), 'aaa', at(0), at(minute));
    expect(await told(metrics, 'aaa', at(0), at(minute)), `minute ${minute}`).toEqual(fresh);
  }
});
