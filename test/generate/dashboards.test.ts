/** Dashboards of 100 policies of all kinds, in Grafana and in Cloud Monitoring. */
import { describe, expect, test } from 'vitest';
import { dashboardOf, dashboardText } from '../../src/generate/dashboard/dashboard.ts';
import { monitoringDashboardOf } from '../../src/generate/monitoring/dashboard.ts';
import { parse } from '../../src/promql/parse.ts';
import { drawnPolicies } from './drawn-policies.ts';
import { everyKindAt, queriesOf } from './every-kind.ts';

const policies = [everyKindAt('GoogleManagedPrometheus'), everyKindAt('Prometheus'), ...drawnPolicies(100)];

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

const overlap = (a: Place, b: Place): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

function expectLaidOut(places: readonly Place[], columns: number): void {
  for (const [i, place] of places.entries()) {
    expect(place.x + place.w).toBeLessThanOrEqual(columns);
    expect(places.slice(i + 1).some((other) => overlap(place, other))).toBe(false);
  }
}

interface GrafanaPanel {
  readonly id: number;
  readonly type: string;
  readonly gridPos: Place;
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly refId: string; readonly datasource: { readonly uid: string } }[];
}

const panelsIn = (dashboard: ReturnType<typeof dashboardOf>) => dashboard.panels as readonly GrafanaPanel[];

describe('a dashboard of Grafana', () => {
  const dashboards = policies.slice(1).map(dashboardOf);

  test('has an identity of its own that stays', () => {
    const uids = dashboards.map(({ uid }) => uid);
    expect(new Set(uids).size).toBe(uids.length);
    for (const uid of uids) expect(uid).toMatch(/^[a-zA-Z0-9_-]{8,40}$/);
    expect(policies.slice(1).map((policy) => dashboardOf(policy).uid)).toEqual(uids);
    const [policy] = policies;
    const edited = { ...policy!, objectives: policy!.objectives.slice(1) };
    expect(dashboardOf(edited).uid).toBe(dashboardOf(policy!).uid);
  });

  test('has every panel in its place, with an id and series of its own', () => {
    for (const dashboard of dashboards) {
      const panels = panelsIn(dashboard);
      expectLaidOut(
        panels.map(({ gridPos }) => gridPos),
        24,
      );
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
      for (const { targets = [] } of panels)
        expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    }
  });

  test('asks whatever data source is chosen', () => {
    for (const dashboard of dashboards) {
      expect(dashboard.templating.list).toMatchObject([
        { type: 'datasource', name: 'datasource', query: 'prometheus' },
      ]);
      const asked = [
        ...panelsIn(dashboard).flatMap(({ targets = [] }) => targets.map(({ datasource }) => datasource.uid)),
        ...dashboard.annotations.list.map(({ datasource }) => datasource.uid),
      ];
      expect(new Set(asked)).toEqual(new Set(['$datasource']));
    }
  });

  test("has no colours but those of Grafana's themes", () => {
    for (const policy of policies) expect(dashboardText([policy])).not.toMatch(/#[0-9a-f]{6}\b|rgb/i);
  });

  test('shows every section, and the decisions as annotations', () => {
    for (const dashboard of dashboards) {
      const rows = panelsIn(dashboard).filter(({ type }) => type === 'row');
      expect(rows).toHaveLength(5);
      expect(dashboard.annotations.list).toMatchObject([
        { expr: expect.stringContaining('steadyrun_decisions_total') },
      ]);
    }
  });

  test('is the same each time, and a list for several policies', () => {
    expect(policies.map((policy) => dashboardText([policy]))).toEqual(
      policies.map((policy) => dashboardText([policy])),
    );
    expect(JSON.parse(dashboardText(policies.slice(0, 3)))).toHaveLength(3);
  });
});

interface Tile {
  readonly xPos: number;
  readonly yPos: number;
  readonly width: number;
  readonly height: number;
}

test('a dashboard of Cloud Monitoring has every widget in its place', () => {
  for (const policy of policies) {
    const { columns, tiles } = monitoringDashboardOf(policy).mosaicLayout;
    const places = (tiles as readonly Tile[]).map(({ xPos, yPos, width, height }) => ({
      x: xPos,
      y: yPos,
      w: width,
      h: height,
    }));
    expectLaidOut(places, columns);
  }
});

test('every query of every policy is PromQL', () => {
  for (const policy of policies) {
    for (const [from, query] of queriesOf(policy)) expect(() => parse(query), `${from}: ${query}`).not.toThrow();
  }
});
