/** How many instances there are, and how each of them did, by the label that tells what was scraped apart. */
import { describe, expect, test } from 'vitest';
import type { LabelSet } from '../../src/lab/series/labels.ts';
import { adopted } from '../scenarios/stage.ts';

const query = 'histogram_quantile(0.95, sum by (le) (rate(http_server_duration_seconds_bucket{job="api"}[5m])))';
const slow = { name: 'latency', indicator: { latency: { threshold: '300ms', query } } };

describe("an app's own histogram", () => {
  test.each([20, 100, 400])('tells the instances of %d requests a second apart', async (rps) => {
    const { stage, stable } = await adopted({ rps, spec: { objectives: [slow] } });
    await stage.run(40);
    const candidate = stage.world.deploy('api');
    await stage.until((status) => status.phase === 'Ramping', 5);
    const { luck } = stage.status.rollout!.evidence[0]!;
    const buckets = {
      name: 'http_server_duration_seconds_bucket',
      matchesName: () => true,
      matches: (labels: LabelSet) => labels.get('revision_name') === stable,
    };
    const shown = stage.world.store.select(buckets).flatMap(({ series }) => series);
    const instances = new Set(shown.map(({ labels }) => labels.get('instance')));
    expect(instances.size).toBeGreaterThan(0);
    expect(luck!.instances).toBe(instances.size);
    expect(luck!.usual).toBeGreaterThan(0.015);
    expect(luck!.usual).toBeLessThan(0.03);
    expect(luck!.spread).toBeLessThan(0.41);
    expect(candidate).toBe(stage.status.candidate!.revision);
  });
});
