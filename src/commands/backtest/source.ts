/** Where a replay's counts come from: a server without credentials, a file, or the policy's own source. */
import { labPromql } from '../../lab/promql-client.ts';
import { manifest } from '../../manifest.ts';
import type { MetricsSource, Policy } from '../../policy/policy.ts';
import { createPromqlClient } from '../../prometheus/http.ts';
import { type PromqlClient, PromqlFailure } from '../../prometheus/promql.ts';
import type { Secrets, Signer } from '../../prometheus/sign.ts';
import { textOf } from '../file.ts';
import { readExport } from './export.ts';
import { missingIn } from './needed.ts';

export interface Source {
  readonly client: PromqlClient;
  readonly metrics: MetricsSource;
  close(): Promise<unknown>;
}

interface Wanted {
  readonly prometheus?: string;
  readonly export?: string;
  readonly from: number;
  readonly to: number;
}

const nothing = async () => undefined;

export async function sourceOf(policy: Policy, wanted: Wanted): Promise<Source> {
  if (wanted.export !== undefined) return fromFile(policy, wanted.export, wanted);
  if (wanted.prometheus !== undefined) {
    const url = URL.canParse(wanted.prometheus) ? new URL(wanted.prometheus) : null;
    if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
      throw new Error(
        `--prometheus ${JSON.stringify(wanted.prometheus)} is not an http or https address without user name and password`,
      );
    }
    return {
      client: over(none, noSecrets),
      metrics: { type: 'Prometheus', address: url.href, auth: null },
      close: nothing,
    };
  }
  const { metrics } = policy;
  if (metrics.type === 'Prometheus' && metrics.auth === null) {
    return { client: over(none, noSecrets), metrics, close: nothing };
  }
  // The libraries behind credentials take long to load.
  const { google, cluster } = await import('./credentials.ts');
  if (metrics.type === 'GoogleManagedPrometheus') {
    return { client: over(await google(), noSecrets), metrics, close: nothing };
  }
  const { secrets, close } = cluster();
  return { client: over(none, secrets), metrics, close };
}

/** Files hold counters, wherever they were taken from, and are asked as a plain Prometheus is. */
async function fromFile(policy: Policy, file: string, { from, to }: Wanted): Promise<Source> {
  const store = readExport(file, await textOf(file));
  const source = {
    client: labPromql(store),
    metrics: { type: 'Prometheus', address: 'file:', auth: null } as const,
    close: nothing,
  };
  const missing = await missingIn(source, policy, from, to);
  if (missing.length > 0) {
    throw new Error(
      `${file} holds no samples of ${missing.join(', nor of ')} in the range: add what /api/v1/query answers to ` +
        `'${missing[0]}[30h]' at --to; src/backtest/README.md has the whole command`,
    );
  }
  return source;
}

/**
 * A server that does not answer today says nothing of what was to be seen then, so it ends the replay; a query that it
 * refuses is a finding.
 */
function over(credentials: Signer, secrets: Secrets): PromqlClient {
  const client = createPromqlClient({
    access: { credentials, secrets },
    version: manifest.version,
    signal: new AbortController().signal,
    onCall: () => undefined,
  });
  const ending = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (error) {
      if (!(error instanceof PromqlFailure) || error.isRefusal) throw error;
      throw new Error(error.message, { cause: error });
    }
  };
  return {
    instant: (...question) => ending(client.instant(...question)),
    range: (...question) => ending(client.range(...question)),
  };
}

const none: Signer = {
  getRequestHeaders: () => Promise.reject(new Error('no credentials are given to this address')),
};
const noSecrets: Secrets = {
  read: () => Promise.reject(new Error('no Secret is read for this address')),
  forget: () => undefined,
};
