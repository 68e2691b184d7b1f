/** Policies for tests that are not about policies. */
import { parsePolicy } from '../../src/policy/parse.ts';
import type { Policy } from '../../src/policy/policy.ts';

export const availability = { name: 'availability', targetPercent: 99.9 };
export const latency = { name: 'latency', indicator: { latency: { percentile: 95, threshold: '300ms' } } };
export const websockets = {
  name: 'websockets',
  targetPercent: 99,
  indicator: { ratio: { bad: 'websocket_disconnects_total', total: 'websocket_connections_total' } },
};

/** Promises for the service of that name, and what else the spec is to say. Throws where that is no valid policy. */
export function validPolicy(
  objectives: readonly object[] = [availability],
  spec: Readonly<Record<string, unknown>> = {},
  name = 'api',
): Policy {
  const parsed = parsePolicy({
    apiVersion: 'steadyrun.dev/v1alpha1',
    kind: 'SLOPolicy',
    metadata: { name, namespace: 'default' },
    spec: { service: { project: 'acme', region: 'europe-west1', name }, objectives, ...spec },
  });
  if (!parsed.ok) throw new Error(`the policy of this test is not valid: ${JSON.stringify(parsed.problems)}`);
  return parsed.policy;
}
