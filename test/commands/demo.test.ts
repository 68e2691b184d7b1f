import { describe, expect, test } from 'vitest';
import { acts } from '../../src/commands/demo/acts.ts';
import { flaggerWouldServe } from '../../src/commands/demo/counterfactual.ts';
import { speedFor } from '../../src/commands/demo/pace.ts';
import { frame, type Panel, type Row, summaryTable } from '../../src/commands/demo/screen.ts';
import { Spotlight } from '../../src/commands/demo/spotlight.ts';
import { ago, decision, fresh, latency, nowMs, old, ramping, row, steady } from '../report/statuses.ts';

const sinceMs = nowMs - 14 * 60_000;

const healthy: Panel = {
  name: 'healthy',
  title: 'a healthy candidate',
  status: ramping,
  outcome: null,
  ok: false,
  trends: { availability: [0, 0.0005, 0, 0.001, 0], latency: [0.02, 0.01, 0.018, 0.022, 0.019] },
};

const failing = row('availability', {
  verdict: 'Breaching',
  candidatePercent: 3.28155,
  candidateTotal: 412,
  stablePercent: 0.0502361,
  stableTotal: 39812,
  odds: 2e8,
});
const message = `availability: 3.28 % of 412 bad on ${fresh}, 0.05 % of 39,812 on ${old}, 0.1 % allowed (odds over 1,000,000:1).`;
const bad: Panel = {
  name: 'bad-deploy',
  title: 'a candidate with 5 % errors',
  status: {
    ...steady,
    rejected: [{ revision: fresh, at: ago(2), reason: 'ErrorRateRegression' }],
    objectives: [failing, latency],
    decision: decision('RollBack', 'ErrorRateRegression', message, 2, 30),
  },
  outcome: 'RolledBack',
  ok: true,
  trends: { availability: [0.04, 0.06, 0.05] },
};
const waiting: Panel = { name: 'by-hand', title: 'a person', status: {}, outcome: null, ok: false, trends: {} };

const at = { nowMs, sinceMs, speed: 60 };
const tall = (panels: readonly Panel[], columns: number) => frame(panels, at, { columns, rows: 200 }, 0);

