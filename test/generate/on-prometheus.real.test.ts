/**
 * Every query that is generated is answered by real servers, with what the lab answers: alerts, panels and annotations, of every
 * kind of promise, on a service whose canary fails and is slow.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Vector } from '../../src/counting/vector.ts';
import { labPromql } from '../../src/lab/promql-client.ts';
import { writePast } from '../backtest/scraped.ts';
import {
  prometheus3Program,
  prometheusProgram,
  type RealPrometheus,
  startPrometheus,
} from '../lab/promql/real-prometheus.ts';
import { find } from '../real/run.ts';
import { drawnPolicies } from './drawn-policies.ts';
import { everyKindAt, queriesOf } from './every-kind.ts';
import { endMs, type TwoRevisions, twoRevisions } from './two-revisions.ts';

const servers = [
  { major: '2', program: prometheusProgram, flags: ['--enable-feature=native-histograms'], tolerance: 1e-9 },
  // A range is open on the left there: of the thirteen slices that an hour holds otherwise, the first is not seen.
  { major: '3', program: prometheus3Program, flags: [], tolerance: 0.1 },
];
const policy = everyKindAt('Prometheus');

describe.each(servers)('on Prometheus $major', ({ program, flags, tolerance }) => {
  describe.skipIf(program === null)('everything that is generated', () => {
    let prometheus: RealPrometheus;
    let lived: TwoRevisions;
    beforeAll(async () => {
      lived = twoRevisions();
      prometheus = await startPrometheus(program!, flags);
      await writePast(prometheus.url, lived.world.store, endMs, /./);
    });
    afterAll(() => prometheus?.stop());

    test('is answered, and as the lab answers it', async () => {
      const promql = labPromql(lived.world.store);
      const unlike: object[] = [];
      for (const [from, query] of queriesOf(policy)) {
        const real = await answerOf(prometheus.url, query);
        // The lab has no native histograms, nor what is asked of them.
        if (/request_seconds/.test(query)) continue;
        const expected = await promql.instant(policy.metrics, query, endMs);
        if (!alike(real, expected, tolerance)) unlike.push({ from, query, real, expected });
      }
      expect(unlike.slice(0, 2)).toEqual([]);
    });

    test('says something wherever the lab has the metrics', async () => {
      const silent: string[] = [];
      for (const [from, query] of queriesOf(policy)) {
        const isShown = /by revision|Burn rate|Error budget/.test(from);
        if (!isShown || /request_seconds|cloudsql/.test(query) || /\[3d/.test(query)) continue;
        if ((await answerOf(prometheus.url, query)).length === 0) silent.push(`${from}: ${query}`);
      }
      expect(silent).toEqual([]);
    });
  });
});

const folder = mkdtempSync(join(tmpdir(), 'steadyrun-queries-'));
afterAll(() => rmSync(folder, { recursive: true }));

const promtool = process.env.PROMTOOL || find('promtool');

describe.skipIf(promtool === null)('promtool', () => {
  test('takes every query of 100 policies of all kinds', () => {
    const queries = drawnPolicies(100).flatMap((drawn) => queriesOf(drawn).map(([, query]) => query));
    expect(queries.length).toBeGreaterThan(4_000);
    expect(refused(queries)).toBe('');
    expect(refused([...queries, 'rate(up)'])).toContain('expected type range vector');
  });
});

/** What promtool says against any of them; it knows the types of functions, too. */
function refused(queries: readonly string[]): string {
  const rules = queries.map((expr, i) => ({ record: `query:${i}`, expr }));
  const file = join(folder, 'rules.yaml');
  writeFileSync(file, stringify({ groups: [{ name: 'queries', rules }] }));
  const { stderr, status } = spawnSync(promtool!, ['check', 'rules', file], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return status === 0 ? '' : stderr;
}

/** Throws in the server's words where it refuses the query. */
async function answerOf(url: string, query: string): Promise<Vector> {
  const body = new URLSearchParams({ query, time: String(endMs / 1000) });
  const response = await fetch(`${url}/api/v1/query`, { method: 'POST', body });
  const { status, error, data } = (await response.json()) as Answer;
  if (status !== 'success') throw new Error(`${query}: ${error}`);
  return data.result.map(({ metric, value: [, text] }) => ({ labels: metric, value: Number(text) }));
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: { readonly result: readonly { metric: Record<string, string>; value: [number, string] }[] };
}

function alike(real: Vector, expected: Vector, tolerance: number): boolean {
  const text = ({ labels }: Vector[number]) => JSON.stringify(Object.entries(labels).sort());
  const values = new Map(expected.map((sample) => [text(sample), sample.value]));
  return (
    real.length === expected.length &&
    real.every((sample) => {
      const value = values.get(text(sample));
      if (value === undefined) return false;
      return value === sample.value || Math.abs(value - sample.value) <= tolerance * Math.max(Math.abs(value), 1e-3);
    })
  );
}
