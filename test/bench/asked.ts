/** Counts what is asked of a metrics server, as it would go over the wire. */

import type { Vector } from '../../src/counting/vector.ts';
import type { Matrix, PromqlClient } from '../../src/prometheus/promql.ts';

export interface Asked {
  queries: number;
  bytesOut: number;
  bytesIn: number;
  /** As Google counts what a question returns: at least one. */
  series: number;
  /** How long each answer took, in milliseconds. */
  readonly tookMs: number[];
}

export const nothingAsked = (): Asked => ({ queries: 0, bytesOut: 0, bytesIn: 0, series: 0, tookMs: [] });

/** The same client; `into()` is where the next question is counted. */
export function counted(client: PromqlClient, into: () => Asked): PromqlClient {
  const count = async <T extends Vector | Matrix>(
    parameters: Record<string, string>,
    ask: () => Promise<T>,
    wire: (answer: T) => unknown,
  ) => {
    const asked = into();
    const startedMs = performance.now();
    const answer = await ask();
    asked.tookMs.push(performance.now() - startedMs);
    asked.queries++;
    asked.series += Math.max(1, answer.length);
    asked.bytesOut += new URLSearchParams(parameters).toString().length;
    asked.bytesIn += JSON.stringify({ status: 'success', data: wire(answer) }).length;
    return answer;
  };
  return {
    instant: (source, query, atMs) =>
      count({ query, time: String(atMs / 1000) }, () => client.instant(source, query, atMs), vectorWire),
    range: (source, query, startMs, endMs, stepMs) =>
      count(
        { query, start: String(startMs / 1000), end: String(endMs / 1000), step: String(stepMs / 1000) },
        () => client.range(source, query, startMs, endMs, stepMs),
        matrixWire,
      ),
  };
}

const vectorWire = (vector: Vector) => ({
  resultType: 'vector',
  result: vector.map(({ labels, value }) => ({ metric: labels, value: [1767600000, String(value)] })),
});

const matrixWire = (matrix: Matrix) => ({
  resultType: 'matrix',
  result: matrix.map(({ labels, points }) => ({
    metric: labels,
    values: points.map(({ atMs, value }) => [atMs / 1000, String(value)]),
  })),
});
