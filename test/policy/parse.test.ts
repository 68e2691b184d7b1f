import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkPolicies } from '../../src/policy/check/policies.ts';
import { parsePolicy, storedPolicy } from '../../src/policy/parse.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { asJson, invalid, minimal } from './invalid.ts';

function policyOf(raw: unknown): Policy {
  const parsed = parsePolicy(raw);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.policy;
}

const withSpec = (spec: object) => ({ ...minimal, spec: { ...minimal.spec, ...spec } });
const withMetadata = (metadata: object) => ({ ...minimal, metadata: { ...minimal.metadata, ...metadata } });
const example = (name: string) => readFileSync(new URL(`../../deploy/examples/${name}`, import.meta.url), 'utf8');

/** As somebody might try who wants another team's Secret. */
const withForeignNamespace = (auth: object): object =>
  JSON.parse(JSON.stringify(auth).replaceAll('{"name"', '{"namespace":"kube-system","name"'));

describe('A policy', () => {
  it('needs a service and one objective, and has a default for everything else', () => {
    expect(policyOf(minimal)).toEqual({
      key: { namespace: 'default', name: 'api' },
      uid: '',
      generation: 0,
      createdAtMs: 0,
      service: { project: 'acme', region: 'europe-west1', name: 'api' },
      mode: 'Enforce',
      tier: null,
      window: { kind: 'Rolling', lengthMs: 30 * 86_400_000 },
      metrics: { type: 'GoogleManagedPrometheus', project: 'acme' },
      revisionLabel: 'revision_name',
      objectives: [
        {
          name: 'availability',
          allowedBadFraction: 0.001,
          gate: true,
          indicator: { kind: 'Requests' },
          timeSliceMs: null,
        },
      ],
      watched: [],
      shared: [],
      rollout: {
        profile: 'Balanced',
        stepsPercent: null,
        onInconclusive: 'Promote',
        onMetricsOutage: 'Hold',
        maxBakeMs: 45 * 60_000,
        guardWindowMs: 24 * 3_600_000,
        warmupMs: 60_000,
      },
      errorBudgetPolicy: [],
      generate: { rules: null, runbookUrl: null },
      tuning: {
        mode: 'Recommend',
        maxSaturation: 0.8,
        maxInstances: null,
        minInstances: null,
        concurrency: null,
        scalingTargetsPercent: null,
        connections: null,
      },
      requests: { paused: null, promote: null, abort: null, retry: null },
      postmortem: null,
    });
  });

  it('keeps everything that it declares', () => {
    expect(policyOf(parse(example('full.yaml')))).toMatchObject({
      key: { namespace: 'payments', name: 'checkout' },
      tier: 'prod',
      window: { kind: 'Calendar', period: 'Month', timeZone: 'Europe/Berlin' },
      metrics: { type: 'GoogleManagedPrometheus', project: 'acme-metrics' },
      objectives: [
        { name: 'availability', allowedBadFraction: 0.0005, gate: true, indicator: { kind: 'Requests' } },
        {
          name: 'latency-p95',
          allowedBadFraction: 0.05,
          indicator: { kind: 'Latency', percentile: 95, thresholdMs: 300, histogram: null },
        },
        {
          name: 'latency-p99',
          allowedBadFraction: 0.015,
          gate: false,
          indicator: { percentile: 99, thresholdMs: 1500 },
          timeSliceMs: 300_000,
        },
      ],
      watched: [{ name: 'memory', resource: 'memory', allowedBadFraction: 0.01 }],
      shared: [
        {
          name: 'database',
          allowedBadFraction: 0.005,
          counters: { events: 'Share', bad: [{ sign: 1 }], total: [{ sign: 1 }] },
          timeSliceMs: null,
        },
      ],
      rollout: {
        profile: 'Careful',
        stepsPercent: [1, 5, 20, 50],
        onInconclusive: 'Hold',
        onMetricsOutage: 'Withdraw',
        maxBakeMs: 90 * 60_000,
        guardWindowMs: 48 * 3_600_000,
        warmupMs: 90_000,
      },
      errorBudgetPolicy: [
        { whenRemainingBelowPercent: 50, action: 'Slow', liftAbovePercent: 60 },
        { whenRemainingBelowPercent: 10, action: 'Freeze', liftAbovePercent: 20 },
        { whenRemainingBelowPercent: 0, action: 'RequirePostmortem', liftAbovePercent: 10 },
      ],
      generate: { rules: 'GlobalRules', runbookUrl: 'https://example.com/runbooks/checkout' },
      tuning: {
        mode: 'ServiceLevel',
        maxSaturation: 0.75,
        maxInstances: { min: 2, max: 40 },
        minInstances: { min: 1, max: 10 },
        concurrency: { min: 10, max: 200 },
        scalingTargetsPercent: { min: 30, max: 70 },
        connections: [{ name: 'cloudsql-main', max: 250, reserve: 30, perInstance: 10 }],
      },
    });
  });

  it.each([
    [99.9, 0.001],
    [99.95, 0.0005],
    [99.99, 0.0001],
    [95, 0.05],
    [98.5, 0.015],
    [50, 0.5],
  ])('with a target of %d percent allows a bad fraction of exactly %d', (targetPercent, allowed) => {
    const [objective] = policyOf(withSpec({ objectives: [{ name: 'a', targetPercent }] })).objectives;
    expect(objective?.allowedBadFraction).toBe(allowed);
  });

  it('allows some badness with the highest target there is', () => {
    const [objective] = policyOf(
      withSpec({ objectives: [{ name: 'a', targetPercent: 99.99999999999999 }] }),
    ).objectives;
    expect(objective?.allowedBadFraction).toBeGreaterThan(0);
  });

  it('may query a Prometheus of its own', () => {
    const metrics = { type: 'Prometheus', address: 'http://prometheus:9090' };
    expect(policyOf(withSpec({ metrics })).metrics).toEqual({ ...metrics, auth: null });
  });

  it.each([
    ['a bearer token', { authorization: { credentials: { name: 'prom', key: 'token' } } }],
    [
      'user name and password',
      { basicAuth: { username: { name: 'prom', key: 'user' }, password: { name: 'prom-2', key: 'pass_word' } } },
    ],
  ])('may show a Prometheus %s from Secrets of its own namespace, whatever else it names', (_, auth) => {
    const at = (name: string, key: string) => ({ namespace: 'team', name, key });
    const metrics = { type: 'Prometheus', address: 'http://prometheus:9090', ...withForeignNamespace(auth) };
    const raw = { ...withSpec({ metrics }), metadata: { ...minimal.metadata, namespace: 'team' } };
    expect(policyOf(raw).metrics).toMatchObject({
      auth:
        'authorization' in auth
          ? { kind: 'Bearer', credentials: at('prom', 'token') }
          : { kind: 'Basic', username: at('prom', 'user'), password: at('prom-2', 'pass_word') },
    });
  });

  it('takes null for a field left out, as an API server does', () => {
    const raw = withSpec({ mode: null, metrics: null, rollout: { maxBake: null, stepsPercent: null } });
    expect(policyOf(raw)).toEqual(policyOf(minimal));
  });

  it('carries what people ask by annotation', () => {
    const annotations = {
      'steadyrun.dev/paused': '',
      'steadyrun.dev/promote': 'api-00002-bbb',
      'steadyrun.dev/abort': '',
      'steadyrun.dev/retry': 'api-00001-aaa',
      'steadyrun.dev/else': 'x',
    };
    // A pause needs no reason; a request that names no revision asks nothing.
    expect(policyOf(withMetadata({ annotations })).requests).toEqual({
      paused: '',
      promote: 'api-00002-bbb',
      abort: null,
      retry: 'api-00001-aaa',
    });
  });

  it.each(['minimal.yaml', 'full.yaml', 'own-queries.yaml', 'catalogue.yaml'])(
    'is shown by deploy/examples/%s',
    (name) => {
      const { findings, policies } = checkPolicies(example(name));
      expect(findings).toEqual([]);
      expect(policies).toHaveLength(1);
    },
  );
});

