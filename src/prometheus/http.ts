/** PromQL over Prometheus's HTTP API: Google Managed Prometheus with credentials, a plain Prometheus without. */
import pRetry from 'p-retry';
import type { MetricsSource } from '../policy/policy.ts';
import { matrixOf, vectorOf } from './answer.ts';
import { type Answer, post, TooLarge } from './post.ts';
import { type PromqlClient, PromqlFailure } from './promql.ts';

/** What signs requests; it refuses to sign for hosts that are not Google's. */
export interface Signer {
  getRequestHeaders(url: URL): Promise<Headers>;
}

export interface HttpOptions {
  /** Real endpoints, or a lab that stands for all of them and gets no credentials. */
  readonly access: { readonly credentials: Signer } | { readonly labOrigin: URL };
  readonly version: string;
  /** Ends the waiting between tries. */
  readonly signal: AbortSignal;
  /** Told of every request: "instant" or "range", OK or the failure's reason, and how long it took. */
  readonly onCall: (kind: 'instant' | 'range', code: string, seconds: number) => void;
  readonly limits?: Limits;
}

export interface Limits {
  readonly tryMs: number;
  readonly totalMs: number;
  readonly maxBytes: number;
  readonly retries: number;
  readonly firstRetryMs: number;
}

const ordinary: Limits = { tryMs: 10_000, totalMs: 12_000, maxBytes: 16 * 1024 * 1024, retries: 2, firstRetryMs: 250 };
/** However long a server asks us to stay away, it is asked again after this. */
const longestSilenceMs = 60_000;

export function createPromqlClient(options: HttpOptions): PromqlClient {
  const client = new HttpClient(options);
  return {
    async instant(source, query, atMs) {
      const form = new URLSearchParams({ query, time: seconds(atMs) });
      return client.ask('instant', source, form, vectorOf);
    },
    async range(source, query, startMs, endMs, stepMs) {
      const form = new URLSearchParams({ query, start: seconds(startMs), end: seconds(endMs), step: seconds(stepMs) });
      return client.ask('range', source, form, matrixOf);
    },
  };
}

class HttpClient {
  readonly #options: HttpOptions;
  readonly #limits: Limits;
  /** Until when (monotonic) a server that asked for silence gets it, by address. */
  readonly #silentUntilMs = new Map<string, number>();

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#limits = options.limits ?? ordinary;
  }

  /** Tries again what may pass; the whole takes at most `totalMs`. */
  async ask<T>(
    kind: 'instant' | 'range',
    source: MetricsSource,
    form: URLSearchParams,
    read: (who: string, answer: Answer) => T,
  ): Promise<T> {
    const { retries, firstRetryMs, totalMs } = this.#limits;
    const who = spoken(source);
    const url = this.#address(source, kind === 'instant' ? 'query' : 'query_range');
    this.#respectSilence(who, url);
    const signal = AbortSignal.any([this.#options.signal, AbortSignal.timeout(totalMs)]);
    const once = async () => {
      const startedMs = performance.now();
      let code = 'OK';
      try {
        return read(who, await this.#once(who, url, source, form, signal));
      } catch (error) {
        code = error instanceof PromqlFailure ? error.reason : 'Error';
        throw error;
      } finally {
        this.#options.onCall(kind, code, (performance.now() - startedMs) / 1000);
      }
    };
    try {
      return await pRetry(once, {
        retries,
        minTimeout: firstRetryMs,
        randomize: true,
        signal,
        shouldRetry: ({ error }) => error instanceof PromqlFailure && error.isPassing,
      });
    } catch (error) {
      throw error instanceof PromqlFailure ? error : unreachable(who, error);
    }
  }

  async #once(
    who: string,
    url: URL,
    source: MetricsSource,
    form: URLSearchParams,
    total: AbortSignal,
  ): Promise<Answer> {
    const signal = AbortSignal.any([total, AbortSignal.timeout(this.#limits.tryMs)]);
    try {
      const headers = { 'user-agent': `steadyrun/${this.#options.version}`, ...(await this.#signature(source, url)) };
      const answer = await post(url, form, { headers, signal, maxBytes: this.#limits.maxBytes });
      if (answer.status === 429) this.#beSilent(url, Number(answer.headers['retry-after']));
      return answer;
    } catch (error) {
      if (error instanceof TooLarge)
        throw new PromqlFailure('ProviderError', `${who}: ${error.message}`, { isPassing: false });
      throw unreachable(who, error);
    }
  }

  #respectSilence(who: string, url: URL): void {
    const silentMs = (this.#silentUntilMs.get(url.href) ?? 0) - performance.now();
    if (silentMs <= 0) return;
    const message = `${who} limits the rate of queries; it is asked again in ${Math.ceil(silentMs / 1000)} s.`;
    throw new PromqlFailure('RateLimited', message, { isPassing: false });
  }

  #beSilent(url: URL, retryAfterSeconds: number): void {
    if (!(retryAfterSeconds > 0)) return;
    this.#silentUntilMs.set(url.href, performance.now() + Math.min(retryAfterSeconds * 1000, longestSilenceMs));
  }

  /** Only Google's own endpoint gets credentials. */
  async #signature(source: MetricsSource, url: URL): Promise<Record<string, string>> {
    const { access } = this.#options;
    if ('labOrigin' in access || source.type !== 'GoogleManagedPrometheus') return {};
    return Object.fromEntries(await access.credentials.getRequestHeaders(url));
  }

  #address(source: MetricsSource, method: 'query' | 'query_range'): URL {
    const { access } = this.#options;
    if (source.type === 'GoogleManagedPrometheus') {
      const origin = 'labOrigin' in access ? access.labOrigin.origin : 'https://monitoring.googleapis.com';
      const project = encodeURIComponent(source.project);
      return new URL(`${origin}/v1/projects/${project}/location/global/prometheus/api/v1/${method}`);
    }
    const base = 'labOrigin' in access ? access.labOrigin : plainAddress(source.address);
    return new URL(`${base.origin}${base.pathname.replace(/\/+$/, '')}/api/v1/${method}`);
  }
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

function unreachable(who: string, error: unknown): PromqlFailure {
  const why =
    error instanceof Error ? error.message || ('code' in error ? String(error.code) : error.name) : String(error);
  return new PromqlFailure('ProviderError', `${who} could not be asked: ${why}.`, { isPassing: true, cause: error });
}

function spoken(source: MetricsSource): string {
  if (source.type === 'GoogleManagedPrometheus') return `Google Managed Prometheus of ${source.project}`;
  return URL.canParse(source.address) ? `Prometheus at ${new URL(source.address).host}` : 'Prometheus';
}

/** The HTTP API's times: seconds with milliseconds as decimals. */
const seconds = (ms: number): string => String(ms / 1000);
