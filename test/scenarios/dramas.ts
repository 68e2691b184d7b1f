/** Scenarios with every minute fixed beforehand, so that runs of them can be compared decision by decision. */

import type { Decision } from '../../src/decide/decision.ts';
import { splitSetBy } from '../../src/facts/change.ts';
import { ownQueries } from '../own-queries.ts';
import { Stage, type StageOptions, startMs } from './stage.ts';

export interface Drama {
  readonly name: string;
  /** The candidate's behaviour; it is deployed after five minutes. */
  readonly env?: Readonly<Record<string, string>>;
  readonly trouble?: { readonly atMinute: number; readonly event: Parameters<Stage['event']>[0] };
  /** Judged by the app's own metrics, as a team's queries ask for them, instead of Cloud Run's. */
  readonly own?: boolean;
  readonly minutes: number;
  /** What must be among the decisions: the drama was about what its name says. */
  readonly point: string;
}

export const dramas: readonly Drama[] = [
  { name: 'a healthy candidate', minutes: 54, point: 'Promote WatchPassed' },
  {
    name: 'a candidate with 5 % errors',
    env: { LAB_ERROR_PERCENT: '5' },
    minutes: 28,
    point: 'RollBack ErrorRateRegression',
  },
  {
    name: 'a candidate that is only slow',
    env: { LAB_LATENCY_MS: '110/420/900' },
    minutes: 28,
    point: 'RollBack LatencyRegression',
  },
  {
    name: 'an outage that both revisions share',
    trouble: { atMinute: 12, event: { at: '0s', for: '10m', on: 'Both', errorPercent: 20 } },
    minutes: 58,
    point: 'Hold SharedOutage',
  },
  {
    name: 'an outage of the metrics in mid-ramp',
    trouble: { atMinute: 12, event: { at: '0s', for: '10m', on: 'Metrics', outage: true } },
    minutes: 58,
    point: 'Hold MetricsOutage',
  },
  {
    name: 'a revision that fails after its promotion',
    trouble: { atMinute: 50, event: { at: '0s', for: '5h', on: 'Candidate', errorPercent: 100 } },
    minutes: 66,
    point: 'RollBack WorseThanLastGood',
  },
  { name: "a healthy candidate, by the team's own queries", own: true, minutes: 48, point: 'Promote WatchPassed' },
  {
    name: "a candidate that drops connections, by the team's own queries",
    own: true,
    env: { LAB_WEBSOCKET_DISCONNECT_PERCENT: '4' },
    minutes: 14,
    point: 'RollBack EventRateRegression',
  },
];

/** Every decision in order: "12.25 Step NextStep api-00001-aaa=90 api-00002-bbb=10". */
export async function played(drama: Drama, options: StageOptions = {}): Promise<string[]> {
  const decisions: string[] = [];
  const stage: Stage = new Stage({
    ...options,
    ...(drama.own && { websockets: true, spec: { ...options.spec, objectives: ownQueries('api') } }),
    onPass: ({ decided, beganMs }) => {
      if (decided) decisions.push(line((beganMs - startMs) / 60_000, decided.decision));
    },
  });
  stage.start();
  await stage.run(5);
  stage.world.deploy('api', { env: drama.env ?? {} });
  const { atMinute, event } = drama.trouble ?? { atMinute: 5 };
  await stage.run(atMinute - 5);
  if (event) stage.event(event);
  await stage.run(drama.minutes - atMinute);
  return decisions;
}

function line(minute: number, { action, reason, write }: Decision): string {
  const written = write && splitSetBy(write.change);
  const split = written?.map(({ revision, percent }) => `${revision}=${percent}`) ?? [];
  return [minute.toFixed(3), action, reason, ...split].join(' ');
}
