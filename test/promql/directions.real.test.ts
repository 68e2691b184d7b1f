/**
 * Whichever way round a share is written, what is counted as bad is what the good leave of all: a real Prometheus says so,
 * of worlds and spellings that nobody thought of one by one.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { increaseText } from '../../src/promql/counters/format.ts';
import type { CounterSum } from '../../src/promql/counters/model.ts';
import { readPasted } from '../../src/promql/counters/pasted.ts';
import { QueryRefused } from '../../src/promql/counters/refusal.ts';
import { prometheusProgram, type RealPrometheus, startPrometheus } from '../lab/promql/real-prometheus.ts';
import { remoteWrite } from '../lab/promql/remote-write.ts';
import { byHand, endMs, growths, kinds, revisions, type Spelling, spellings, styles, written } from './directions.ts';

if (prometheusProgram === null) {
  console.error('DIRECTIONS NOT PROVEN: there is no prometheus; name it in PROMETHEUS or put it on PATH.');
}

/** Every kind of world is written so often, each time with other numbers and other styles. */
const worldsOfAKind = 2;
let worlds = 0;
/** So many mistakes are told of a world; the rest are mostly the same. */
const shown = 12;

describe.skipIf(prometheusProgram === null)('The bad that is counted is the total less the good', () => {
  let prometheus: RealPrometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus(prometheusProgram!);
  });
  afterAll(() => prometheus?.stop());

  test.for(kinds.map((kind) => [kind.what, kind] as const))('however it is spelled: %s', async ([, kind]) => {
    const ways = fc.array(styles, { minLength: 31, maxLength: 31 });
    await fc.assert(
      fc.asyncProperty(growths, ways, fc.nat(1000), async (growing, all, first) => {
        const prefix = `w${worlds++}`;
        await remoteWrite(prometheus.url, written(kind, prefix, growing));
        const wrong: string[] = [];
        let asked = 0;
        for (const { isGood, isTotal, ...meaning } of kind.meanings(prefix)) {
          const expected = await Promise.all(
            revisions.map(async (revision): Promise<Expected> => {
              const [good, total] = await Promise.all([
                ask(byHand(kind, prefix, isGood, revision)),
                ask(byHand(kind, prefix, isTotal, revision)),
              ]);
              return { revision, bad: total! - good!, good: good!, total: total! };
            }),
          );
          const spelled = [...spellings({ isGood, isTotal, ...meaning }, all, first)];
          asked += spelled.length;
          const answers = await Promise.all(
            spelled.map(async (spelling) => [
              ...(await wrongOf(spelling, expected)),
              ...(await misspelled(spelling, expected)),
            ]),
          );
          wrong.push(...answers.flat());
        }
        expect(asked).toBeGreaterThanOrEqual(36);
        expect(wrong.slice(0, shown), `${wrong.length} mistakes in ${asked} spellings`).toEqual([]);
      }),
      // All that is wrong of a world is told at once: a smaller one would say no more.
      { numRuns: worldsOfAKind, endOnFailure: true },
    );
  });

  /** What is wrong with how the query was read. */
  async function wrongOf({ query, isGood }: Spelling, expected: readonly Expected[]): Promise<string[]> {
    const read = reading(query);
    if (typeof read === 'string') return [`${query}\n  ${read}`];
    const wrong: string[] = [];
    const { proof, direction, why } = read.reading;
    if (proof !== 'Form') wrong.push(`${query}\n  proof ${proof}: ${why}`);
    if (direction !== (isGood ? 'Turned' : 'Bad')) wrong.push(`${query}\n  direction ${direction}: ${why}`);
    for (const { revision, bad, total } of expected) {
      const [badText, totalText] = [counted(read.bad, revision), counted(read.total, revision)];
      // A counter that was never born has counted nothing.
      const [badCount, totalCount] = await Promise.all([ask(badText), ask(totalText)]);
      if (!isNear(badCount ?? 0, bad, total)) wrong.push(`${query}\n  bad ${badCount}, not ${bad}: ${badText}`);
      if (!isNear(totalCount ?? 0, total, total))
        wrong.push(`${query}\n  total ${totalCount}, not ${total}: ${totalText}`);
    }
    return wrong;
  }

  /** What the query itself answers with, of both revisions: that the tests mean what they say. */
  async function misspelled(
    { query, isGood, whole, isRounded }: Spelling,
    expected: readonly Expected[],
  ): Promise<string[]> {
    const value = await ask(query.replaceAll('$__rate_interval', '5m'));
    const sum = (of: 'bad' | 'good' | 'total') => expected.reduce((all, one) => all + one[of], 0);
    const share = (whole * sum(isGood ? 'good' : 'bad')) / sum('total');
    // It has no answer where one of its counters has none, and a zero may stand for that.
    if (value === null || value === 0 || Number.isNaN(value) || sum('total') === 0) return [];
    const near = Math.abs(value - share) <= (isRounded ? 0.00051 : 1e-9 * whole);
    return near ? [] : [`MISSPELLED ${query}\n  answers ${value}, not ${share}`];
  }

  /** The one value; null: none. The same question is asked once. */
  function ask(query: string): Promise<number | null> {
    const known = answers.get(query);
    if (known) return known;
    const answer = asked(query);
    answers.set(query, answer);
    return answer;
  }
  const answers = new Map<string, Promise<number | null>>();

  async function asked(query: string): Promise<number | null> {
    const response = await fetch(`${prometheus.url}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query, time: String(endMs / 1000) }),
    });
    const { data, error } = (await response.json()) as {
      data?: { result: readonly { readonly value: readonly [number, string] }[] };
      error?: string;
    };
    if (data === undefined) throw new Error(`${error}: ${query}`);
    expect(data.result.length, query).toBeLessThanOrEqual(1);
    return data.result[0] === undefined ? null : Number(data.result[0].value[1]);
  }
});

interface Expected {
  readonly revision: string;
  readonly bad: number;
  readonly good: number;
  readonly total: number;
}

/** As a policy reads it, or why it is refused. */
function reading(query: string) {
  try {
    const read = readPasted(query, { revisionLabel: 'revision_name' });
    return read.kind === 'Ratio' ? read.ratio : `read as ${read.kind}`;
  } catch (error) {
    if (!(error instanceof QueryRefused)) throw error;
    return `refused: ${error.message}`;
  }
}

const counted = (sum: CounterSum, value: string): string =>
  increaseText(sum, [{ label: 'revision_name', op: '=', value }], '8m');

const isNear = (value: number, expected: number, total: number): boolean =>
  Math.abs(value - expected) <= 1e-9 * Math.max(1, total);
