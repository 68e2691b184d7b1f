/** What is counted for a revision is what the pasted query answers when somebody filters it by hand: a real Prometheus says so. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rewrite } from '../../src/commands/rewrite.ts';
import { quoted } from '../../src/promql/counters/format.ts';
import { prometheusProgram, type RealPrometheus, startPrometheus } from '../lab/promql/real-prometheus.ts';
import { remoteWrite } from '../lab/promql/remote-write.ts';
import { filteredByHand } from './corpus/by-hand.ts';
import { inOrder, instantsMs, revisionNames, world } from './corpus/world.ts';
import { type Quantile, type Rewritten, rewrittenQuantiles, rewrittenRatios } from './corpus.ts';

if (prometheusProgram === null) {
  console.error('REWRITING NOT PROVEN: there is no prometheus; name it in PROMETHEUS or put it on PATH.');
}

const window = '7m';
const names = [...new Set(world.map(({ metric }) => metric.__name__!))];

describe.skipIf(prometheusProgram === null)('A rewritten query counts for one revision', () => {
  let prometheus: RealPrometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus(prometheusProgram!);
    for (const piece of inOrder()) await remoteWrite(prometheus.url, piece);
  });
  afterAll(() => prometheus?.stop());

  test.for(rewrittenRatios.map((one) => [shown(one.query), one] as const))(
    'as the ratio does that is filtered by hand: %s',
    async ([, ratio]) => {
      let compared = 0;
      for (const revision of revisionNames) {
        const { bad, total, direction } = await rewritten(ratio.query, revision);
        const original = byHand(ratio, JSON.stringify(revision));
        for (const atMs of instantsMs) {
          const what = `${revision} at ${new Date(atMs).toISOString()}: ${original}`;
          const [value, badCount, totalCount] = await Promise.all(
            [original, bad, total].map((query) => ask(query, atMs)),
          );
          if (value === null || Number.isNaN(value)) {
            // The query has no answer where one of its counters has none, or a guard took it away.
            expect(await countersOf(original, atMs), what).toContain(0);
            continue;
          }
          if (!totalCount) {
            // `or vector(0)` calls no traffic healthy; two counters say that there is none.
            expect({ value, badCount: badCount ?? 0 }, what).toEqual({ value: 0, badCount: 0 });
            continue;
          }
          const scale = ratio.percent ? 100 : 1;
          const share = (badCount ?? 0) / totalCount;
          expectNear(scale * (direction === 'Turned' ? 1 - share : share), value!, what);
          if (ratio.becomes === 'Share') {
            expect(badCount ?? 0, what).toBeLessThanOrEqual(totalCount * (1 + 1e-9));
            expect(badCount ?? 0, what).toBeGreaterThanOrEqual(-1e-9 * totalCount);
          }
          compared++;
        }
      }
      expect(compared).toBeGreaterThanOrEqual(6);
    },
  );

  test.for(rewrittenQuantiles.map((one) => [shown(one.query), one] as const))(
    'what lies above the bucket: %s',
    async ([, quantile]) => {
      let compared = 0;
      for (const revision of revisionNames) {
        const { bad, total } = await rewritten(quantile.query, revision, quantile);
        const bucket = `sum(increase(${quantile.bucket(JSON.stringify(revision))}[${window}]))`;
        const everything = bucket.replace(/le="[^"]*"/, 'le="+Inf"');
        for (const atMs of instantsMs) {
          const [within, all, badCount, totalCount] = await Promise.all(
            [bucket, everything, bad, total].map((query) => ask(query, atMs)),
          );
          if (within === null) {
            expect([all, badCount, totalCount]).toEqual([null, null, null]);
            continue;
          }
          const what = `${revision} at ${new Date(atMs).toISOString()}: ${bucket}`;
          expectNear(totalCount! - badCount!, within!, what);
          expectNear(totalCount!, all!, what);
          compared++;
        }
      }
      expect(compared).toBeGreaterThanOrEqual(6);
    },
  );

  test('what is quoted reads there as what it was', async () => {
    const pieces = fc.oneof(
      fc.constantFrom('"', "'", '`', '\\', '{', '}', '\n', '\r', '\t', '\0', '#', '\u2028', '\ufeff', '\ufffd', '🦊'),
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    const values = fc.sample(
      fc.array(pieces, { maxLength: 8 }).map((all) => all.join('')),
      { numRuns: 300, seed: 1 },
    );
    for (const value of values) {
      const response = await fetch(`${prometheus.url}/api/v1/query`, {
        method: 'POST',
        body: new URLSearchParams({ query: quoted(value), time: '0' }),
      });
      expect(await response.json(), JSON.stringify(value)).toMatchObject({
        data: { resultType: 'string', result: [0, value] },
      });
    }
  });

  /** The one value; null: none. */
  async function ask(query: string, atMs: number): Promise<number | null> {
    const response = await fetch(`${prometheus.url}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query, time: String(atMs / 1000) }),
    });
    const { data, error } = (await response.json()) as { data?: Data; error?: string };
    if (data === undefined) throw new Error(`${error}: ${query}`);
    if (data.resultType === 'scalar') return Number(data.result[1]);
    expect(data.result.length, query).toBeLessThanOrEqual(1);
    return data.result[0] === undefined ? null : Number(data.result[0].value[1]);
  }

  /** What each counter of a query has counted, nothing being zero. */
  const countersOf = (query: string, atMs: number): Promise<number[]> =>
    Promise.all(
      [...query.matchAll(/(?:rate|increase)\s*\((?:[^"'`()]|"(?:[^"\\]|\\.)*"|'[^']*'|`[^`]*`)*\)/g)].map(
        async ([counter]) => (await ask(`sum(${counter})`, atMs)) ?? 0,
      ),
    );
});

type Data =
  | { readonly resultType: 'scalar'; readonly result: readonly [number, string] }
  | { readonly resultType: 'vector'; readonly result: readonly { readonly value: readonly [number, string] }[] };

function byHand(ratio: Rewritten, revision: string): string {
  return ratio.byHand?.(revision, window) ?? filteredByHand(ratio.query, names, revision, window);
}

/** What the command prints, with the window put in. */
async function rewritten(
  query: string,
  revision: string,
  quantile?: Quantile,
): Promise<{ bad: string; total: string; direction: string }> {
  let printed = '';
  const io = { stdout: { write: (text: string) => (printed += text) }, stderr: { write: () => {} } };
  const threshold = quantile && { threshold: quantile.threshold };
  const code = await rewrite({ query, revision, label: 'revision_name', json: true, ...threshold }, io);
  expect({ code, printed }).toMatchObject({ code: 0 });
  const { bad, total, direction } = JSON.parse(printed) as { bad: string; total: string; direction: string };
  const over = (text: string) => text.replaceAll('[$range]', `[${window}]`);
  return { bad: over(bad), total: over(total), direction };
}

function expectNear(value: number, expected: number, what: string): void {
  const near = Math.abs(value - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
  expect(near, `${what}: rewritten ${value}, by hand ${expected}`).toBe(true);
}

const shown = (query: string): string => (query.length > 300 ? `${query.slice(0, 100)}… (${query.length})` : query);
