/** Results as Prometheus' JSON has them: instants in seconds, values as text. */
import type { EvalResult } from '../query.ts';

export function wireResult(answer: EvalResult): unknown {
  switch (answer.resultType) {
    case 'scalar':
      return { resultType: 'scalar', result: point(answer.result.atMs, answer.result.value) };
    case 'vector':
      return {
        resultType: 'vector',
        result: answer.result.map(({ metric, atMs, value }) => ({ metric, value: point(atMs, value) })),
      };
    case 'matrix':
      return {
        resultType: 'matrix',
        result: answer.result.map(({ metric, samples }) => ({
          metric,
          values: samples.map(([atMs, value]) => point(atMs, value)),
        })),
      };
  }
}

const point = (atMs: number, value: number): [number, string] => [atMs / 1000, wireNumber(value)];

/** As Go writes it: signed infinities and zeros, exponents of two digits. */
export function wireNumber(value: number): string {
  if (Object.is(value, -0)) return '-0';
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  return String(value).replace(/e([-+])(\d)$/, 'e$10$2');
}
