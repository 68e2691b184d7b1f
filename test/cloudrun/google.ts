/** What the tests of this folder share: the adapter pointed at nock, and Google's answers as Google writes them. */
import { OAuth2Client } from 'google-auth-library';
import { boundToGoogle } from '../../src/cloudrun/access.ts';
import type { Pace } from '../../src/cloudrun/calls.ts';
import { createServices } from '../../src/cloudrun/services.ts';
import type { Change } from '../../src/facts/change.ts';
import type { Service, ServiceRef } from '../../src/facts/service.ts';
import type { Split, TrafficTarget } from '../../src/facts/split.ts';
import type { Services } from '../../src/ports/services.ts';

export const ref: ServiceRef = { project: 'acme', region: 'europe-west1', name: 'api' };
export const origin = 'https://run.googleapis.com';
export const path = '/v2/projects/acme/locations/europe-west1/services/api';
export const query = { $alt: 'json;enum-encoding=int' };
export const brisk: Pace = { readTimeoutMs: 2000, writeTimeoutMs: 2000, readRetries: 2, firstRetryMs: 1 };

/** Credentials with a token that never needs refreshing. */
export function credentials(): OAuth2Client {
  const client = new OAuth2Client();
  client.setCredentials({ access_token: 'token-of-the-test', expiry_date: Date.now() + 3_600_000 });
  return client;
}

export interface Harness {
  readonly services: Services;
  readonly calls: string[];
  readonly denied: string[];
  nowMs: number;
}

export async function harness(pace: Pace = brisk): Promise<Harness> {
  const calls: string[] = [];
  const denied: string[] = [];
  const state = { nowMs: 1_000_000 };
  const services = await createServices({
    access: { credentials: boundToGoogle(credentials(), '9.9.9') },
    version: '9.9.9',
    clock: { nowMs: () => state.nowMs },
    signal: new AbortController().signal,
    onCall: (method, code) => calls.push(`${method} ${code}`),
    onListDenied: (region) => denied.push(region),
    pace,
  });
  return Object.assign(state, { services, calls, denied });
}

export const googleError = (code: number, status: string, message: string, details: object[] = []) => ({
  error: { code, status, message, details },
});

export const serviceJson = (overrides: object = {}) => ({
  name: 'projects/acme/locations/europe-west1/services/api',
  uid: 'uid-1',
  etag: '"etag-1"',
  generation: '7',
  observedGeneration: '7',
  latestCreatedRevision: 'projects/acme/locations/europe-west1/services/api/revisions/api-00002-bbb',
  latestReadyRevision: 'projects/acme/locations/europe-west1/services/api/revisions/api-00002-bbb',
  traffic: [{ type: 2, revision: 'api-00001-aaa', percent: 100 }],
  terminalCondition: { type: 'Ready', state: 4 },
  lastModifier: 'ada@example.com',
  ...overrides,
});

export const traffic = (split: Split): Change => ({ kind: 'Traffic', split });

/** The service as a decision saw it: its lock, and the tags that are kept. */
export const seen = (etag: string, tagged: readonly TrafficTarget[] = []): Service => ({
  ref,
  uid: 'uid-1',
  etag,
  generation: 7,
  settled: true,
  traffic: [{ revision: 'api-00001-aaa', percent: 100 }, ...tagged],
  latestCreated: 'api-00001-aaa',
  latestReady: 'api-00001-aaa',
  latestServes: null,
  scaling: { mode: 'Automatic', maxInstances: null },
  lastModifier: 'someone',
});
