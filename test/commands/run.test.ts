import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from '../../src/lab/lab.ts';
import { complaint, start, steadyrun } from './cli.ts';

let lab: Lab;
let folder: string;
/** Something that listens and is no lab. */
let strangeWords = '';
const stranger = createServer((_, response) => response.end(strangeWords));
let strangerPort: number;

beforeAll(async () => {
  lab = await Lab.start({ seed: 1, speed: 1, historyMs: 0 });
  folder = await mkdtemp(join(tmpdir(), 'steadyrun-run-'));
  stranger.listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  strangerPort = (stranger.address() as AddressInfo).port;
});
afterAll(async () => {
  await lab.close();
  stranger.close();
  await rm(folder, { recursive: true });
});

describe('steadyrun run and status refuse in one line', () => {
  test.each(['run', 'status'])('%s: a lab that is not on this machine', async (command) => {
    expect(await steadyrun(command, '--lab', 'http://example.com')).toEqual(
      complaint(1, 'steadyrun: --lab http://example.com: a lab is plain HTTP on a loopback address only'),
    );
  });

  test.each(['run', 'status'])('%s: a lab address that is no address', async (command) => {
    expect(await steadyrun(command, '--lab', 'lab')).toEqual(
      complaint(1, 'steadyrun: --lab lab: not a URL; write what the lab printed, like http://127.0.0.1:8123'),
    );
  });

  test('a lab that is not there', async () => {
    expect(await steadyrun('run', '--lab', 'http://127.0.0.1:1')).toEqual(
      complaint(1, 'steadyrun: no lab answers at http://127.0.0.1:1/; start one with: steadyrun lab'),
    );
  });

  test.each(['hello', '', '[]', 'null', '{"kubernetes": "http://127.0.0.1:8001"}'])(
    'a lab that is none and says %j',
    async (words) => {
      strangeWords = words;
      expect(await steadyrun('run', '--lab', `http://127.0.0.1:${strangerPort}`)).toEqual(
        complaint(1, `steadyrun: http://127.0.0.1:${strangerPort}/ answered 200, but not as a lab does`),
      );
    },
  );

  test.each(['run', 'status'])('%s: a kubeconfig that is not there', async (command) => {
    const { code, out, err } = await steadyrun(command, '--kubeconfig', '/nonexistent');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^steadyrun: \/nonexistent cannot be read as a kubeconfig: ENOENT.*\n$/);
  });

  test.each([
    ['no YAML', 'a: [1\n  b'],
    ['no mapping', 'hello'],
    ['empty', ''],
    ['without a cluster', 'apiVersion: v1\nkind: Config\n'],
  ])('a kubeconfig that is %s', async (_, text) => {
    const file = join(folder, 'kubeconfig');
    await writeFile(file, text);
    const { code, out, err } = await steadyrun('run', '--kubeconfig', file);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^steadyrun: .*kubeconfig.*\n$/);
  });

  test('a metrics port that is taken, and leaves nothing running', async () => {
    const { code, err } = await steadyrun('run', '--lab', lab.description.url, '--metrics-port', `${strangerPort}`);
    expect(code).toBe(1);
    expect(err).toBe(
      `steadyrun: port ${strangerPort} for /metrics cannot be had: it is in use; --metrics-port takes another\n`,
    );
  });
});

describe('steadyrun run --lab', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    'becomes ready, serves its metrics, and ends on %s with 0',
    async (signal) => {
      const operator = start(['run', '--lab', lab.description.url]);
      await operator.printed(/"metricsPort":\d+/);
      const { metricsPort } = JSON.parse(operator.err.split('\n')[0]!);
      const at = `http://127.0.0.1:${metricsPort}`;
      while (!(await fetch(`${at}/readyz`)).ok) await new Promise((resolve) => setTimeout(resolve, 5));
      expect((await fetch(`${at}/livez`)).status).toBe(200);
      expect(await (await fetch(`${at}/metrics`)).text()).toContain('workqueue_depth{name="slopolicy"} ');
      operator.process.kill(signal);
      const { code, out, err } = await operator.ended;
      expect({ code, out }).toEqual({ code: 0, out: '' });
      const said = err
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(said.map(({ message }) => message)).toEqual(['started', 'stopping', 'stopped']);
      expect(said.every(({ severity }) => severity === 'INFO')).toBe(true);
    },
  );
});
