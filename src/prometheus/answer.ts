/** Reads the answer of Prometheus's HTTP API, believing nothing about it. Pure; throws PromqlFailure. */
import type { Answer } from './post.ts';
import { type Labels, type Matrix, type Point, PromqlFailure, type Vector } from './promql.ts';

/** The result list of a successful answer. `who` is how messages name the server. */
export function resultOf(
  who: string,
  answer: Answer,
  resultType: 'vector' | 'matrix',
): readonly Record<string, unknown>[] {
  const json = parsed(answer.body);
  if (answer.status !== 200) throw httpFailure(who, answer, json);
  const fail = (what: string) => new PromqlFailure('ProviderError', `${who} ${what}.`, { isPassing: false });
  if (!isObject(json))
    throw fail(`answered with ${looksLikeHtml(answer.body) ? 'a web page' : 'text'} instead of JSON`);
  if (json.status !== 'success') throw fail(`did not answer the query: ${errorText(json)}`);
  // A warning is how an incomplete answer is announced, and a part of the data is no evidence.
  if (Array.isArray(json.warnings) && json.warnings.length > 0) {
    throw fail(`answered with a warning, so the answer may be incomplete: ${oneLine(json.warnings.join('; '))}`);
  }
  const data = isObject(json.data) ? json.data : {};
  if (data.resultType !== resultType || !Array.isArray(data.result) || !data.result.every(isObject)) {
    throw fail(`answered with ${oneLine(String(data.resultType))} instead of a ${resultType}`);
  }
  return data.result;
}

export function vectorOf(who: string, answer: Answer): Vector {
  return resultOf(who, answer, 'vector').map(({ metric, value }) => ({
    labels: labelsOf(who, metric),
    value: pointOf(who, value).value,
  }));
}

export function matrixOf(who: string, answer: Answer): Matrix {
  return resultOf(who, answer, 'matrix').map(({ metric, values }) => ({
    labels: labelsOf(who, metric),
    points: Array.isArray(values) ? values.map((point) => pointOf(who, point)) : malformed(who),
  }));
}

function httpFailure(who: string, answer: Answer, json: unknown): PromqlFailure {
  const { status, headers } = answer;
  const said = isObject(json) ? `: ${errorText(json)}` : '';
  if (status === 429) {
    const wait = headers['retry-after'] ? ` It asks to wait ${oneLine(headers['retry-after'])} s.` : '';
    return new PromqlFailure('RateLimited', `${who} limits the rate of queries (HTTP 429)${said}.${wait}`, {
      isPassing: false,
    });
  }
  const advice =
    status === 401 || status === 403
      ? ' The operator needs permission to read metrics there (roles/monitoring.viewer at Google).'
      : status === 404
        ? ' There is no Prometheus API at that address.'
        : '';
  return new PromqlFailure('ProviderError', `${who} answered with HTTP ${status}${said}.${advice}`, {
    isPassing: status >= 500,
    isRefusal: status === 400 || status === 422,
  });
}

/** Prometheus says {"error": "…"}, Google sometimes {"error": {"message": "…"}}. */
function errorText(json: Record<string, unknown>): string {
  const said = isObject(json.error) ? json.error.message : json.error;
  return oneLine(typeof said === 'string' && said !== '' ? said : 'no explanation');
}

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

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const looksLikeHtml = (body: string): boolean => /^\s*<(!doctype|html)/i.test(body);
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 300);
