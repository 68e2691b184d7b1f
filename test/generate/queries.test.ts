/**
 * What is generated asks for what is meant: on a lab whose canary fails and is slow, each query answers with the figures that
 * the world knows, from Google as from a plain server.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { alertsOf } from '../../src/generate/alerts.ts';
import { aloneExprOf } from '../../src/generate/alone.ts';
import { panelsOf } from '../../src/generate/panels/panels.ts';
import { labPromql } from '../../src/lab/promql-client.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { parse } from '../../src/promql/parse.ts';
import { minutes } from '../scenarios/stage.ts';
import { everyKindAt, queriesOf, sources } from './every-kind.ts';
import { endMs, stable, type TwoRevisions, twoRevisions } from './two-revisions.ts';

const types = Object.keys(sources) as (keyof typeof sources)[];

describe.each(types)('asked of %s', (type) => {
  const policy = everyKindAt(type);
  let troubled: TwoRevisions;
  let clean: TwoRevisions;
  beforeAll(() => {
    troubled = twoRevisions();
    clean = twoRevisions({ LAB_ERROR_PERCENT: '0' });
  });

  const answer = (query: string, { world } = troubled, atMs = endMs) =>
    labPromql(world.store).instant(policy.metrics, query, atMs);
  const byRevision = async (query: string, { world, canary } = troubled) => {
    const shown = await answer(query, { world, canary });
    const of = (revision: string) => shown.find(({ labels }) => labels.revision_name === revision)?.value;
    return { canary: of(canary), stable: of(stable) };
  };

  test('every query is PromQL, and is answered with numbers', async () => {
    const queries = queriesOf(policy);
    expect(queries.length).toBeGreaterThan(100);
    for (const [from, query] of queries) {
      expect(() => parse(query), from).not.toThrow();
      // The lab has no native histograms.
      if (/histogram_(fraction|count)|request_seconds/.test(query)) continue;
      for (const { value } of await answer(query)) expect(value, `${from}: ${query}`).toEqual(expect.any(Number));
    }
  });

  test.each([
    ['availability by revision', 0.05, 0.01],
    ['errors by revision', 0.05, 0.01],
    ['good by revision', 0.05, 0.01],
    ['own-latency by revision', 0.5, 0.03],
    ['latency by revision', 0.5, 0.01],
    ['paths by revision', 0.5, 0.01],
    ['bucket by revision', 0.5, 0.01],
    ['p95 of own-latency by revision', 600, 60],
    ['p95 of latency by revision', 0.6, 0.15],
  ])('%s shows the canary at %f', async (title, expected, tolerance) => {
    const shown = await byRevision(queryOf(policy, title));
    expect(Math.abs(shown.canary! - expected)).toBeLessThan(tolerance);
    expect(shown.stable!).toBeLessThan(shown.canary! / 1.5);
  });

  test('paths that do not count are left out of every figure', () => {
    for (const title of ['paths by revision', 'p95 of paths by revision', 'Burn rate of paths'])
      expect(queryOf(policy, title)).toContain('route!="/healthz"');
  });

  test('a canary without a single failure is shown at 0, not left out', async () => {
    for (const title of ['availability by revision', 'errors by revision', 'good by revision'])
      expect(await byRevision(queryOf(policy, title), clean)).toMatchObject({ canary: 0 });
  });

  test('how fast a budget goes agrees with what was served', async () => {
    const { byRevision, requests } = troubled.world.truth('api');
    const bad = Object.values(byRevision).reduce((sum, { errors }) => sum + errors, 0);
    const [overAnHour] = await answer(queryOf(policy, 'Burn rate of errors'));
    expect(overAnHour!.value / (bad / requests / 0.001)).toBeCloseTo(1, 1);
  });

  const due = async (lived: TwoRevisions, atMs = endMs) => {
    const found = alertsOf(policy).alerts.map(async (alert) => {
      if (alert.objective === 'native') return [];
      return (await answer(aloneExprOf(alert, policy), lived, atMs)).length === 0 ? [] : [alert.name];
    });
    return (await Promise.all(found)).flat();
  };
  const burning = ['AvailabilityBudgetBurn1h', 'ErrorsBudgetBurn1h', 'SlicedBudgetBurn1h'];

  test('alerts are due while the canary burns, and silent without it', async () => {
    expect(await due(troubled)).toEqual(expect.arrayContaining([...burning, 'LatencyTooSlow']));
    expect(await due(twoRevisions({ LAB_ERROR_PERCENT: '60' }))).toContain('AvailabilityErrorSpike');
    expect(await due(clean)).toEqual([]);
  });

  test('a burn is over soon after the trouble is, though its hour is not', async () => {
    const lived = twoRevisions();
    lived.world.setTraffic('api', [{ revision: stable, percent: 100 }]);
    lived.world.advanceTo(endMs + minutes(15));
    const [overAnHour] = await answer(queryOf(policy, 'Burn rate of errors'), lived, endMs + minutes(15));
    expect(overAnHour!.value).toBeGreaterThan(14.4);
    expect(await due(lived, endMs + minutes(15))).not.toEqual(expect.arrayContaining(burning.slice(0, 1)));
    expect(await due(lived, endMs + minutes(15))).not.toEqual(expect.arrayContaining(burning.slice(1, 2)));
  });

  test('no burn is due over more time than there was', async () => {
    const young = await due(twoRevisions(undefined, minutes(30)));
    expect(young).toContain('AvailabilityBudgetBurn1h');
    expect(young.filter((name) => /BudgetBurn(6h|1d|3d)/.test(name))).toEqual([]);
  });
});

function queryOf(policy: Policy, title: string): string {
  const found = panelsOf(policy)
    .flatMap(({ panels }) => panels)
    .find((one) => one.title === title);
  if (!found) throw new Error(`there is no panel ${title}`);
  return found.queries[0]!.expr;
}
