/** The policy on which the peers are compared: 99.9 % of the requests without 5xx, p95 below 300 ms. */
import { parsePolicy } from '../../src/policy/parse.ts';
import type { Policy } from '../../src/policy/policy.ts';

const availability = { name: 'availability', targetPercent: 99.9, indicator: { requests: {} } };
const latency = { name: 'latency', indicator: { latency: { percentile: 95, threshold: '300ms' } } };
const disconnects = {
  name: 'disconnects',
  targetPercent: 98,
  indicator: { ratio: { bad: 'ws_disconnects_total', total: 'ws_connections_total' } },
};

export const comparedPolicy = policyOf([availability, latency]);
export const policyWithDisconnects = policyOf([availability, latency, disconnects]);
export const policyShowingErrors = policyOf([{ ...availability, gate: false }, latency]);

function policyOf(objectives: readonly object[]): Policy {
  const parsed = parsePolicy({
    apiVersion: 'steadyrun.dev/v1alpha1',
    kind: 'SLOPolicy',
    metadata: {
      name: 'api',
      namespace: 'default',
      uid: 'compared',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: { service: { project: 'acme', region: 'europe-west1', name: 'api' }, objectives },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed));
  return parsed.policy;
}
