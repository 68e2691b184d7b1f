import { once } from 'node:events';
import { connect } from 'node:net';
import { Counter, Gauge, Registry } from 'prom-client';
import { afterEach, describe, expect, test } from 'vitest';
import { serve } from '../../src/report/server.ts';

const host = '127.0.0.1';
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

async function served(health: { unready?: string; dead?: string } = {}, registry = new Registry()) {
  const server = await serve(
    registry,
    { unready: () => health.unready ?? null, dead: () => health.dead ?? null },
    { host, port: 0 },
  );
  open.push(server.close);
  const ask = async (path: string, method = 'GET') => {
    const response = await fetch(`http://${host}:${server.port}${path}`, { method });
    return { code: response.status, text: await response.text(), headers: response.headers };
  };
  return { ...server, ask };
}

describe('the server answers', () => {
  test.each([
    ['/livez', {}, 200, 'ok\n'],
    ['/livez?verbose', {}, 200, 'ok\n'],
    ['/livez', { dead: 'a reconcile is stuck' }, 503, 'a reconcile is stuck\n'],
    ['/livez', { unready: 'not listed yet' }, 200, 'ok\n'],
    ['/readyz', {}, 200, 'ok\n'],
    ['/readyz', { unready: 'not listed yet' }, 503, 'not listed yet\n'],
    ['/readyz', { dead: 'a reconcile is stuck' }, 200, 'ok\n'],
    ['/', {}, 404, 'This server has /metrics, /livez and /readyz.\n'],
    ['/metricsx', {}, 404, 'This server has /metrics, /livez and /readyz.\n'],
    ['/livez/', {}, 404, 'This server has /metrics, /livez and /readyz.\n'],
  ])('%s of %o with %d', async (path, health, code, text) => {
    const { ask } = await served(health);
    expect(await ask(path)).toMatchObject({ code, text });
  });

  test('/metrics in the exposition format', async () => {
    const registry = new Registry();
    new Counter({ name: 'things_total', help: 'Things.', registers: [registry] }).inc(3);
    const { ask } = await served({}, registry);
    const { code, text, headers } = await ask('/metrics');
    expect(code).toBe(200);
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toBe('# HELP things_total Things.\n# TYPE things_total counter\nthings_total 3\n');
  });

  test('HEAD as GET, without the text', async () => {
    const { ask } = await served({ unready: 'not listed yet' });
    expect(await ask('/readyz', 'HEAD')).toMatchObject({ code: 503, text: '' });
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s with 405', async (method) => {
    const { ask } = await served();
    const { code, headers } = await ask('/metrics', method);
    expect(code).toBe(405);
    expect(headers.get('allow')).toBe('GET, HEAD');
  });

  test('500 where a metric cannot be collected, and goes on answering', async () => {
    const registry = new Registry();
    const collect = () => {
      throw new Error('no such luck');
    };
    new Gauge({ name: 'luck', help: 'Luck.', registers: [registry], collect });
    const { ask } = await served({}, registry);
    expect(await ask('/metrics')).toMatchObject({ code: 500, text: 'no such luck\n' });
    expect(await ask('/livez')).toMatchObject({ code: 200 });
  });
});

test('closing the server ends connections that are still open', async () => {
  const { port, close } = await served();
  const idle = connect(port, host);
  await once(idle, 'connect');
  const ended = once(idle, 'close');
  await close();
  await ended;
  await expect(fetch(`http://${host}:${port}/livez`)).rejects.toThrow();
});

test('a port that is taken is said in one sentence', async () => {
  const { port } = await served();
  const health = { unready: () => null, dead: () => null };
  await expect(serve(new Registry(), health, { host, port })).rejects.toThrow(
    `port ${port} for /metrics cannot be had: it is in use; --metrics-port takes another`,
  );
});
