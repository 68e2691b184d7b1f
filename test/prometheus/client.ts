/** What the tests of the HTTP client share. */
import nock from 'nock';
import { afterEach, beforeEach } from 'vitest';
import type { MetricsSource } from '../../src/policy/policy.ts';
import { createPromqlClient, type HttpOptions, type Limits } from '../../src/prometheus/http.ts';
import type { PromqlClient, PromqlFailure } from '../../src/prometheus/promql.ts';
import type { Secrets } from '../../src/prometheus/sign.ts';

export const google: MetricsSource = { type: 'GoogleManagedPrometheus', project: 'acme' };
export const plain: MetricsSource = {
  type: 'Prometheus',
  address: 'https://prometheus.example.com/team-a/',
  auth: null,
};
/** Nothing here is to fail because the machine is busy. */
const limits: Limits = { tryMs: 60_000, totalMs: 100_000, maxBytes: 10_000, retries: 2, firstRetryMs: 1 };
export const empty = { status: 'success', data: { resultType: 'vector', result: [] } };

/** What the client under test told of its calls, and what it asked to have signed; emptied by `isolate`. */
export const calls: string[] = [];
export const signed: string[] = [];

/** For tests in which no policy names a Secret. */
export const noSecrets: Secrets = {
  read: () => Promise.reject(new Error('No Secret should have been read.')),
  forget: () => {},
};

export function client(changes: Partial<Limits> = {}, access?: HttpOptions['access']): PromqlClient {
  const credentials = {
    getRequestHeaders: async (url: URL) => {
      signed.push(url.href);
      return new Headers({ authorization: 'Bearer token-of-the-test', 'x-goog-user-project': 'billed' });
    },
  };
  return createPromqlClient({
    access: access ?? { credentials, secrets: noSecrets },
    version: '9.9.9',
    signal: new AbortController().signal,
    onCall: (kind, code) => calls.push(`${kind} ${code}`),
    limits: { ...limits, ...changes },
  });
}

/** No test reaches the network, and none sees what another has left. */
export function isolate(): void {
  beforeEach(() => {
    calls.length = 0;
    signed.length = 0;
    nock.disableNetConnect();
  });
  afterEach(() => {
    nock.abortPendingRequests();
    nock.cleanAll();
    nock.enableNetConnect();
  });
}

export const failed = (answer: Promise<unknown>): Promise<PromqlFailure> =>
  answer.then(
    () => {
      throw new Error('It did not fail.');
    },
    (failure: PromqlFailure) => failure,
  );
