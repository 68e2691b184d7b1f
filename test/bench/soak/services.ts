/** Who lives in the soak's lab: services of several kinds, each with a policy that asks for something else. */

import type { JsonObject } from '../../../src/lab/apiserver/object.ts';
import type { ServiceSeed } from '../../../src/lab/seed.ts';
import { apiVersion, kind } from '../../../src/policy/api.ts';

const home = { project: 'acme', region: 'europe-west1' };

interface Inhabitant {
  readonly seed: ServiceSeed;
  readonly spec: JsonObject;
}

const availability = { name: 'availability', targetPercent: 99.9 };
const latency = { name: 'latency', indicator: { latency: { percentile: 95, threshold: '300ms' } } };
const own = (seed: Omit<ServiceSeed, 'project' | 'region'>, spec: Inhabitant['spec']): Inhabitant => ({
  seed: { ...home, ...seed },
  spec: { service: { ...home, name: seed.name }, ...spec },
});

export const inhabitants: readonly Inhabitant[] = [
  own({ name: 'api', rps: 100 }, { objectives: [availability, latency] }),
  own(
    { name: 'chat', rps: 50, websockets: true },
    {
      objectives: [
        availability,
        {
          name: 'disconnects',
          targetPercent: 99,
          indicator: {
            ratio: {
              query:
                'sum(rate(ws_disconnects_total{job="chat"}[5m])) / sum(rate(ws_connections_total{job="chat"}[5m]))',
            },
          },
        },
      ],
    },
  ),
  own(
    { name: 'checkout', rps: 40, template: { concurrency: 20 } },
    { objectives: [availability, latency], tuning: { mode: 'Auto', connections: [], maxInstances: { max: 60 } } },
  ),
  own(
    { name: 'search', rps: 60 },
    {
      objectives: [availability, latency],
      errorBudgetPolicy: [{ whenRemainingBelowPercent: 50, action: 'Slow', liftAbovePercent: 60 }],
      rollout: { profile: 'Careful' },
    },
  ),
  own({ name: 'mail', rps: 5 }, { objectives: [{ ...availability, targetPercent: 99 }] }),
  own({ name: 'images', rps: 20 }, { objectives: [availability, latency], tuning: { mode: 'Off' } }),
];

/** The policy of that one; under another name it is another policy of the same service. */
export const policyOf = ({ seed, spec }: Inhabitant, name = seed.name) => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'default' },
  spec,
});
