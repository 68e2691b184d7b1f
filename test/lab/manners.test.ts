/** Cloud Run as it may turn out to be: what a lab is told to be, it is. */
import { afterEach, describe, expect, test } from 'vitest';
import { Lab } from '../../src/lab/lab.ts';
import { usualManners } from '../../src/lab/world/manners.ts';
import { mannersOf } from './manners.ts';
import { OLD, worldOf } from './worlds.ts';

describe('the world that the tests are in', () => {
  test.each([
    ['', usualManners],
    ['Ignored', { etags: 'Ignored', latestReady: 'Follows' }],
    ['Lags', { etags: 'Checked', latestReady: 'Lags' }],
    ['Ignored+Lags', { etags: 'Ignored', latestReady: 'Lags' }],
  ])('is said by words: %j', (text, manners) => {
    expect(mannersOf(text)).toEqual(manners);
  });

  test('is not guessed', () => {
    expect(() => mannersOf('Ignored+lagging')).toThrow("STEADYRUN_LAB_WORLD: 'lagging' is none of Ignored, Lags");
  });
});

describe.each(['Checked', 'Ignored'] as const)('etags %s', (etags) => {
  test.each(['"yesterday"', '"invented"'])('a write under %s', (etag) => {
    const service = worldOf({}, { manners: { etags } }).service('api');
    const write = () => service.update({ ...service.spec, labels: { a: 'b' } }, etag, { by: 'x', body: null, atMs: 0 });
    if (etags === 'Checked') expect(write).toThrow('Conflict');
    else write();
    expect(service.generation).toBe(etags === 'Checked' ? 1 : 2);
  });
});

describe.each(['Follows', 'Lags'] as const)('latestReady %s', (latestReady) => {
  test('of a service on LATEST, where the newest revision has traffic as soon as it can', () => {
    const world = worldOf({}, { manners: { latestReady } });
    const fresh = world.deploy('api');
    world.advanceTo(world.nowMs + 10_000);
    expect(world.service('api').latestReady.name).toBe(fresh);
  });

  test('of one whose newest revision has none, which cannot be deleted either way', () => {
    const world = worldOf({ traffic: [{ revision: OLD, percent: 100 }] }, { manners: { latestReady } });
    const fresh = world.deploy('api');
    world.advanceTo(world.nowMs + 10_000);
    expect(world.service('api').latestReady.name).toBe(latestReady === 'Lags' ? OLD : fresh);
    expect(() => world.deleteRevision('api', fresh)).toThrow('is the latest');
  });
});

describe('a whole lab', () => {
  let lab: Lab | undefined;
  afterEach(() => lab?.close());

  test('behaves as it was told to', async () => {
    lab = await Lab.start({ seed: 1, speed: 1, historyMs: 0, manners: { etags: 'Ignored', latestReady: 'Lags' } });
    const service = `${lab.description.cloudRun}/v2/projects/acme/locations/europe-west1/services/api`;
    const patched = await fetch(`${service}?updateMask=labels`, {
      method: 'PATCH',
      body: JSON.stringify({ etag: '"invented"', labels: { a: 'b' } }),
    });
    expect(patched.status).toBe(200);
    expect(lab.world.service('api').generation).toBe(2);
  });
});
