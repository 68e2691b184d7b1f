/** The lab's evaluator against the real one: the same samples, the same questions, the same answers. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EvalResult, instant, PromqlError, range } from '../../../src/lab/promql/query.ts';
import { paritySubset, refusedByBoth } from './parity-queries.ts';
import { randomQuery } from './random-queries.ts';
import { prometheusProgram, type RealPrometheus, startPrometheus } from './real-prometheus.ts';
import { remoteWrite } from './remote-write.ts';
import { endMs, inOrder, labStore, startMs } from './sample-world.ts';

if (prometheusProgram === null) {
  console.error('PARITY NOT PROVEN: there is no prometheus; name it in PROMETHEUS or put it on PATH.');
}

/** Forty: on samples, between them, before the first and after the last. */
const instantsMs = [
  startMs,
  ...Array.from({ length: 34 }, (_, index) => startMs + 90_000 + index * 214_377),
  startMs + 41 * 60_000,
  startMs + 75 * 60_000,
  startMs + 97 * 60_000,
  endMs,
  endMs + 240_000,
  endMs + 300_000,
];

/** Values by series; of a range, by series and instant. An error is an answer too. */
type Answer = ReadonlyMap<string, number> | 'error';

describe.skipIf(prometheusProgram === null)('The evaluator agrees with Prometheus', () => {
  const store = labStore();
  let prometheus: RealPrometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus(prometheusProgram!);
    for (const piece of inOrder()) await remoteWrite(prometheus.url, piece);
  });
  afterAll(() => prometheus?.stop());

  test.for([...paritySubset, ...refusedByBoth])('at every instant: %s', async (query) => {
    for (const atMs of instantsMs) {
      const real = await ask('query', { query, time: String(atMs / 1000) });
      const lab = answerOf(() => instant(store, query, atMs));
      expectSame(lab, real, `${query} at +${(atMs - startMs) / 1000} s`);
    }
  });

  test.for(paritySubset.filter((query) => !isRange(query)))('over a range: %s', async (query) => {
    const [fromMs, toMs, stepMs] = [startMs + 30 * 60_000, endMs + 600_000, 47_000];
    const real = await ask('query_range', {
      query,
      start: String(fromMs / 1000),
      end: String(toMs / 1000),
      step: String(stepMs / 1000),
    });
    expectSame(
      answerOf(() => range(store, query, fromMs, toMs, stepMs)),
      real,
      query,
    );
  });

  test.for(refusedByBoth)('both refuse: %s', async (query) => {
    expect(await ask('query', { query, time: String((startMs + 3_600_000) / 1000) })).toBe('error');
    expect(answerOf(() => instant(store, query, startMs + 3_600_000))).toBe('error');
  });

  test('for a thousand queries that nobody would write, a hundred and twenty of them at every instant', {
    timeout: 120_000,
  }, async () => {
    const queries = fc.sample(randomQuery, { numRuns: 1000, seed: 1 });
    let answered = 0;
    for (const [index, query] of queries.entries()) {
      for (const atMs of index < 120 ? instantsMs : [instantsMs[index % instantsMs.length]!]) {
        const real = await ask('query', { query, time: String(atMs / 1000) });
        expectSame(
          answerOf(() => instant(store, query, atMs)),
          real,
          `${query} at +${(atMs - startMs) / 1000} s`,
        );
        if (real !== 'error' && real.size > 0) answered++;
      }
    }
    expect(answered).toBeGreaterThan(1_500);
  });

  async function ask(path: string, parameters: Record<string, string>): Promise<Answer> {
    const response = await fetch(`${prometheus.url}/api/v1/${path}`, {
      method: 'POST',
      body: new URLSearchParams(parameters),
    });
    const { status, data } = (await response.json()) as { status: string; data: RealData };
    return status === 'error' ? 'error' : realAnswer(data);
  }
});

const isRange = (query: string): boolean => query.startsWith('temperature{place="lab"}[') || /\]$/.test(query);

interface RealData {
  readonly resultType: string;
  readonly result: unknown;
}

type Point = readonly [number, string];

function realAnswer({ resultType, result }: RealData): Answer {
  if (resultType === 'scalar') return new Map([['scalar', realNumber((result as Point)[1])]]);
  const series = result as readonly { metric: Record<string, string>; value?: Point; values?: readonly Point[] }[];
  return new Map(
    series.flatMap(({ metric, value, values }) =>
      (values ?? [value!]).map(
        ([at, text]) => [`${keyOf(metric)} ${Math.round(at * 1000)}`, realNumber(text)] as const,
      ),
    ),
  );
}

function answerOf(evaluate: () => EvalResult): Answer {
  try {
    const answer = evaluate();
    if (answer.resultType === 'scalar') return new Map([['scalar', answer.result.value]]);
    if (answer.resultType === 'vector') {
      return new Map(answer.result.map(({ metric, atMs, value }) => [`${keyOf(metric)} ${atMs}`, value]));
    }
    return new Map(
      answer.result.flatMap(({ metric, samples }) =>
        samples.map(([at, value]) => [`${keyOf(metric)} ${at}`, value] as const),
      ),
    );
  } catch (error) {
    if (error instanceof PromqlError) return 'error';
    throw error;
  }
}

function keyOf(metric: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function realNumber(text: string): number {
  return text === '+Inf' ? Number.POSITIVE_INFINITY : text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text);
}

function expectSame(lab: Answer, real: Answer, what: string): void {
  if (lab === 'error' || real === 'error') {
    expect(lab, what).toBe(real);
    return;
  }
  expect([...lab.keys()].sort(), what).toEqual([...real.keys()].sort());
  for (const [key, value] of real) {
    const ours = lab.get(key)!;
    const same = Object.is(ours, value) || Math.abs(ours - value) <= 1e-9 * Math.abs(value);
    expect(same, `${what}: ${key}: lab ${ours}, Prometheus ${value}`).toBe(true);
  }
}
