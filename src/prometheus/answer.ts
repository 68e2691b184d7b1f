/** Reads the answer of Prometheus's HTTP API, believing nothing about it. Pure; throws PromqlFailure. */

import type { Labels, Vector } from '../counting/vector.ts';
import { oneLine } from '../facts/one-line.ts';
import { bodyOf, type Json } from './body.ts';
import type { Answer } from './exchange.ts';
import { type Matrix, type Point, PromqlFailure } from './promql.ts';
import { retryAfterMs } from './silence.ts';

export interface Server {
  /** How messages name the server. */
  readonly who: string;
  /** What it was shown, which no message repeats even where the server does. */
  readonly secrets: readonly string[];
  /** What else was tried where it refuses to be asked so: a sentence, or nothing. */
  readonly also: string;
}

/** The result list of a successful answer. */
function resultOf(server: Server, answer: Answer, resultType: 'vector' | 'matrix'): readonly Record<string, unknown>[] {
  const { who } = server;
  const body = bodyOf(answer);
  if (answer.status !== 200) throw httpFailure(server, answer, body.json);
  const fail = (what: string, isPassing = false) =>
    new PromqlFailure('ProviderError', `${who} ${what}.`, { isPassing });
  if (body.json === null) throw fail(`answered with ${body.instead}`, body.isCutOff);
  const json = body.json;
  if (json.status !== 'success') throw fail(`did not answer the query: ${errorText(server, json)}`);
  // A part of the data is no evidence. A warning is how Prometheus and Thanos announce one, a flag how VictoriaMetrics does.
  const warnings = warningsOf(json);
  if (warnings.length > 0) {
    throw fail(`answered with a warning, so the answer may be incomplete: ${told(server, warnings.join('; '))}`);
  }
  if (json.isPartial === true) throw fail('says that its answer is only a part of the data');
  const data = isObject(json.data) ? json.data : {};
  if (data.resultType !== resultType || !Array.isArray(data.result) || !data.result.every(isObject)) {
    const given = typeof data.resultType === 'string' ? told(server, data.resultType) : 'something else';
    throw fail(`answered with ${given} instead of a ${resultType}`);
  }
  return data.result;
}

export function vectorOf(server: Server, answer: Answer): Vector {
  const { who } = server;
  return resultOf(server, answer, 'vector').map(({ metric, value }) => ({
    labels: labelsOf(who, metric),
    value: pointOf(who, value).value,
  }));
}

export function matrixOf(server: Server, answer: Answer): Matrix {
  const { who } = server;
  return resultOf(server, answer, 'matrix').map(({ metric, values }) => ({
    labels: labelsOf(who, metric),
    points: Array.isArray(values) ? values.map((point) => pointOf(who, point)) : malformed(who),
  }));
}

/** A question or an answer that is too large, samples that are not loaded, an evaluation that took too long. */
const tooMuch = [413, 422, 504];
/** How it is said with other codes: by Prometheus of an evaluation, by Mimir, by Thanos, by what stands before them. */
const soMuch = /too (many|much|large|long)|larger than|exceed|timed? ?out|deadline/i;

function httpFailure(server: Server, answer: Answer, json: Json | null): PromqlFailure {
  const { who, also } = server;
  const { status } = answer;
  const said = json ? `: ${errorText(server, json)}` : '';
  if (status === 429) {
    const waitMs = retryAfterMs(answer);
    const wait = waitMs ? ` It asks to wait ${Math.ceil(waitMs / 1000)} s.` : '';
    return new PromqlFailure('RateLimited', `${who} limits the rate of queries (HTTP 429)${said}.${wait}`, {
      isPassing: false,
    });
  }
  const advice =
    status === 401 || status === 403
      ? ' The operator needs permission to read metrics there: roles/monitoring.viewer at Google, elsewhere what spec.metrics.authorization or basicAuth names.'
      : status === 404
        ? ' There is no Prometheus API at that address.'
        : status === 405 || status === 415
          ? ' What stands there takes no queries so: let them pass to the Prometheus API.'
          : status >= 300 && status < 400
            ? ' Redirects are not followed: give the address that it leads to.'
            : '';
  return new PromqlFailure('ProviderError', `${who} answered with HTTP ${status}${said}.${advice}${also}`, {
    isPassing: status >= 500,
    isRefusal: status === 400 || status === 422,
    isTooMuch: tooMuch.includes(status) || ((status === 400 || status >= 500) && soMuch.test(said)),
  });
}

/** Prometheus says {"error": "…"}, Google sometimes {"error": {"message": "…"}}. */
function errorText(server: Server, json: Json): string {
  const said = isObject(json.error) ? json.error.message : json.error;
  return told(server, typeof said === 'string' && said !== '' ? said : 'no explanation');
}

/** Prometheus 3 keeps remarks on the query apart, in `infos`; before, they came as warnings. Neither means missing data. */
function warningsOf({ warnings }: Json): readonly string[] {
  return [warnings ?? []]
    .flat()
    .map((warning) => (typeof warning === 'string' ? warning : 'one that cannot be read'))
    .filter((warning) => !warning.startsWith('PromQL info:'));
}

/** What the server said. */
const told = ({ secrets }: Server, text: string): string =>
  oneLine(secrets.filter((secret) => secret !== '').reduce((hidden, secret) => hidden.replaceAll(secret, '…'), text));

function labelsOf(who: string, metric: unknown): Labels {
  if (!isObject(metric) || !Object.values(metric).every((value) => typeof value === 'string')) return malformed(who);
  return metric as Labels;
}

function pointOf(who: string, point: unknown): Point {
  const [seconds, text] = Array.isArray(point) ? point : [];
  if (typeof seconds !== 'number' || typeof text !== 'string') return malformed(who);
  return { atMs: Math.round(seconds * 1000), value: numberOf(who, text) };
}

function numberOf(who: string, text: string): number {
  if (text === 'NaN') return Number.NaN;
  if (/^[+-]?Inf$/.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const value = Number(text);
  return text === '' || Number.isNaN(value) ? malformed(who) : value;
}

function malformed(who: string): never {
  throw new PromqlFailure('ProviderError', `${who} answered with a result that cannot be read.`, { isPassing: false });
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