describe('a frame of the demo', () => {
  test('shows for each act the traffic, the evidence with its trend, why, did and next', () => {
    expect(`\n${tall([healthy, bad, waiting], 100)}\n`).toBe(`
Steadyrun in a simulated Cloud Run: 03:00:00, 14 min in, at 60x speed

── a healthy candidate ─────────────────────────────────────────────────────────────────────────────
healthy  ◐ Ramping  api-00002-bbb at 5 %, begun 12 min ago
  api-00001-aaa  ███████████████████   95 %  stable, last good
  api-00002-bbb  █                      5 %  candidate
  TREND             OBJECTIVE      BAD IN CANDIDATE       BAD IN STABLE  LIMIT  ODDS  VERDICT
             ▁▅▁█▁  availability  0.0326 % of 3,063  0.0528 % of 51,148  0.1 %  even  ✔ Healthy
             ▄▂▄▄▄  latency         1.83 % of 3,007    1.96 % of 45,107    5 %  even  ✔ Healthy
  why    Nothing speaks against api-00002-bbb: availability at most 0.122 % bad, latency at most
         2.62 % bad so far.
  did    Step (Healthy), 4 min ago
  next   more traffic to api-00002-bbb while nothing speaks against it; looks again in 15 s

── a candidate with 5 % errors   ✔ RolledBack ──────────────────────────────────────────────────────
bad-deploy  ✔ Steady  api-00001-aaa at 100 %
  api-00001-aaa  ████████████████████  100 %  stable, last good
  api-00002-bbb                          0 %  rejected: ErrorRateRegression
  TREND     OBJECTIVE     BAD IN CANDIDATE       BAD IN STABLE  LIMIT  ODDS              VERDICT
       ▆█▇  availability     3.28 % of 412  0.0502 % of 39,812  0.1 %  over 1,000,000:1  ✖ Breaching
            latency        1.83 % of 3,007    1.96 % of 45,107    5 %  even              ✔ Healthy
  why    availability: 3.28 % of 412 bad on api-00002-bbb, 0.05 % of 39,812 on api-00001-aaa, 0.1 %
         allowed (odds over 1,000,000:1).
  did    RollBack (ErrorRateRegression), 2 min ago
  next   waits for a new revision, or steadyrun.dev/retry: api-00002-bbb; looks again in 30 s

── a person ────────────────────────────────────────────────────────────────────────────────────────
by-hand  ◌ Pending  not adopted yet
  why    No operator has looked at it yet.
  did    nothing yet
  next   looked at as soon as an operator runs; one that does says in its log what it waits for
`);
  });

  test.each([40, 60, 80, 100, 200])('has no line longer than its %d columns', (columns) => {
    const lines = tall([healthy, bad, waiting], columns).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBe(columns);
  });

  test('has a line of each act and all of one where not all have room', () => {
    expect(`\n${frame([healthy, bad, waiting], at, { columns: 80, rows: 23 }, 1)}\n`).toBe(`
Steadyrun in a simulated Cloud Run: 03:00:00, 14 min in, at 60x speed

                 healthy  ◐ Ramping  api-00002-bbb at 5 %, begun 12 min ago
▸  ✔ RolledBack  bad-deploy  ✔ Steady  api-00001-aaa at 100 %
                 by-hand  ◌ Pending  not adopted yet

── a candidate with 5 % errors   ✔ RolledBack ──────────────────────────────────
bad-deploy  ✔ Steady  api-00001-aaa at 100 %
  api-00001-aaa  ████████████████████  100 %  stable, last good
  api-00002-bbb                          0 %  rejected: ErrorRateRegression
  TREND   OBJECTIVE     BAD IN CANDIDATE       BAD IN STABLE  LIMIT  VERDICT
     ▆█▇  availability     3.28 % of 412  0.0502 % of 39,812  0.1 %  ✖ Breaching
          latency        1.83 % of 3,007    1.96 % of 45,107    5 %  ✔ Healthy
  why    availability: 3.28 % of 412 bad on api-00002-bbb, 0.05 % of 39,812 on
         api-00001-aaa, 0.1 % allowed (odds over 1,000,000:1).
  did    RollBack (ErrorRateRegression), 2 min ago
  next   waits for a new revision, or steadyrun.dev/retry: api-00002-bbb; looks
         again in 30 s
`);
  });

  test.each(
    [40, 60, 80, 100, 200].flatMap((columns) => [4, 10, 20, 23, 40, 60].map((rows) => [columns, rows] as const)),
  )('fits %d columns and %d rows, whichever act is shown', (columns, rows) => {
    for (const shown of [0, 1, 2]) {
      const lines = frame([healthy, bad, waiting], at, { columns, rows }, shown).split('\n');
      expect(lines.length).toBeLessThanOrEqual(rows);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
      if (rows >= 10) expect(lines.join('\n')).toContain([healthy, bad, waiting][shown]!.title.slice(0, 30));
    }
  });

  test.each([40, 60, 80])(
    'says in %d columns how many lines there is no room for, and cuts none in silence',
    (columns) => {
      const panels = [healthy, bad, waiting];
      const whole = frame(panels, at, { columns, rows: 28 }, 1).split('\n');
      const short = frame(panels, at, { columns, rows: 12 }, 1).split('\n');
      expect(short.slice(0, 11)).toEqual(whole.slice(0, 11));
      expect(short.at(-1)).toMatch(/^… \d+ more lines: a higher window/);
    },
  );

  test('shows how full the instances are where that is tuned', () => {
    const saturation = { at: ago(2), memory: { percent: 88, sustained: true }, minutesOver24h: 66 };
    const tuned = (mode: string): Panel => ({
      ...healthy,
      status: { ...steady, saturation, tuning: { mode, levers: [] } },
    });
    expect(tall([tuned('Auto')], 100)).toContain('88 %  of the p95 instance');
    expect(tall([tuned('Recommend')], 100)).not.toContain('of the p95 instance');
  });

  test('leaves the trend out where there is no room for it', () => {
    expect(tall([healthy], 100)).toContain('TREND');
    expect(tall([healthy], 80)).not.toContain('TREND');
  });
});

