/** Cloud Run and a policy's status, as far as a recording of metrics can tell. */
import { unknown } from '../facts/answer.ts';
import type { Revision } from '../facts/revision.ts';
import type { Service } from '../facts/service.ts';
import type { Split } from '../facts/split.ts';
import { iso } from '../facts/time.ts';
import type { Policy } from '../policy/policy.ts';
import type { Logs } from '../ports/logs.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Services } from '../ports/services.ts';
import type { Status } from '../status/status.ts';
import type { Recording } from './recording.ts';

export interface ReplayOptions {
  readonly metrics: Metrics;
  readonly policy: Policy;
  readonly recording: Recording;
  /** How late samples were to be seen, which a recording does not show. */
  readonly delayMs: number;
  readonly onProgress?: (nowMs: number) => void;
}

/** As often as a running rollout is looked at. */
export const lookMs = 15_000;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const uid = 'recorded';

/** Adopted long ago: the control has all of the traffic. */
export function adopted(control: string, firstMs: number): Status {
  const at = iso(firstMs - 2 * dayMs);
  return {
    phase: 'Steady',
    stable: { revision: control, percent: 100 },
    lastGood: { revision: control, since: at },
    split: [{ revision: control, percent: 100 }],
    adoption: { at, serviceUid: uid, followedLatest: false, pinnedAgainAt: [], externallyManaged: false },
  };
}

export const serviceOf = (policy: Policy, split: Split, candidate: string): Service => ({
  ref: policy.service,
  uid,
  etag: uid,
  generation: 1,
  settled: true,
  traffic: split,
  latestCreated: candidate,
  latestReady: candidate,
  latestServes: null,
  scaling: { mode: 'Automatic', maxInstances: null },
  lastModifier: uid,
});

/** Cloud Run as far as a recording of metrics can tell: both revisions are there and ready. */
export function servicesOf(service: Service, { candidate, firstMs, isNew }: Recording): Services {
  // The first signs of a revision that had served before would bring its whole life along if it were young.
  const createdAtMs = (name: string) => (name === candidate ? firstMs - (isNew ? 0 : hourMs) : firstMs - 2 * dayMs);
  const revision = (name: string): Revision => ({ name, createdAtMs: createdAtMs(name), ready: 'True', message: '' });
  return {
    glance: async () => service,
    read: async () => service,
    revision: async (_ref, name) => revision(name),
    targets: async () => null,
    digest: async () => null,
    write: async () => {
      throw new Error('a replay writes nothing');
    },
  };
}

/** A recording of metrics holds no logs. */
export const logs: Logs = {
  outOfMemory: async () => unknown('ProviderError', 'What is replayed has no logs.'),
};
