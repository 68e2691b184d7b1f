/** Recordings: a lab world that was lived through, as a file of a Prometheus's answers, and replays of it. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Line } from '../../src/backtest/line.ts';
import { type BacktestOptions, backtest } from '../../src/commands/backtest.ts';
import type { SeriesStore } from '../../src/lab/store.ts';

const folder = mkdtempSync(join(tmpdir(), 'backtest-'));
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