describe('where there is room for one act', () => {
  const panels = [healthy, bad, waiting];
  const shown = (seconds: readonly number[], of: (second: number) => readonly Panel[]) => {
    const spotlight = new Spotlight();
    return seconds.map((second) => spotlight.on(of(second), second * 1000));
  };

  test('each has its turn of five seconds', () => {
    expect(shown([0, 4, 5, 9, 10, 14, 15], () => panels)).toEqual([0, 0, 1, 1, 2, 2, 0]);
  });

  test('an act that has ended is shown once more, and then no longer', () => {
    const ended = (second: number) =>
      second < 12 ? panels : [{ ...healthy, outcome: 'Promoted' as const }, bad, waiting];
    expect(shown([0, 5, 10, 15, 20, 25, 30], ended)).toEqual([0, 1, 2, 0, 2, 2, 2]);
  });

  test('where something is decided meanwhile is shown next', () => {
    const decided = {
      ...healthy,
      status: { ...ramping, decision: decision('Hold', 'SplitByHand', 'moved by hand', 0, 30) },
    };
    expect(shown([0, 5, 10, 15, 20], (second) => (second < 16 ? panels : [decided, bad, waiting]))).toEqual([
      0, 1, 2, 0, 0,
    ]);
  });
});

test.each([
  [30_000, 75],
  [15_000, 75],
  [7_500, 38],
  [200, 5],
])(
  'where a second is enough for %d of the world, the demo runs %d times as fast as the wall',
  (worldPerWall, speed) => {
    expect(speedFor(worldPerWall)).toBe(speed);
  },
);

const summed: readonly Row[] = [
  {
    name: 'healthy',
    expected: 'Promoted',
    outcome: 'Promoted',
    ok: true,
    seconds: 3012,
    badRequestsServed: 61,
    counterfactual: { flagger: 158 },
  },
  {
    name: 'bad-deploy',
    expected: 'RolledBack',
    outcome: 'Unfinished',
    ok: false,
    seconds: 540,
    badRequestsServed: 1204,
    counterfactual: { flagger: 181 },
  },
];

test('the summary has a line an act', () => {
  expect(`\n${summaryTable(summed)}\n`).toBe(`
ACT         EXPECTED    OUTCOME        MINUTES  BAD REQUESTS  WITH FLAGGER
healthy     Promoted    Promoted    ✔       50            61           158
bad-deploy  RolledBack  Unfinished  ✖        9         1,204           181
`);
});

test.each([40, 60, 76, 80, 200])(
  'in a terminal of %d columns the summary has room, and names what it leaves out',
  (columns) => {
    const lines = summaryTable(summed, { isTTY: true, columns }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    for (const { name, outcome } of summed) {
      expect(lines.join('\n')).toContain(name);
      expect(lines.join('\n')).toContain(outcome);
    }
    expect(lines.join(' ').includes('No room for')).toBe(columns < 76);
  },
);

describe('the counterfactual of an act', () => {
  const policy = {
    apiVersion: 'steadyrun.dev/v1alpha1',
    kind: 'SLOPolicy',
    metadata: { name: 'x' },
    spec: {
      service: { project: 'acme', region: 'europe-west1', name: 'x' },
      objectives: [{ name: 'a', targetPercent: 99.9 }],
    },
  };
  const act = (name: string) => acts.find((known) => known.name === name)!;

  test("is what Flagger's rule lets through of 5 % errors: six minutes at 10 % of the traffic", () => {
    const served = flaggerWouldServe(act('bad-deploy'), policy, 100, 1);
    expect(served).toBeGreaterThan(0.05 * 10 * 300);
    expect(served).toBeLessThan(0.05 * 10 * 480);
  });

  test('is the same for the same seed, and of a healthy candidate the usual few', () => {
    expect(flaggerWouldServe(act('healthy'), policy, 3600, 1)).toBe(flaggerWouldServe(act('healthy'), policy, 3600, 1));
    expect(flaggerWouldServe(act('healthy'), policy, 3600, 1)).toBeLessThan(0.0005 * 100 * 3600 * 1.2);
  });
});
