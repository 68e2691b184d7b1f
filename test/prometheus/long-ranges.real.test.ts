/** A month that a real server refuses to answer at once, and how long a question may be that it does answer. */
import { describe, expect, test } from 'vitest';
import { questionOf } from '../../src/decide/budget/asked.ts';
import { createPromqlClient } from '../../src/prometheus/http.ts';
import { PromqlMetrics } from '../../src/prometheus/metrics.ts';
import { prometheus3Program, prometheusProgram, startPrometheus } from '../lab/promql/real-prometheus.ts';
import { remoteWrite } from '../lab/promql/remote-write.ts';
import { validPolicy } from '../policy/valid.ts';
import { counters, dayMs, hourMs, minuteMs, scrapesOf, shownAs, tenASecond } from './restarting.ts';

const fromMs = Date.parse('2026-01-05T00:00:00Z');
const untilMs = fromMs + 31 * dayMs;

const servers = [
  ['2', prometheusProgram],
  ['3', prometheus3Program],
] as const;

describe.each(servers)('Prometheus %s', (_, program) => {
  test.skipIf(program === null)(
    'with a limit of samples is asked in parts, and its budget is that of one without',
    async () => {
      const done = tenASecond(fromMs, (minute) => (minute % 180 >= 125 && minute % 180 < 140 ? 0.6 : 0.01));
      const process = {
        fromMs,
        untilMs,
        restartsMs: [9.3 * dayMs + fromMs],
        everyMs: 5 * minuteMs,
        phaseMs: 3_217,
        done,
      };
      const shown = shownAs(scrapesOf(process), { instance: 'a', revision_name: 'old' });
      const policy = validPolicy([{ name: 'own', targetPercent: 99, indicator: { ratio: counters } }], {
        metrics: { type: 'Prometheus', address: 'http://prometheus:9090', revisionLabel: 'revision_name' },
      });

      async function budgetOf(flags: readonly string[]) {
        const server = await startPrometheus(program!, flags);
        const calls: string[] = [];
        try {
          for (let atMs = fromMs; atMs <= untilMs; atMs += hourMs) {
            const series = shown.map(({ name, labels, samples }) => ({
              metric: { __name__: name, ...labels },
              samples: samples.filter(([ms]) => ms >= atMs && ms < atMs + hourMs),
            }));
            await remoteWrite(server.url, series);
          }
          const client = createPromqlClient({
            access: { labOrigin: new URL(server.url) },
            version: 'test',
            signal: new AbortController().signal,
            onCall: (kind, code) => calls.push(`${kind} ${code}`),
          });
          const { metrics: source, service, revisionLabel } = policy;
          const question = questionOf(policy, untilMs - hourMs);
          return {
            answer: await new PromqlMetrics(client).budget({ source, service, revisionLabel, ...question }),
            calls: calls.filter((call) => call.startsWith('range')),
          };
        } finally {
          await server.stop();
        }
      }

      const whole = await budgetOf([]);
      const parts = await budgetOf(['--query.max-samples=900']);
      expect(whole.answer).toMatchObject({ kind: 'Known', value: { byObjective: { own: { kind: 'Known' } } } });
      expect(parts.answer).toEqual(whole.answer);
      expect(new Set(whole.calls)).toEqual(new Set(['range OK']));
      expect(parts.calls).toContain('range ProviderError');
      expect(parts.calls.filter((call) => call === 'range OK').length).toBeGreaterThan(whole.calls.length);
    },
  );
});
