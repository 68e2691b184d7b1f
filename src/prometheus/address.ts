/** Where queries go, and how messages name that place. */
import type { MetricsSource } from '../policy/policy.ts';
import { PromqlFailure } from './promql.ts';

export type Method = 'query' | 'query_range';

/** `labOrigin` stands for every server there is; null: the real ones. */
export function addressOf(source: MetricsSource, method: Method, labOrigin: URL | null): URL {
  if (source.type === 'GoogleManagedPrometheus') {
    const origin = labOrigin?.origin ?? 'https://monitoring.googleapis.com';
    const project = encodeURIComponent(source.project);
    return new URL(`${origin}/v1/projects/${project}/location/global/prometheus/api/v1/${method}`);
  }
  const base = labOrigin ?? plainAddress(source.address);
  return new URL(`${base.origin}${base.pathname.replace(/\/+$/, '')}/api/v1/${method}`);
}

/** An address with a password in it would end up in messages and logs, so it is refused; nothing else is sent either. */
function plainAddress(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    const message = 'The address of the Prometheus is not an http or https address without user name and password.';
    throw new PromqlFailure('ProviderError', message, { isPassing: false });
  }
  return url;
}

export function spoken(source: MetricsSource): string {
  if (source.type === 'GoogleManagedPrometheus') return `Google Managed Prometheus of ${source.project}`;
  return URL.canParse(source.address) ? `Prometheus at ${new URL(source.address).host}` : 'Prometheus';
}
