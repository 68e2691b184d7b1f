import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from '../../../src/lab/lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.start({ seed: 1, speed: 0.001, historyMs: 0 });
});
afterAll(() => lab.close());

const doors = ['url', 'kubernetes', 'cloudRun', 'prometheus', 'logging'] as const;
type Door = (typeof doors)[number];
/** Something that each has. */
const paths: Readonly<Record<Door, string>> = {
  url: '/lab/v1/clock',
  kubernetes: '/apis/steadyrun.dev/v1alpha1/slopolicies',
  cloudRun: '/v2/projects/acme/locations/europe-west1/services/api',
  prometheus: '/api/v1/query?query=1',
  logging: '/v2/entries:list',
};

async function asked(door: Door, headers: Record<string, string>, path = paths[door], method = 'GET') {
  const { hostname, port } = new URL(lab.description[door]);
  const sent = request({ hostname, port, path, method, headers, setHost: !('host' in headers) });
  sent.end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer) text += chunk;
  return { code: answer.statusCode, text };
}

describe.each(doors)('the door %s', (door) => {
  test.each(['127.0.0.1', '127.0.0.1:8080', 'localhost', 'localhost:9', '[::1]:80', '127.3.2.1'])(
    'answers who asks it as %s',
    async (host) => {
      expect((await asked(door, { host })).code).not.toBe(403);
    },
  );

  test.each([
    'evil.example',
    'evil.example:80',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '192.168.0.7',
    '0.0.0.0',
    'a b',
  ])('refuses who asks it as %s, in a sentence', async (host) => {
    const { code, text } = await asked(door, { host });
    expect(code).toBe(403);
    expect(JSON.parse(text).error.message).toBe(
      `a lab is asked by a loopback address only, such as 127.0.0.1 or localhost, not as ${host}`,
    );
  });

  test.each(['https://evil.example', 'http://localhost.evil.example:80', 'null'])(
    'refuses a page of %s, which needs no answer to do harm',
    async (origin) => {
      const { code, text } = await asked(door, { origin }, paths[door], 'POST');
      expect(code).toBe(403);
      expect(JSON.parse(text).error.message).toContain(`not by one of ${origin}`);
    },
  );

  test('answers a page of this machine', async () => {
    expect((await asked(door, { origin: 'http://localhost:3000' })).code).not.toBe(403);
  });
});

test('a proxy is asked for hosts that are none, and only Cloud Run’s door is one', async () => {
  const host = 'europe-west1-run.lab.invalid';
  const at = (door: Door) => asked(door, { host }, `http://${host}${paths[door]}`);
  expect((await at('cloudRun')).code).toBe(200);
  expect((await at('url')).code).toBe(403);
  expect((await at('kubernetes')).code).toBe(403);
});
