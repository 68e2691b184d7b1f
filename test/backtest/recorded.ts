/** Recordings: a lab world that was lived through, as a file of a Prometheus's answers, and replays of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Line } from '../../src/backtest/line.ts';
import { type BacktestOptions, backtest } from '../../src/commands/backtest.ts';
import type { Decision } from '../../src/decide/decision.ts';
import type { SeriesStore } from '../../src/lab/series/store.ts';
import type { Pass } from '../../src/loop/pass.ts';
import { ramping, Stage, type StageOptions } from '../scenarios/stage.ts';

const folder = mkdtempSync(join(tmpdir(), 'backtest-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

export function file(name: string, text: string): string {
  const path = join(folder, `${files++}-${name}`);
  writeFileSync(path, text);
  return path;
}

export const objectives = [
  { name: 'availability', targetPercent: 99.9 },
  { name: 'latency', indicator: { latency: { percentile: 95, threshold: '300ms' } } },
];

export const policyFile = (spec: Record<string, unknown> = {}): string =>
  file(
    'policy.json',
    JSON.stringify({
      apiVersion: 'steadyrun.dev/v1alpha1',
      kind: 'SLOPolicy',
      metadata: { name: 'api' },
      spec: { service: { project: 'acme', region: 'europe-west1', name: 'api' }, objectives, ...spec },
    }),
  );

const exported = /^(run_googleapis_com:request_(count|latencies_bucket)|http_requests_total)$/;

/** All that the store holds of what is counted, as /api/v1/query answers a range selector: an answer a metric. */
export function exportOf(store: SeriesStore, keeps: (atMs: number) => boolean = () => true): string {
  const selections = store.select({ name: null, matchesName: (name) => exported.test(name), matches: () => true });
  const answers = selections.map(({ name, series }) => ({
    status: 'success',
    data: {
      resultType: 'matrix',
      result: series.map(({ labels, times, values, from, to }) => ({
        metric: { __name__: name, ...labels.labels },
        values: Array.from({ length: to - from }, (_, i) => from + i)
          .filter((i) => keeps(times[i]!))
          .map((i) => [times[i]! / 1000, String(values[i])]),
      })),
    },
  }));
  // As curl appends one to the other.
  return answers.map((answer) => JSON.stringify(answer)).join('');
}

/** A past, up to now. */
export interface Recorded {
  readonly stage: Stage;
  readonly candidate: string;
  readonly path: string;
  readonly endMs: number;
}

export interface Lived extends Recorded {
  /** When the operator decided so, live. */
  readonly decidedMs: (action: Decision['action']) => number;
}

/** With the operator at work: the candidate is deployed at once and has its own control beside it. */
export async function live(
  lengthMin: number,
  env: Record<string, string> = {},
  options: StageOptions = {},
): Promise<Lived> {
  const decided: { atMs: number; action: string }[] = [];
  const onPass = ({ said, beganMs }: Pass) => {
    if (said?.write) decided.push({ atMs: beganMs, action: said.action });
  };
  const { stage, candidate } = await ramping({ ...options, onPass }, env);
  await stage.run(lengthMin);
  return { ...recordedOf(stage, candidate), decidedMs: (action) => decided.find((one) => one.action === action)!.atMs };
}

export function recordedOf(stage: Stage, candidate: string): Recorded {
  // What is recorded is seen to its end.
  stage.world.store.horizonMs = () => Number.POSITIVE_INFINITY;
  const path = file('export.json', exportOf(stage.world.store));
  return { stage, candidate, path, endMs: stage.clock.nowMs() };
}

/** The traffic follows LATEST, so that a deploy takes all of it. */
export async function latest(env: Record<string, string>, lengthMin: number, options: StageOptions = {}) {
  const stage = new Stage(options);
  await stage.run(10);
  const candidate = stage.world.deploy('api', { env });
  await stage.run(lengthMin);
  return recordedOf(stage, candidate);
}

export interface Replayed {
  readonly code: number;
  readonly lines: readonly Line[];
  readonly err: string;
}

type Options = Pick<BacktestOptions, 'from' | 'to'> & Partial<BacktestOptions>;

export async function text(options: Options): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await backtest(
    { policy: options.policy ?? policyFile(), delay: 0, json: false, ...options },
    {
      stdout: {
        write: (more) => {
          out += more;
        },
      },
      stderr: {
        write: (more) => {
          err += more;
        },
      },
    },
  );
  return { code, out, err };
}

export async function replayed(options: Options): Promise<Replayed> {
  const { code, out, err } = await text({ ...options, json: true });
  return {
    code,
    lines:
      out === ''
        ? []
        : out
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line) as Line),
    err,
  };
}
