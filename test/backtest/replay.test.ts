/** Lived through in the lab, exported, replayed. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Line } from '../../src/backtest/line.ts';
import { prometheusDoor } from '../../src/lab/doors/prometheus.ts';
import { minutes, ramping, Stage, startMs } from '../scenarios/stage.ts';
import { exportOf, file, type Lived, latest, live, policyFile, recordedOf, replayed, text } from './recorded.ts';

const stable = 'api-00001-aaa';
const delay = 120_000;

const at = ({ at: text }: Line): number => Date.parse(text);
const actions = (lines: readonly Line[]): Set<string> => new Set(lines.map(({ action }) => action));
const back = ['RollBack', 'Withdraw', 'Promote'];

describe('a canary with 5 % errors', () => {
  let recorded: Lived;
  beforeAll(async () => {
    recorded = await live(40, { LAB_ERROR_PERCENT: '5' });
  });

  test('is rolled back when the operator did, for the same reason', async () => {
    const { candidate, path, endMs, decidedMs } = recorded;
    const { code, lines, err } = await replayed({ from: startMs, to: endMs, export: path, delay });
    expect(code).toBe(0);
    const last = lines.at(-1)!;
    expect(last).toMatchObject({
      action: 'RollBack',
      percent: 0,
      reason: 'ErrorRateRegression',
      message: expect.stringContaining(candidate),
    });
    expect(Math.abs(at(last) - decidedMs('RollBack'))).toBeLessThanOrEqual(minutes(2));
    const { availability, latency } = last.evidence;
    expect(availability!.odds).toBeGreaterThan(100);
    expect(availability!.candidate.bad / availability!.candidate.total).toBeGreaterThan(0.02);
    expect(availability!.control.total).toBeGreaterThan(10_000);
    expect(availability!.allowed).toBe(0.001);
    expect(latency!.odds).toBeLessThan(20);
    expect(lines[0]).toMatchObject({ action: 'Start', percent: 1, recordedPercent: 1, reason: 'NewRevision' });
    expect(err).toBe(`What came after ${last.at} is not judged.\n`);
  });

  test('is known sooner without the delay, and not before it began', async () => {
    const { path, endMs, decidedMs } = recorded;
    const [now, late] = await Promise.all(
      [0, delay].map((each) => replayed({ from: startMs, to: endMs, export: path, delay: each })),
    );
    expect(at(late!.lines.at(-1)!) - at(now!.lines.at(-1)!)).toBe(delay);
    expect(at(now!.lines[0]!)).toBeGreaterThan(decidedMs('Start') - minutes(3));
    expect(at(now!.lines[0]!)).toBeLessThanOrEqual(decidedMs('Start'));
  });

  test('is the same over HTTP', async () => {
    const { stage, path, endMs } = recorded;
    const server = createServer(prometheusDoor({ store: stage.world.store, nowMs: () => endMs }));
    const prometheus = await listening(server);
    const range = { from: startMs, to: endMs };
    const [fromFile, overHttp] = await Promise.all([
      replayed({ ...range, export: path }),
      replayed({ ...range, prometheus }),
    ]).finally(() => server.close());
    expect(overHttp).toEqual(fromFile);
    expect(overHttp.lines.at(-1)).toMatchObject({ action: 'RollBack' });
  });

  test('sees nothing that came later: the beginning of a recording is replayed alike, whatever follows', async () => {
    const { stage, path, endMs } = recorded;
    const whole = await replayed({ from: startMs, to: endMs, export: path });
    const toMs = at(whole.lines.at(-1)!) - minutes(1);
    const part = await replayed({ from: startMs, to: toMs, export: path });
    expect(part.lines.at(-1)).toMatchObject({ action: 'None', reason: 'EndOfRecording' });
    // Neither does a recording that ends before the range look like an outage.
    const { lines: ended } = await replayed({
      from: startMs,
      to: endMs,
      export: file(
        'part.json',
        exportOf(stage.world.store, (atMs) => atMs <= toMs),
      ),
    });
    expect(actions(ended)).not.toContain('Hold');
    const said = (lines: readonly Line[]) =>
      lines.filter((line) => at(line) < toMs).map(({ at: when, action, reason }) => ({ when, action, reason }));
    expect(said(part.lines.slice(0, -1))).toEqual(said(whole.lines.slice(0, -1)));
  });

  test('is the same in any order, in pieces that overlap, in an array or a line each', async () => {
    const { stage, path, endMs } = recorded;
    const range = { from: startMs, to: endMs };
    const whole = await replayed({ ...range, export: path });
    const { store } = stage.world;
    const pieces = [
      exportOf(store, (atMs) => atMs >= startMs + minutes(4)),
      exportOf(store, (atMs) => atMs <= startMs + minutes(5)),
    ];
    const lines = pieces.join('').replaceAll('}{', '}\n{').split('\n');
    expect(lines).toHaveLength(2 * 3);
    for (const text of [pieces.join(''), lines.join('\n'), `[${lines.join(',')}]`]) {
      expect(await replayed({ ...range, export: file('pieces.json', text) })).toEqual(whole);
    }
  });

  test('is told to people in sentences', async () => {
    const { candidate, path, endMs } = recorded;
    const { out } = await text({ from: startMs, to: endMs, export: path });
    expect(out.split('\n')[0]).toMatch(`${candidate} beside ${stable} from 2026-01-05T08:0`);
    expect(out).toMatch(/^2026-01-05T08:\d\d:\d\d\.000Z {2}RollBack 0 %, \d+ % recorded {2}ErrorRateRegression$/m);
    expect(out).toContain('is not judged.\n');
  });

  test('is not judged by a service of another name, nor in a range without a deploy', async () => {
    const { path, endMs, candidate } = recorded;
    const range = { from: endMs - minutes(10), to: endMs, export: path };
    await expect(replayed(range)).rejects.toThrow(
      /^no revision had its first request between 2026-01-05T08:\S+ and \S+; those that had requests are api-00001-aaa: take a range that holds a deploy, or name one with --revision$/,
    );
    await expect(replayed({ ...range, revision: candidate })).rejects.toThrow(
      /^api-00002-\w+ had no requests between \S+ and \S+; the revisions that had are api-00001-aaa$/,
    );
    const other = policyFile({ service: { project: 'acme', region: 'europe-west1', name: 'web' } });
    await expect(replayed({ ...range, policy: other })).rejects.toThrow(
      `${path} holds no samples of run_googleapis_com:request_count{monitored_resource="cloud_run_revision",project_id="acme",location="europe-west1",service_name="web"}, nor of run_googleapis_com:request_latencies_bucket{`,
    );
  });

  test('gives no verdict while the metrics have a hole', async () => {
    const { stage, path, endMs } = recorded;
    const whole = await replayed({ from: startMs, to: endMs, export: path });
    const hole = [at(whole.lines[0]!) + minutes(2), at(whole.lines[0]!) + minutes(14)] as const;
    const answers = exportOf(stage.world.store, (atMs) => atMs <= hole[0] || atMs > hole[1]);
    const { lines } = await replayed({ from: startMs, to: hole[1], export: file('hole.json', answers) });
    for (const action of back) expect(actions(lines)).not.toContain(action);
    expect(lines.at(-1)).toMatchObject({ action: 'None', reason: 'EndOfRecording' });
  });
});

test('a healthy canary is promoted when the operator did, and never goes back', async () => {
  const { path, endMs, decidedMs } = await live(70);
  const { lines } = await replayed({ from: startMs, to: endMs, export: path, delay });
  for (const action of ['RollBack', 'Withdraw', 'Retreat', 'Hold']) expect(actions(lines)).not.toContain(action);
  expect(lines.at(-1)).toMatchObject({ action: 'Promote', percent: 100, reason: 'WatchPassed' });
  expect(Math.abs(at(lines.at(-1)!) - decidedMs('Promote'))).toBeLessThanOrEqual(minutes(3));
});

test('a hole in the metrics of a healthy canary holds, and what comes after it counts', async () => {
  const { stage, endMs } = await live(70);
  const hole = [startMs + minutes(20), startMs + minutes(35)] as const;
  const answers = exportOf(stage.world.store, (atMs) => atMs <= hole[0] || atMs > hole[1]);
  const { lines } = await replayed({ from: startMs, to: endMs, export: file('hole.json', answers) });
  const held = lines.filter(({ action }) => action === 'Hold');
  expect(held.map(({ reason }) => reason)).toEqual(['MetricsOutage']);
  expect(at(held[0]!)).toBeGreaterThan(hole[0] + minutes(5));
  expect(at(held[0]!)).toBeLessThan(hole[1]);
  for (const action of back) expect(actions(lines.filter((line) => at(line) <= hole[1]))).not.toContain(action);
});

test('a canary that a person took back is not judged by its silence', async () => {
  const stage = new Stage({ traffic: [{ revision: stable, percent: 100 }] });
  const candidate = stage.world.deploy('api');
  await stage.run(2);
  stage.world.setTraffic('api', [
    { revision: stable, percent: 99 },
    { revision: candidate, percent: 1 },
  ]);
  await stage.run(10);
  stage.world.setTraffic('api', [{ revision: stable, percent: 100 }]);
  await stage.run(30);
  const { path, endMs } = recordedOf(stage, candidate);
  const { lines } = await replayed({ from: startMs, to: endMs, export: path });
  for (const action of back) expect(actions(lines)).not.toContain(action);
  expect(lines.at(-1)).toMatchObject({ action: 'None', percent: 0, reason: 'CandidateGone' });
});

test('a canary that is given again does not bring its earlier life along', async () => {
  const stage = new Stage({ traffic: [{ revision: stable, percent: 100 }] });
  const candidate = stage.world.deploy('api');
  await stage.run(1);
  const canary = [
    { revision: stable, percent: 50 },
    { revision: candidate, percent: 50 },
  ];
  stage.world.setTraffic('api', canary);
  await stage.run(30);
  stage.world.setTraffic('api', [{ revision: stable, percent: 100 }]);
  await stage.run(60);
  const fromMs = stage.clock.nowMs() - minutes(15);
  stage.world.setTraffic('api', canary);
  await stage.run(5);
  const { path, endMs } = recordedOf(stage, candidate);
  const range = { from: fromMs, to: endMs, export: path };
  const { lines } = await replayed({ ...range, revision: candidate });
  const { candidate: again, control } = lines.at(-1)!.evidence.availability!;
  expect(again.total).toBeGreaterThan(1000);
  expect(again.total).toBeLessThan(1.2 * control.total);
  await expect(replayed(range)).rejects.toThrow('no revision had its first request between');
});

test("a canary in an outage of both is not blamed, by the app's own metrics", async () => {
  const query =
    'sum(rate(http_requests_total{job="api",status=~"5.."}[5m])) / sum(rate(http_requests_total{job="api"}[5m]))';
  const spec = { objectives: [{ name: 'errors', targetPercent: 99.9, indicator: { ratio: { query } } }] };
  const { stage } = await ramping({ spec });
  await stage.run(3);
  stage.event({ at: '0s', for: '10m', on: 'Both', errorPercent: 20 });
  await stage.run(8);
  const { path, endMs } = recordedOf(stage, '');
  const { lines } = await replayed({ from: startMs, to: endMs, export: path, policy: policyFile(spec) });
  for (const action of back) expect(actions(lines)).not.toContain(action);
  expect(lines.map(({ reason }) => reason)).toContain('SharedOutage');
  expect(lines.at(-1)!.evidence.errors!.control.bad).toBeGreaterThan(1000);
});

describe('a service that follows LATEST', () => {
  test('gets advice only, however bad the revision is', async () => {
    const { candidate, path, endMs } = await latest({ LAB_ERROR_PERCENT: '30' }, 30);
    const { lines } = await replayed({ from: startMs, to: endMs, export: path });
    expect(new Set(lines.map(({ reason }) => reason))).toEqual(new Set(['WithoutControl']));
    expect([...actions(lines)].filter((action) => action !== 'None')).toEqual(['Hold']);
    for (const { message, percent } of lines) {
      expect(message).toMatch(/Advice only: .*compared with yesterday .*, not with the same minute/);
      expect(percent).toBe(100);
    }
    expect(lines.at(-1)!.message).toContain(`speaks against ${candidate}`);
    expect(at(lines.at(-1)!)).toBeLessThan(startMs + minutes(16));
  });

  test('gets none against a healthy revision', async () => {
    const { candidate, path, endMs } = await latest({}, 30);
    const { lines } = await replayed({ from: startMs, to: endMs, export: path });
    expect(actions(lines)).toEqual(new Set(['None']));
    expect(lines.at(-1)!.message).toContain(`Nothing speaks against ${candidate}`);
  });
});

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

async function listening(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
