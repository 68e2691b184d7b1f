/**
 * The command asks a real Prometheus 2 and 3 for a past that it holds, and is given the same past as a file of that server's
 * own answers: the same is decided, at the same minutes, and it is what such a past deserves.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Line } from '../../src/backtest/line.ts';
import { iso } from '../../src/facts/time.ts';
import { type Ended, steadyrun } from '../commands/cli.ts';
import { prometheus3Program, prometheusProgram, startPrometheus } from '../lab/promql/real-prometheus.ts';
import { ownQueries } from '../own-queries.ts';
import { minutes, startMs } from '../scenarios/stage.ts';
import { file, type Lived, latest, live, objectives, policyFile, type Recorded } from './recorded.ts';
import { exportFrom, writePast } from './scraped.ts';

const stable = 'api-00001-aaa';
const rps = 200;

const canaries = [
  {
    name: "errors, by Cloud Run's own metrics",
    spec: { objectives },
    env: { LAB_ERROR_PERCENT: '5' },
    // So old a sample is when the operator believes it.
    options: ['--delay', '180s'],
    objective: 'availability',
    reason: 'ErrorRateRegression',
  },
  {
    name: "slowness, by the team's own queries",
    spec: { objectives: ownQueries('api') },
    env: { LAB_LATENCY_MS: '200/700/1200' },
    options: [],
    objective: 'latency',
    reason: 'LatencyRegression',
  },
];
const servers = [
  { major: '2', program: prometheusProgram },
  { major: '3', program: prometheus3Program },
];

let alone: Recorded;
const beside = new Map<string, Lived>();
beforeAll(async () => {
  alone = await latest({ LAB_ERROR_PERCENT: '30' }, 30, { rps, world: { historyMs: minutes(24 * 60) } });
  for (const { name, env, spec } of canaries) {
    const world = { historyMs: minutes(6 * 60) };
    beside.set(name, await live(30, env, { rps, websockets: true, world, spec }));
  }
});

describe.each(servers)('steadyrun backtest on Prometheus $major', ({ program }) => {
  describe.skipIf(program === null)('and on an export of it', () => {
    test.each(canaries)('rolls a canary back for its $name, when the operator did', async (canary) => {
      const { spec, options, objective, reason } = canary;
      const past = beside.get(canary.name)!;
      const { asked, exported } = await bothWays(program!, past, spec, options);
      expect(exported).toEqual(asked);

      expect(asked[0]).toMatchObject({ action: 'Start', reason: 'NewRevision' });
      const verdict = asked.at(-1)!;
      expect(verdict).toMatchObject({ action: 'RollBack', percent: 0, reason });
      expect(verdict.message).toMatch(new RegExp(`^${objective}: .* bad on ${past.candidate}, .* on ${stable}, `));
      const { candidate, control, odds } = verdict.evidence[objective]!;
      expect(candidate.total).toBeGreaterThan(100);
      expect(control.total).toBeGreaterThan(10_000);
      expect(odds).toBeGreaterThan(100);
      expect(Math.abs(Date.parse(verdict.at) - past.decidedMs('RollBack'))).toBeLessThanOrEqual(minutes(1));
    });

    test('only advises where nothing served beside the candidate', async () => {
      const { asked, exported } = await bothWays(program!, alone, { objectives }, []);
      expect(exported).toEqual(asked);

      const said = asked.map(({ action, percent, reason }) => ({ action, percent, reason }));
      const advice = { percent: 100, reason: 'WithoutControl' };
      expect(said.slice(0, -1)).toEqual(said.slice(1).map(() => ({ ...advice, action: 'None' })));
      expect(said.at(-1)).toEqual({ ...advice, action: 'Hold' });
      const { message, evidence } = asked.at(-1)!;
      expect(message).toMatch(
        new RegExp(
          `^Advice only: .*the previous 24 h of ${stable}.* speaks against ${alone.candidate}; nothing is moved`,
        ),
      );
      // A whole day of what came before, up to what a window at its edge may miss.
      expect(evidence.availability!.control.total / (rps * 24 * 3600)).toBeCloseTo(1, 2);
    });
  });
});

interface Replays {
  readonly asked: readonly Line[];
  readonly exported: readonly Line[];
}

/** On a server of its own: the pasts begin at the same instant, and are of the same service. */
async function bothWays(
  program: string,
  { stage, endMs }: Recorded,
  spec: Record<string, unknown>,
  options: readonly string[],
): Promise<Replays> {
  const range = ['--from', iso(startMs), '--to', iso(endMs)];
  const replay = (...source: string[]) =>
    steadyrun('backtest', '--policy', policyFile(spec), ...range, '--json', ...options, ...source);
  const { url, stop } = await startPrometheus(program);
  try {
    await writePast(url, stage.world.store, endMs);
    const asked = linesOf(await replay('--prometheus', url));
    const selectors = lackingIn(await replay('--export', file('nothing.json', nothing)));
    const answers = file('answers.json', await exportFrom(url, selectors, endMs));
    return { asked, exported: linesOf(await replay('--export', answers)) };
  } finally {
    await stop();
  }
}

function linesOf({ code, out, err }: Ended): Line[] {
  expect({ code, err }).toEqual({ code: 0, err: expect.stringMatching(/^What came after \S+ is not judged\.\n$/) });
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

const nothing = '{"status":"success","data":{"resultType":"matrix","result":[]}}';

/** What is to be exported is said by the command itself, of a file that lacks it. */
function lackingIn({ err }: Ended): string[] {
  const [, selectors] = / holds no samples of (.*) in the range: /.exec(err)!;
  return selectors!.split(', nor of ');
}
