/** The lab's Cloud Run as people meet it: through gcloud, which finds it by the settings that the lab writes. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gcloudConfigOf } from '../../src/lab/doors/gcloud.ts';
import { Lab } from '../../src/lab/lab.ts';

const run = promisify(execFile);
const hasGcloud = await run('gcloud', ['--version']).then(
  () => true,
  () => false,
);

describe('gcloud', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await Lab.start({ seed: 1, speed: 60 });
  });
  afterAll(() => lab.close());

  const gcloud = async (...args: string[]): Promise<string> => {
    const env = { PATH: process.env.PATH, CLOUDSDK_CONFIG: gcloudConfigOf(lab.description.kubeconfig), NO_COLOR: '1' };
    const { stdout, stderr } = await run('gcloud', ['run', ...args], { env, timeout: 100_000 });
    return stdout + stderr;
  };
  const latest = () => lab.world.service('api').latestReady;

  test('deploys trouble, shows it, and moves the traffic back', { timeout: 240_000 }, async ({ skip }) => {
    if (!hasGcloud) skip('gcloud is not on the PATH: https://cloud.google.com/sdk/docs/install');
    expect(await gcloud('services', 'list', '--format=value(metadata.name)')).toBe('api\nchat\n');
    expect(await gcloud('services', 'update', 'api', '--update-env-vars', 'LAB_ERROR_PERCENT=5')).toContain('serving');
    expect(latest().behaviour.errorPercent).toBe(5);
    expect(await gcloud('deploy', 'api', '--image', 'registry.example/app:v9', '--no-traffic')).toContain('deployed');
    const newest = latest().name;
    expect(await gcloud('services', 'update-traffic', 'api', '--to-revisions', 'api-00001-aaa=100')).toContain('100%');
    expect(lab.world.service('api').spec.traffic).toEqual([{ revision: 'api-00001-aaa', percent: 100 }]);
    await gcloud('services', 'update-traffic', 'api', '--to-latest');
    expect(lab.world.service('api').routes.split()).toEqual(new Map([[newest, 100]]));
    expect(await gcloud('revisions', 'list', '--service', 'api', '--format=value(metadata.name)')).toMatch(
      /^api-00003-.*\napi-00002-.*\napi-00001-aaa\n$/,
    );
    const file = join(dirname(lab.description.kubeconfig), 'api.yaml');
    const exported = await gcloud('services', 'describe', 'api', '--format=export');
    await writeFile(file, exported.replace('memory: 512Mi', 'memory: 1Gi'));
    await gcloud('services', 'replace', file);
    expect(latest().resources.memoryMib).toBe(1024);
    await expect(gcloud('services', 'update', 'api', '--update-env-vars', 'LAB_START_FAILS=1')).rejects.toThrow(
      'The container failed to start',
    );
  });
});
