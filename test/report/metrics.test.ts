import { register } from 'prom-client';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Decision } from '../../src/decide/decision.ts';
import type { Carried } from '../../src/loop/carry-out.ts';
import type { Pass, Said } from '../../src/loop/pass.ts';
import type { StoredPolicy } from '../../src/policy/stored.ts';
import { OperatorMetrics } from '../../src/report/metrics.ts';
import { fresh, policy, ramping, saturated, steady } from './statuses.ts';

let policies: StoredPolicy[];
let metrics: OperatorMetrics;
const queue = { depth: 2, processing: 1, delayed: 3, adds: 17, retries: 4, longestRunningMs: 2500 };

beforeEach(() => {
  policies = [];
  metrics = new OperatorMetrics({ policies: () => policies, queue: () => queue });
});

/** The exposition's lines about metrics whose names begin so. */
const lines = async (prefix: string): Promise<string[]> =>
  (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith(prefix));

const decision: Decision = {
  action: 'RollBack',
  reason: 'ErrorRateRegression',
  message: 'x',
  write: { purpose: 'RollBack', change: { kind: 'Traffic', split: [] }, needs: [fresh] },
  events: [],
  announcement: null,
  obeyed: [],
  nextCheckMs: 0,
};
const done: Carried = { kind: 'Done', state: {}, beside: 0 };
const failure = { reason: 'Refused', message: 'no', terminal: true } as const;

/** A pass in which it was decided to roll back, and what became of that. */
const passed = (stored: StoredPolicy, carried: Carried | null = done, said: Said = decision): Pass => ({
  policy: stored,
  before: {},
  seen: null,
  decided: { decision, state: {} },
  said,
  carried,
  failure: carried?.kind === 'NotDone' ? carried.failure : null,
  reported: true,
  events: [],
  beganMs: 0,
  endedMs: 0,
});