describe('A stored policy', () => {
  const metadata = {
    name: 'api',
    namespace: 'prod',
    uid: 'a-uid',
    generation: 7,
    creationTimestamp: '2026-11-24T00:00:00Z',
  };

  it('has its identity, its spec and its status', () => {
    const status = { phase: 'Steady', stable: { revision: 'api-00001-aaa', percent: 100 } };
    const stored = storedPolicy({ ...withMetadata(metadata), status });
    expect(stored).toMatchObject({
      key: { namespace: 'prod', name: 'api' },
      uid: 'a-uid',
      generation: 7,
      createdAtMs: Date.UTC(2026, 10, 24),
      spec: { ok: true, policy: { uid: 'a-uid', generation: 7 } },
      status,
    });
  });

  it('keeps its identity and status when its spec cannot be obeyed, and says why', () => {
    const raw = { ...withMetadata(metadata), spec: { objectives: [{ name: 'a' }] }, status: { phase: 'Held' } };
    expect(storedPolicy(raw)).toMatchObject({
      key: { namespace: 'prod', name: 'api' },
      uid: 'a-uid',
      spec: {
        ok: false,
        message:
          'spec.service: is required; spec.objectives[0]: targetPercent is required; ' +
          'only an objective of latency or saturation may leave it out: it has a default of its own',
      },
      status: { phase: 'Held' },
    });
  });

  it.each([
    ['a phase that there is not', { phase: 'Dancing' }],
    ['a list', []],
    ['text', 'Steady'],
    ['nothing', null],
    ['a broken rollout', { rollout: { candidate: 5 } }],
  ])('has an empty status when that is %s', (_, status) => {
    expect(storedPolicy({ ...minimal, status }).status).toEqual({});
  });

  it.each([null, undefined, 5, 'x', [], {}, { metadata: 5 }, { metadata: { annotations: { a: 1 } } }])(
    'is never a crash: %j',
    (raw) => {
      expect(storedPolicy(raw).spec.ok).toBe(false);
    },
  );

  it.each(invalid.filter((each) => !each.onlyOffline || each.unknownToServer))(
    'is not obeyed with $what',
    ({ text }) => {
      expect(storedPolicy(asJson(text)).spec.ok).toBe(false);
    },
  );
});
