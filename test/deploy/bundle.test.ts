import { type ExecFileOptions, execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { manifest } from '../../src/manifest.ts';

const node = (args: string[], options: ExecFileOptions = {}) =>
  promisify(execFile)(process.execPath, args, { ...options, encoding: 'utf8' });

describe('the bundle, alone in a folder without node_modules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'steadyrun-bundle-'));
  const file = join(folder, 'reader.mjs');
  const cloudRun = createServer((request, response) => {
    const found = request.url?.startsWith('/v2/projects/acme/locations/europe-west1/services/api?');
    const traffic = [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', revision: 'api-00001-aaa', percent: 100 }];
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ? { etag: 'e1', traffic } : { error: { code: 404, status: 'NOT_FOUND' } }));
  });

  beforeAll(async () => {
    await node(['deploy/bundle.js', 'test/deploy/bundled-reader.ts', file]);
    await new Promise<void>((resolve) => cloudRun.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    cloudRun.close();
    rmSync(folder, { recursive: true });
  });

  test('of the operator is one program that knows its version', async () => {
    const operator = join(folder, 'steadyrun.mjs');
    await node(['deploy/bundle.js', 'src/main.ts', operator]);
    const { stdout } = await node([operator, '--version'], { cwd: folder });
    expect(stdout.trim()).toBe(manifest.version);
  });

  test('reads a Cloud Run service over REST and understands a refusal, within 160 MB', async () => {
    const port = String((cloudRun.address() as AddressInfo).port);
    const { stdout, stderr } = await node([file, port], { cwd: folder, env: { METADATA_SERVER_DETECTION: 'none' } });
    expect(stderr).toBe('');
    const read = JSON.parse(stdout);
    expect(read).toMatchObject({
      etag: 'e1',
      traffic: [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', revision: 'api-00001-aaa', percent: 100 }],
      failure: 5,
      metrics: true,
    });
    expect(read.rssMb).toBeLessThan(160);
  });
});
