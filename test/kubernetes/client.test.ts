import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpMethod, RequestContext } from '@kubernetes/client-node';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadKubeConfig, type PooledKubeConfig } from '../../src/kubernetes/http/client.ts';
import { ask } from '../../src/kubernetes/http/rest.ts';
import { collectionPath, SloPolicies } from '../../src/kubernetes/policies/slopolicies.ts';
import { HttpListWatch } from '../../src/kubernetes/watch/listwatch.ts';
import { kubeconfigFor } from '../../src/lab/doors/kubernetes.ts';
import { Unavailable } from '../../src/ports/errors.ts';
import { policy, TestCluster } from './cluster.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await TestCluster.start();
});
afterEach(() => cluster.stop());

describe('a command that is to bring the credentials', () => {
  const folder = mkdtempSync(join(tmpdir(), 'steadyrun-exec-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const failing = join(folder, 'plugin');
  writeFileSync(failing, '#!/bin/sh\necho "log in\n  first" >&2\nexit 1\n', { mode: 0o755 });

  test.each([
    [{ command: 'no-such-plugin' }, 'no-such-plugin, which is not there: install it, or put it on the PATH'],
    [{ command: 'none', installHint: 'Install it\n  so.\n' }, 'none, which is not there: Install it so.'],
    [{ command: failing }, `${failing}, which failed: log in first`],
  ])('is named when it does not: %j', async (exec, what) => {
    const file = join(folder, 'kubeconfig');
    const user = { name: 'u', user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', ...exec } } };
    const clusters = [{ name: 'c', cluster: { server: cluster.url } }];
    const contexts = [{ name: 'x', context: { cluster: 'c', user: 'u' } }];
    writeFileSync(file, JSON.stringify({ clusters, users: [user], contexts, 'current-context': 'x' }));
    const asked = ask(loadKubeConfig({ kubeconfig: file }), { method: 'GET', path: '/version' });
    await expect(asked).rejects.toThrow(
      new Unavailable(`Kubernetes is not asked: the kubeconfig has its credentials from the command ${what}`),
    );
    expect(cluster.requests).toEqual([]);
  });
});

describe('a pooled kubeconfig', () => {
  test('makes fifty calls over at most two connections', async () => {
    cluster.door.policies.put(policy('api'));
    const config = cluster.config();
    const api = new SloPolicies(config);
    for (let i = 0; i < 25; i++) {
      await api.get({ namespace: 'default', name: 'api' });
      await api.list({ limit: 10 });
    }
    expect(cluster.requests).toHaveLength(50);
    expect(cluster.sockets).toBeLessThanOrEqual(2);
  });

  test('needs one more while a watch is open, and none for the next watch', async () => {
    cluster.door.policies.put(policy('api'));
    const config = cluster.config();
    const source = new HttpListWatch(config, '/apis/steadyrun.dev/v1alpha1/slopolicies');
    for (let i = 0; i < 10; i++) {
      const stop = new AbortController();
      const lines = (await source.watch('1', 60, stop.signal))[Symbol.asyncIterator]();
      await lines.next();
      await new SloPolicies(config).get({ namespace: 'default', name: 'api' });
      cluster.door.close();
      expect(await lines.next()).toMatchObject({ done: true });
    }
    expect(cluster.sockets).toBeLessThanOrEqual(3);
  });

  test('says who it is on every call', async () => {
    await new SloPolicies(cluster.config()).get({ namespace: 'default', name: 'api' });
    expect(cluster.requests.map(({ userAgent }) => userAgent)).toEqual([expect.stringMatching(/^steadyrun\/\d+\.\d+/)]);
  });

  test('ends a call that is not answered in time', async () => {
    cluster.fault = () => ({ kind: 'Hang' });
    const call = ask(cluster.config(), { method: 'GET', path: collectionPath(), timeoutMs: 5 });
    await expect(call).rejects.toThrow(Unavailable);
  });

  test('closes every connection when it is closed', async () => {
    const config = cluster.config();
    await new SloPolicies(config).get({ namespace: 'default', name: 'api' });
    expect(cluster.openSockets).toBe(1);
    await config.close();
    await expect.poll(() => cluster.openSockets, { interval: 1, timeout: 60_000 }).toBe(0);
  });
});

describe('its connections', () => {
  const dispatcherOf = async (config: PooledKubeConfig): Promise<unknown> => {
    const context = new RequestContext('https://127.0.0.1:1/', HttpMethod.GET);
    await config.applySecurityAuthentication(context);
    return context.getDispatcher();
  };

  test('are the same as long as the credentials are, and new ones for a rotated certificate authority', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'steadyrun-ca-'));
    const ca = join(folder, 'ca.crt');
    try {
      writeFileSync(ca, 'the first authority');
      const file = join(folder, 'kubeconfig');
      writeFileSync(
        file,
        kubeconfigFor('https://127.0.0.1:1').replace('server:', `certificate-authority: ${ca}, server:`),
      );
      const config = loadKubeConfig({ kubeconfig: file });
      const first = await dispatcherOf(config);
      expect(first).toBeDefined();
      expect(await dispatcherOf(config)).toBe(first);
      writeFileSync(ca, 'the second authority');
      const second = await dispatcherOf(config);
      expect(second).not.toBe(first);
      expect(await dispatcherOf(config)).toBe(second);
      await config.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a kubeconfig is loaded', () => {
  test('from a file, with its context’s namespace', () => {
    const folder = mkdtempSync(join(tmpdir(), 'steadyrun-kubeconfig-'));
    try {
      const file = join(folder, 'kubeconfig');
      writeFileSync(file, kubeconfigFor(cluster.url).replace('namespace: default', 'namespace: team'));
      const config = loadKubeConfig({ kubeconfig: file });
      expect([config.server(), config.namespace()]).toEqual([cluster.url, 'team']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('from a loopback URL, and from no other plain-HTTP one', () => {
    expect(loadKubeConfig({ url: 'http://[::1]:8001/' }).server()).toBe('http://[::1]:8001');
    expect(() => loadKubeConfig({ url: 'http://10.0.0.1:8001' })).toThrow(/loopback/);
    expect(() => loadKubeConfig({ url: 'http://127.0.0.1.example.com' })).toThrow(/loopback/);
  });
});
