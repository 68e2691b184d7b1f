/** Asks two engines the same and keeps what they do not agree on; the first one's answers are the ones that count. */
import type { Labels, Vector } from '../../src/counting/vector.ts';
import type { Matrix, PromqlClient } from '../../src/prometheus/promql.ts';

export interface Disagreement {
  readonly query: string;
  readonly at: string;
  /** null: nothing. */
  readonly answers: Readonly<Record<string, { readonly real: number | null; readonly expected: number | null }>>;
}

export interface Witness {
  readonly client: PromqlClient;
  /** The part of a value by which answers may differ. */
  readonly tolerance: number;
  readonly onDisagreement: (disagreement: Disagreement) => void;
}

/** Values by series; of a range, by series and instant. */
type Values = ReadonlyMap<string, number>;

export function witnessed(client: PromqlClient, { client: witness, tolerance, onDisagreement }: Witness): PromqlClient {
  const compare = (query: string, atMs: number, real: Values, expected: Values) => {
    const keys = [...new Set([...real.keys(), ...expected.keys()])].filter(
      (key) => !alike(real.get(key), expected.get(key), tolerance),
    );
    if (keys.length === 0) return;
    const answers = keys.map((key) => [key, { real: real.get(key) ?? null, expected: expected.get(key) ?? null }]);
    onDisagreement({ query, at: new Date(atMs).toISOString(), answers: Object.fromEntries(answers) });
  };
  return {
    async instant(...question) {
      const [answer, expected] = [await client.instant(...question), await witness.instant(...question)];
      const [, query, atMs] = question;
      compare(query, atMs, valuesOf(answer), valuesOf(expected));
      return answer;
    },
    async range(...question) {
      const [answer, expected] = [await client.range(...question), await witness.range(...question)];
      const [, query, , endMs] = question;
      compare(query, endMs, valuesOverTime(answer), valuesOverTime(expected));
      return answer;
    },
  };
}

/**
 * An engine whose ranges and lookback are closed, as one whose are open on the left: that one leaves out a sample exactly on
 * the edge and nothing else, and where samples are on whole seconds so does the question put a millisecond later.
 */
export function openOnTheLeft(closed: PromqlClient): PromqlClient {
  return {
    instant: (source, query, atMs) => closed.instant(source, query, atMs + 1),
    async range(source, query, startMs, endMs, stepMs) {
      const matrix = await closed.range(source, query, startMs + 1, endMs + 1, stepMs);
      return matrix.map(({ labels, points }) => ({
        labels,
        points: points.map(({ atMs, value }) => ({ atMs: atMs - 1, value })),
      }));
    },
  };
}

const alike = (real: number | undefined, expected: number | undefined, tolerance: number): boolean =>
  Object.is(real, expected) ||
  (real !== undefined && expected !== undefined && Math.abs(real - expected) <= tolerance * Math.abs(expected));

const valuesOf = (vector: Vector): Values => new Map(vector.map(({ labels, value }) => [textOf(labels), value]));

const valuesOverTime = (matrix: Matrix): Values =>
  new Map(
    matrix.flatMap(({ labels, points }) =>
      points.map(({ atMs, value }): [string, number] => [`${textOf(labels)} ${new Date(atMs).toISOString()}`, value]),
    ),
  );

const textOf = (labels: Labels): string => JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