describe('/metrics', () => {
  test('has the names that controller dashboards know', async () => {
    metrics.reconciled(0.2, undefined);
    metrics.reconciled(0.02, undefined);
    metrics.reconciled(7, new Error('x'));
    expect(await lines('controller_runtime')).toEqual([
      'controller_runtime_reconcile_total{controller="slopolicy",result="success"} 2',
      'controller_runtime_reconcile_total{controller="slopolicy",result="error"} 1',
      'controller_runtime_reconcile_errors_total{controller="slopolicy"} 1',
      'controller_runtime_reconcile_time_seconds_bucket{le="0.01",controller="slopolicy"} 0',
      'controller_runtime_reconcile_time_seconds_bucket{le="0.05",controller="slopolicy"} 1',
      'controller_runtime_reconcile_time_seconds_bucket{le="0.1",controller="slopolicy"} 1',
      'controller_runtime_reconcile_time_seconds_bucket{le="0.25",controller="slopolicy"} 2',
      'controller_runtime_reconcile_time_seconds_bucket{le="0.5",controller="slopolicy"} 2',
      'controller_runtime_reconcile_time_seconds_bucket{le="1",controller="slopolicy"} 2',
      'controller_runtime_reconcile_time_seconds_bucket{le="2.5",controller="slopolicy"} 2',
      'controller_runtime_reconcile_time_seconds_bucket{le="5",controller="slopolicy"} 2',
      'controller_runtime_reconcile_time_seconds_bucket{le="10",controller="slopolicy"} 3',
      'controller_runtime_reconcile_time_seconds_bucket{le="30",controller="slopolicy"} 3',
      'controller_runtime_reconcile_time_seconds_bucket{le="+Inf",controller="slopolicy"} 3',
      'controller_runtime_reconcile_time_seconds_sum{controller="slopolicy"} 7.22',
      'controller_runtime_reconcile_time_seconds_count{controller="slopolicy"} 3',
      'controller_runtime_active_workers{controller="slopolicy"} 1',
    ]);
    expect(await lines('workqueue')).toEqual([
      'workqueue_depth{name="slopolicy"} 2',
      'workqueue_adds_total{name="slopolicy"} 17',
      'workqueue_retries_total{name="slopolicy"} 4',
      'workqueue_longest_running_processor_seconds{name="slopolicy"} 2.5',
    ]);
  });

  test('has a phase and a share for every policy', async () => {
    policies = [policy('api', { status: ramping }), policy('new')];
    expect(await lines('steadyrun_policy_phase')).toEqual([
      'steadyrun_policy_phase{namespace="default",policy="api",phase="Pending"} 0',
      'steadyrun_policy_phase{namespace="default",policy="api",phase="Steady"} 0',
      'steadyrun_policy_phase{namespace="default",policy="api",phase="Ramping"} 1',
      'steadyrun_policy_phase{namespace="default",policy="api",phase="Watching"} 0',
      'steadyrun_policy_phase{namespace="default",policy="api",phase="RollingBack"} 0',
      'steadyrun_policy_phase{namespace="default",policy="api",phase="Held"} 0',
      'steadyrun_policy_phase{namespace="default",policy="new",phase="Pending"} 1',
      'steadyrun_policy_phase{namespace="default",policy="new",phase="Steady"} 0',
      'steadyrun_policy_phase{namespace="default",policy="new",phase="Ramping"} 0',
      'steadyrun_policy_phase{namespace="default",policy="new",phase="Watching"} 0',
      'steadyrun_policy_phase{namespace="default",policy="new",phase="RollingBack"} 0',
      'steadyrun_policy_phase{namespace="default",policy="new",phase="Held"} 0',
    ]);
    expect(await lines('steadyrun_candidate_percent')).toEqual([
      'steadyrun_candidate_percent{namespace="default",policy="api"} 5',
      'steadyrun_candidate_percent{namespace="default",policy="new"} 0',
    ]);
  });

  test('has a gauge for each resource of which something is known, and for each lever that is to be moved', async () => {
    const { cpu: _, ...rest } = saturated.saturation!;
    policies = [policy('api', { status: { ...saturated, saturation: rest } }), policy('new')];
    expect(await lines('steadyrun_saturation')).toEqual([
      'steadyrun_saturation_ratio{namespace="default",policy="api",resource="memory"} 0.87',
      'steadyrun_saturation_ratio{namespace="default",policy="api",resource="concurrency"} 0.52',
    ]);
    expect(await lines('steadyrun_tuning')).toEqual([
      'steadyrun_tuning_recommendation{namespace="default",policy="api",lever="maxInstances"} 40',
      'steadyrun_tuning_recommendation{namespace="default",policy="api",lever="memory"} 768',
    ]);
    policies = [];
    expect(await lines('steadyrun_saturation')).toEqual([]);
    expect(await lines('steadyrun_tuning')).toEqual([]);
  });

  test('counts the writes that were done, and apart from them those that were not, and no others', async () => {
    policies = [policy('api')];
    const [stored] = policies;
    metrics.passed(passed(stored!));
    metrics.passed(passed(stored!));
    metrics.passed(passed(stored!, { kind: 'NotDone', state: {}, failure, answered: [] }));
    metrics.passed(passed(stored!, { kind: 'Nothing', state: {} }, { ...decision, write: null }));
    metrics.passed(passed(stored!, null));
    const labels = 'namespace="default",policy="api",action="RollBack",reason="ErrorRateRegression"';
    for (let scrape = 0; scrape < 2; scrape++) {
      expect(await lines('steadyrun_decisions_total')).toEqual([`steadyrun_decisions_total{${labels}} 2`]);
      expect(await lines('steadyrun_writes_not_done_total')).toEqual([
        `steadyrun_writes_not_done_total{${labels},result="Refused"} 1`,
      ]);
    }
  });

  test('counts calls to Google by method and code', async () => {
    metrics.called('services.get', 200);
    metrics.called('services.get', 200);
    metrics.called('promql range', 'TIMEOUT');
    expect(await lines('steadyrun_google')).toEqual([
      'steadyrun_google_requests_total{method="services.get",code="200"} 2',
      'steadyrun_google_requests_total{method="promql range",code="TIMEOUT"} 1',
    ]);
  });

  test('does not grow with policies that have come and gone', async () => {
    policies = [policy('stays', { status: steady })];
    metrics.passed(passed(policies[0]!));
    const before = (await lines('steadyrun')).length;
    for (let n = 0; n < 200; n++) {
      policies[1] = policy(`passing-${n}`, { status: ramping });
      metrics.passed(passed(policies[1]!));
      expect(await lines('steadyrun')).toHaveLength(2 * before);
    }
    policies.pop();
    expect(await lines('steadyrun')).toHaveLength(before);
    expect(await lines('steadyrun_decisions_total')).toHaveLength(1);
  });

  test.each([
    ['leads', { isLeader: true, holder: 'us' }, 1, ['holder="us"']],
    ['stands by', { isLeader: false, holder: 'another' }, 0, ['holder="another"']],
    ['stands for a lease that nobody has', { isLeader: false, holder: '' }, 0, []],
  ] as const)(
    'says of the lease, under the names of client-go, that this process %s',
    async (_, state, status, holders) => {
      const lease = { name: 'steadyrun-system/steadyrun', failedRenewals: 3, ...state };
      metrics = new OperatorMetrics({ policies: () => [], queue: () => queue, lease: () => lease });
      for (const kind of ['HeldByAnother', 'Acquired', 'Lost', 'Acquired']) metrics.lease({ kind });
      const name = 'name="steadyrun-system/steadyrun"';
      expect(await lines('leader_election')).toEqual([
        `leader_election_master_status{${name}} ${status}`,
        `leader_election_slowpath_total{${name}} 3`,
      ]);
      expect(await lines('steadyrun_lease_holder')).toEqual(
        holders.map((holder) => `steadyrun_lease_holder{${name},${holder}} 1`),
      );
      expect(await lines('steadyrun_lease_changes')).toEqual([
        'steadyrun_lease_changes_total{change="HeldByAnother"} 1',
        'steadyrun_lease_changes_total{change="Acquired"} 2',
        'steadyrun_lease_changes_total{change="Lost"} 1',
      ]);
    },
  );

  test('says nothing of a lease where none is contended for', async () => {
    expect([...(await lines('leader_election')), ...(await lines('steadyrun_lease'))]).toEqual([]);
  });

  test('explains every metric, and calls what only grows a counter', async () => {
    const text = await metrics.registry.metrics();
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
    expect(types.length).toBeGreaterThan(20);
    for (const [, name] of types) expect(text).toMatch(new RegExp(`^# HELP ${name} \\S.*`, 'm'));
    const own = types.filter(([, name]) => /^(controller_runtime|leader_election|workqueue|steadyrun)_/.test(name!));
    expect(own).toHaveLength(20);
    for (const [, name, type] of own) expect(type === 'counter').toBe(name!.endsWith('_total'));
  });
});

test('two instances share nothing, and nothing is global', async () => {
  const other = new OperatorMetrics({ policies: () => [], queue: () => queue });
  metrics.reconciled(1, undefined);
  expect(await lines('controller_runtime_reconcile_total')).toHaveLength(1);
  expect(await other.registry.metrics()).not.toMatch(/^controller_runtime_reconcile_total\{/m);
  expect(register.getMetricsAsArray()).toEqual([]);
});
