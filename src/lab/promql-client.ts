/** The lab's PromQL engine as the metrics adapter asks it, without HTTP between. */

import type { Vector } from '../counting/vector.ts';
import type { MetricsSource } from '../policy/policy.ts';
import { type Matrix, type PromqlClient, PromqlFailure } from '../prometheus/promql.ts';
import { isChanges } from './metrics/platform.ts';
import { instant, PromqlError, range } from './promql/query.ts';
import type { SeriesStore } from './series/store.ts';

export function labPromql(store: SeriesStore): PromqlClient {
  return {
    instant: async (source: MetricsSource, query: string, atMs: number): Promise<Vector> => {
      const answer = failing(() => instant(store, query, atMs, changesOf(source)));
      if (answer.resultType !== 'vector') throw new Error(`a ${answer.resultType} where a vector was asked for`);
      return answer.result.map(({ metric, value }) => ({ labels: metric, value }));
    },
    range: async (
      source: MetricsSource,
      query: string,
      startMs: number,
      endMs: number,
      stepMs: number,
    ): Promise<Matrix> =>
      failing(() => range(store, query, startMs, endMs, stepMs, changesOf(source))).result.map(
        ({ metric, samples }) => ({
          labels: metric,
          points: samples.map(([atMs, value]) => ({ atMs, value })),
        }),
      ),
  };
}

/** Google answers for its own metrics in its own way. */
const changesOf = ({ type }: MetricsSource) => (type === 'GoogleManagedPrometheus' ? isChanges : null);

function failing<T>(evaluate: () => T): T {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof PromqlError) {
      throw new PromqlFailure('ProviderError', error.message, {
        isPassing: false,
        isRefusal: true,
        cause: error,
      });
    }
    throw error;
  }
}
