/**
 * What is decided does not hang on who evaluates the queries. Scenarios run on the virtual clock as ever, but the loop's
 * questions go through the real HTTP client to a real Prometheus 2 or 3, which has been sent what the lab lets be seen. The
 * same is decided, in the same minutes, as with the lab's own evaluator: a rollout that the lab shows is the one that a real
 * server would have led to.
 *
 * The two servers do not answer alike: a range and the lookback hold a sample exactly on their left edge in Prometheus 2 and
 * not in 3. That this makes the one difference, and none to a decision, is shown too: every single answer is the lab's.
 */
import { describe, expect, test } from 'vitest';
import { labPromql } from '../../src/lab/promql-client.ts';
import type { SeriesStore } from '../../src/lab/series/store.ts';
import {
  prometheus3Program,
  prometheusProgram,
  type RealPrometheus,
  startPrometheus,
} from '../lab/promql/real-prometheus.ts';
import { remoteWrite } from '../lab/promql/remote-write.ts';
import { dramas, played } from './dramas.ts';
import { mirroredPromql } from './mirror.ts';
import { type StageOptions, startMs } from './stage.ts';
import { type Disagreement, openOnTheLeft, witnessed } from './witness.ts';

const servers = [
  { major: '2', program: prometheusProgram, asked: labPromql, tolerance: 1e-9, inHalfAMinute: 3 },
  {
    major: '3',
    program: prometheus3Program,
    asked: (store: SeriesStore) => openOnTheLeft(labPromql(store)),
    // The millisecond by which the lab is asked later would move an extrapolation by less than this.
    tolerance: 1e-4,
    inHalfAMinute: 2,
  },
];

describe.each(servers)('On Prometheus $major', ({ major, program, asked, tolerance, inHalfAMinute }) => {
  describe.skipIf(program === null)('as on the evaluator of the lab', () => {
    test.for(dramas)('the same is decided for $name', (drama) =>
      onPrometheus(program!, async ({ url }) => {
        const disagreements: Disagreement[] = [];
        const promql: StageOptions['promql'] = (store, clock) =>
          witnessed(mirroredPromql(url, store, clock), {
            client: asked(store),
            tolerance,
            onDisagreement: (one) => disagreements.push(one),
          });
        const spec = { metrics: { type: 'Prometheus', address: url } };
        const decisions = await played(drama, { promql, spec });
        const inTheLab = await played(drama, { spec });
        // When decisions differ, the first answers that did say why.
        expect.soft(decisions).toEqual(inTheLab);
        expect.soft(disagreements.slice(0, 3)).toEqual([]);
        expect(inTheLab.filter((line) => line.includes(drama.point))).not.toEqual([]);
      }),
    );

    test(`of samples 15 s apart the last half minute holds ${inHalfAMinute}`, () =>
      onPrometheus(program!, async ({ url }) => {
        const samples = [0, 15, 30, 45].map((second): [number, number] => [startMs + second * 1000, second]);
        await remoteWrite(url, [{ metric: { __name__: 'edge' }, samples }]);
        const query = new URLSearchParams({ query: 'count_over_time(edge[30s])', time: String(startMs / 1000 + 45) });
        const { data } = await json(`${url}/api/v1/query?${query}`);
        expect(data).toMatchObject({ result: [{ value: [startMs / 1000 + 45, String(inHalfAMinute)] }] });
        const { data: build } = await json(`${url}/api/v1/status/buildinfo`);
        expect(build).toMatchObject({ version: expect.stringMatching(`^${major}\\.`) });
      }));
  });
});

/** A server of its own for each scenario: they all begin at the same instant, and samples must not go back. */
async function onPrometheus(program: string, use: (server: RealPrometheus) => Promise<void>): Promise<void> {
  const server = await startPrometheus(program);
  try {
    await use(server);
  } finally {
    await server.stop();
  }
}

async function json(url: string): Promise<{ data: unknown }> {
  return (await fetch(url)).json() as Promise<{ data: unknown }>;
}
