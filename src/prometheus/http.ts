/** PromQL over Prometheus's HTTP API: Google Managed Prometheus, and a plain Prometheus with or without credentials. */
import pRetry from 'p-retry';
import { oneLine } from '../facts/one-line.ts';
import { unreached } from '../facts/system-error.ts';
import type { MetricsSource } from '../policy/policy.ts';
import { unlessAborted } from '../ports/unless.ts';
import { addressOf, type Method, spoken } from './address.ts';
import { matrixOf, type Server, vectorOf } from './answer.ts';
import { type Answer, TooLarge } from './exchange.ts';
import type { Pace, Urgency } from './pace.ts';
import { type PromqlClient, PromqlFailure } from './promql.ts';
import { type Access, forgetSecrets, signatureFor } from './sign.ts';
import { retryAfterMs, Silences } from './silence.ts';
import { Ways } from './ways.ts';

export interface HttpOptions {
  readonly access: Access;
  readonly version: string;
  /** Ends the waiting between tries. */
  readonly signal: AbortSignal;
  /** Told of every request: "instant" or "range", OK or the failure's reason, and how long it took. */
  readonly onCall: (kind: 'instant' | 'range', code: string, seconds: number) => void;
  readonly limits?: Limits;
  /** How often Google is asked about a project at most. */
  readonly pace?: Pace;
  /** Told of each question that was not put, since its turn did not come in time. */
  readonly onHeld?: (project: string) => void;
}

export interface Limits {
  readonly tryMs: number;
  readonly totalMs: number;
  readonly maxBytes: number;
  readonly retries: number;
  readonly firstRetryMs: number;
}

const ordinary: Limits = { tryMs: 10_000, totalMs: 12_000, maxBytes: 4 * 1024 * 1024, retries: 2, firstRetryMs: 250 };

export const createPromqlClient = (options: HttpOptions): PromqlClient => createPromqlClients(options).Judging;

/** The same client, for what is urgent and for what can wait. */
export function createPromqlClients(options: HttpOptions): Readonly<Record<Urgency, PromqlClient>> {
  const client = new HttpClient(options);
  const of = (urgency: Urgency): PromqlClient => ({
    async instant(source, query, atMs) {
      const form = new URLSearchParams({ query, time: seconds(atMs) });
      return client.ask('instant', source, form, vectorOf, urgency);
    },
    async range(source, query, startMs, endMs, stepMs) {
      const form = new URLSearchParams({ query, start: seconds(startMs), end: seconds(endMs), step: seconds(stepMs) });
      return client.ask('range', source, form, matrixOf, urgency);
    },
  });
  return { Judging: of('Judging'), Looking: of('Looking') };
}

type Reader<T> = (server: Server, answer: Answer) => T;

class HttpClient {
  readonly #options: HttpOptions;
  readonly #limits: Limits;
  readonly #silences = new Silences();
  readonly #ways = new Ways();

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#limits = options.limits ?? ordinary;
  }

  /** Tries again what may pass; the whole takes at most `totalMs`. */
  async ask<T>(
    kind: 'instant' | 'range',
    source: MetricsSource,
    form: URLSearchParams,
    read: Reader<T>,
    urgency: Urgency,
  ): Promise<T> {
    const { retries, firstRetryMs, totalMs } = this.#limits;
    const who = spoken(source);
    this.#respectSilence(who, source);
    const late = AbortSignal.timeout(totalMs);
    const signal = AbortSignal.any([this.#options.signal, late]);
    let why: unknown = null;
    const once = async () => {
      why = await this.#held(who, source, urgency, signal);
      if (why !== null) throw why;
      // Another's answer may have been to be left alone, while this one waited for its turn.
      this.#respectSilence(who, source);
      const startedMs = performance.now();
      let code = 'OK';
      try {
        return await this.#once(kind === 'instant' ? 'query' : 'query_range', source, form, read, { late, urgency });
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
      // When the time is up, only that is passed on of what was tried.
      throw asFailure(who, why ?? error);
    }
  }

  /** Why it is not this question's turn; each try has one. */
  async #held(who: string, source: MetricsSource, urgency: Urgency, end: AbortSignal): Promise<PromqlFailure | null> {
    const { pace, onHeld = () => undefined, signal: stop } = this.#options;
    if (pace === undefined || source.type !== 'GoogleManagedPrometheus') return null;
    try {
      await pace.turn(source.project, urgency, end);
      return null;
    } catch (error) {
      if (stop.aborted) throw error;
      onHeld(source.project);
      const often = `${pace.perMinute.toLocaleString('en-US')} times a minute`;
      const message = `${who} is asked at most ${often}, and this question's turn did not come in ${this.#limits.totalMs / 1000} s.`;
      return new PromqlFailure('RateLimited', message, { isPassing: false, cause: error });
    }
  }

  async #once<T>(
    method: Method,
    source: MetricsSource,
    form: URLSearchParams,
    read: Reader<T>,
    { late, urgency }: { readonly late: AbortSignal; readonly urgency: Urgency },
  ): Promise<T> {
    const { access, version } = this.#options;
    const { tryMs, maxBytes } = this.#limits;
    const who = spoken(source);
    const url = addressOf(source, method, 'labOrigin' in access ? access.labOrigin : null);
    // Not of the signal that is made of two of them already: Node never lets go of one that is made of such a one.
    const signal = AbortSignal.any([this.#options.signal, late, AbortSignal.timeout(tryMs)]);
    try {
      // What signs has waits of its own, which could be longer than ours.
      const { headers, secrets } = await unlessAborted(signatureFor(who, access, source, url), signal);
      const signed = { 'user-agent': `steadyrun/${version}`, ...headers };
      const { answer, also } = await this.#ways.ask(url, form, { headers: signed, signal, maxBytes, urgency });
      if (answer.status === 429) this.#silences.keep(nameOf(source), retryAfterMs(answer) ?? 0);
      if (answer.status === 401 || answer.status === 403) forgetSecrets(access, source);
      return read({ who, secrets, also }, answer);
    } catch (error) {
      throw asFailure(who, error);
    }
  }

  #respectSilence(who: string, source: MetricsSource): void {
    const leftMs = this.#silences.leftMs(nameOf(source));
    if (leftMs === 0) return;
    const message = `${who} limits the rate of queries; it is asked again in ${Math.ceil(leftMs / 1000)} s.`;
    throw new PromqlFailure('RateLimited', message, { isPassing: false });
  }
}

/** Credentials are part of it: one team's quota is not another's. */
const nameOf = (source: MetricsSource): string => JSON.stringify(source);

function asFailure(who: string, error: unknown): PromqlFailure {
  if (error instanceof PromqlFailure) return error;
  if (error instanceof TooLarge) {
    return new PromqlFailure('ProviderError', `${who}: ${error.message}`, { isPassing: false, isTooMuch: true });
  }
  // Of TLS, for one, errors come with a line break.
  const message = `${who} could not be asked: ${oneLine(unreached(error))}.`;
  const isTooMuch = error instanceof Error && error.name === 'TimeoutError';
  return new PromqlFailure('ProviderError', message, { isPassing: true, isTooMuch, cause: error });
}

/** The HTTP API's times: seconds with milliseconds as decimals. */
const seconds = (ms: number): string => String(ms / 1000);
