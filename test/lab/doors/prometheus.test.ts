import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prometheusDoor } from '../../../src/lab/doors/prometheus.ts';
import { wireNumber } from '../../../src/lab/promql/http/wire.ts';
import { storeOf } from '../promql/ask.ts';

const RUN = 'run_googleapis_com:';
const MANAGED = '/v1/projects/acme/location/global/prometheus';

const store = storeOf({
  'm{a="x",b="1"}': [1, 2, 3],
  'm{a="y"}': [Number.NaN, Number.POSITIVE_INFINITY, 1e21],
  'n{a="z"}': [null, null, null, null, 0.5],
  hidden: [1],
});
store.series(`${RUN}request_count`, {}).append(60_000, 5);
store.horizonMs = (metric) => (metric === 'hidden' ? -1 : Number.POSITIVE_INFINITY);

let server: Server;
let url: string;
let nowMs = 30_000;
let unavailable = false;

beforeAll(async () => {
  server = createServer(prometheusDoor({ store, nowMs: () => nowMs, unavailable: () => unavailable }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

async function get(path: string, init?: RequestInit): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url + path, init);
  expect(response.headers.get('content-type')).toBe('application/json');
  return { status: response.status, body: await response.json() };
}

const success = (data: unknown) => ({ status: 200, body: { status: 'success', data } });
const failure = (status: number, errorType: string, error: string | RegExp) => ({
  status,
  body: { status: 'error', errorType, error: typeof error === 'string' ? error : expect.stringMatching(error) },
});
const vector = (...result: unknown[]) => ({ resultType: 'vector', result });

describe('The Prometheus door answers', () => {
  test('a vector, values as text, at the present when no time is given', async () => {
    const first = { metric: { __name__: 'm', a: 'x', b: '1' }, value: [30, '3'] };
    const second = { metric: { __name__: 'm', a: 'y' }, value: [30, '1e+21'] };
    expect(await get('/api/v1/query?query=m')).toEqual(success(vector(first, second)));
  });

  test('a scalar and a matrix', async () => {
    expect(await get('/api/v1/query?query=1%2F0&time=1.5')).toEqual(
      success({ resultType: 'scalar', result: [1.5, '+Inf'] }),
    );
    expect(await get('/api/v1/query?query=m%7Ba%3D%22y%22%7D%5B1m%5D')).toEqual(
      success({
        resultType: 'matrix',
        result: [
          {
            metric: { __name__: 'm', a: 'y' },
            values: [
              [0, 'NaN'],
              [15, '+Inf'],
              [30, '1e+21'],
            ],
          },
        ],
      }),
    );
  });

  test.for(['15', '15.000', '1.5e1', '1970-01-01T00:00:15Z', '1970-01-01T01:00:15.000+01:00'])(
    'at time=%s',
    async (time) => {
      const sample = { metric: { __name__: 'm', a: 'x', b: '1' }, value: [15, '2'] };
      expect(await get(`/api/v1/query?query=m{b="1"}&time=${encodeURIComponent(time)}`)).toEqual(
        success(vector(sample)),
      );
    },
  );

  test('to the millisecond', async () => {
    expect(await get('/api/v1/query?query=time()&time=14.9994')).toEqual(
      success({ resultType: 'scalar', result: [14.999, '14.999'] }),
    );
  });

  test('a form, and what it says goes before the address', async () => {
    const body = new URLSearchParams({ query: 'vector(2)', time: '20' });
    const expected = success(vector({ metric: {}, value: [20, '2'] }));
    expect(await get('/api/v1/query?query=vector(1)', { method: 'POST', body })).toEqual(expected);
  });

  test.for(['15', '15s', '0.25m'])('ranges by a step of %s, or not', async (step) => {
    const answer = await get(`/api/v1/query_range?query=m{b="1"}&start=0&end=30&step=${step}`);
    if (step === '0.25m') {
      expect(answer).toEqual(
        failure(400, 'bad_data', 'invalid parameter "step": cannot parse "0.25m" to a valid duration'),
      );
    } else {
      const values = [
        [0, '1'],
        [15, '2'],
        [30, '3'],
      ];
      expect(answer).toEqual(
        success({ resultType: 'matrix', result: [{ metric: { __name__: 'm', a: 'x', b: '1' }, values }] }),
      );
    }
  });

  test('by the paths of Google Managed Prometheus, for any project', async () => {
    expect(await get(`${MANAGED}/api/v1/query?query=vector(1)`)).toEqual(
      success(vector({ metric: {}, value: [30, '1'] })),
    );
    expect(await get('/v1/projects/other/location/global/prometheus/api/v1/labels')).toMatchObject({ status: 200 });
    expect(await get('/v1/projects/acme/location/us-east1/prometheus/api/v1/labels')).toMatchObject({ status: 404 });
  });

  test('for Cloud Run’s own metrics by those paths as Google does, and by the plain ones as a Prometheus', async () => {
    const asked = (query: string) => `/api/v1/query?query=${encodeURIComponent(query)}&time=60`;
    const [own, changes] = [`${RUN}request_count`, `sum(increase(${RUN}request_count[1m]))`];
    expect(await get(asked(own))).toMatchObject({ body: { data: { result: [{ value: [60, '5'] }] } } });
    expect(await get(MANAGED + asked(changes))).toEqual(success(vector({ metric: {}, value: [60, '5'] })));
    const refusal = /^invalid parameter "query": 1:1: parse error: the metric is stored as changes/;
    expect(await get(MANAGED + asked(own))).toEqual(failure(400, 'bad_data', refusal));
    const ranged = `${MANAGED}/api/v1/query_range?start=0&end=60&step=60&query=`;
    expect(await get(ranged + own)).toEqual(failure(400, 'bad_data', refusal));
    expect(await get(ranged + encodeURIComponent(changes))).toMatchObject({
      body: { data: { result: [{ values: [[60, '5']] }] } },
    });
    // How many instances there are is a gauge.
    expect(await get(MANAGED + asked(`${RUN}container_instance_count`))).toMatchObject({ status: 200 });
  });

  test('with the world’s present, which moves', async () => {
    nowMs = 45_500;
    expect(await get('/api/v1/query?query=time()')).toEqual(success({ resultType: 'scalar', result: [45.5, '45.5'] }));
    nowMs = 30_000;
  });
});

describe('The Prometheus door lists', () => {
  const x = { __name__: 'm', a: 'x', b: '1' };
  const y = { __name__: 'm', a: 'y' };
  const z = { __name__: 'n', a: 'z' };
  const match = (selector: string) => `match[]=${encodeURIComponent(selector)}`;

  test.for<[string, unknown]>([
    [`series?${match('m')}`, [x, y]],
    [`series?${match('{a=~"x|z"}')}&${match('m')}`, [x, z, y]],
    [`series?${match('{a=~".+"}')}&end=30`, [x, y]],
    [`series?${match('{a=~".+"}')}&start=31`, [z]],
    [`series?${match('hidden')}`, []],
    ['labels', ['__name__', 'a', 'b']],
    [`labels?${match('n')}`, ['__name__', 'a']],
    ['label/a/values', ['x', 'y', 'z']],
    [`label/a/values?${match('m')}`, ['x', 'y']],
    ['label/__name__/values', ['m', 'n', `${RUN}request_count`]],
    ['label/nowhere/values', []],
  ])('%s as %j', async ([path, data]) => {
    expect(await get(`/api/v1/${path}`)).toEqual(success(data));
    expect(await get(`${MANAGED}/api/v1/${path}`)).toEqual(success(data));
  });

  test('series for a form', async () => {
    const body = new URLSearchParams({ 'match[]': 'n' });
    expect(await get('/api/v1/series', { method: 'POST', body })).toEqual(success([z]));
  });

  test('what it would be built from', async () => {
    expect(await get('/api/v1/status/buildinfo')).toMatchObject({ status: 200, body: { data: { version: '2.44.0' } } });
  });
});

describe('The Prometheus door refuses', () => {
  test.for<[string, number, string, string | RegExp]>([
    ['query?query=sum(m', 400, 'bad_data', 'invalid parameter "query": 1:6: parse error: unexpected end of input'],
    [
      'query?query=1%2B%0Am+%40+5',
      400,
      'bad_data',
      'invalid parameter "query": 2:3: parse error: unsupported modifier @',
    ],
    ['query', 400, 'bad_data', 'invalid parameter "query": 1:1: parse error: no expression found in input'],
    [
      'query?query=rate(m)',
      400,
      'bad_data',
      /^invalid parameter "query": 1:6: parse error: expected type range vector/,
    ],
    ['query?query=m%20%2B%20on()%20m', 422, 'execution', /^found duplicate series for the match group \{\}/],
    [
      'query?query=m&time=yesterday',
      400,
      'bad_data',
      'invalid parameter "time": Invalid time value for \'time\': cannot parse "yesterday" to a valid timestamp',
    ],
    ['query?query=m&time=2026-01-01', 400, 'bad_data', /^invalid parameter "time"/],
    [
      'query_range?query=m&end=1&step=1',
      400,
      'bad_data',
      'invalid parameter "start": cannot parse "" to a valid timestamp',
    ],
    [
      'query_range?query=m&start=2&end=1&step=1',
      400,
      'bad_data',
      'invalid parameter "end": end timestamp must not be before start time',
    ],
    ['query_range?query=m&start=0&end=1&step=0', 400, 'bad_data', /^invalid parameter "step": zero or negative/],
    [
      'query_range?query=m&start=0&end=1',
      400,
      'bad_data',
      'invalid parameter "step": cannot parse "" to a valid duration',
    ],
    ['query_range?query=m&start=0&end=11001&step=1', 400, 'bad_data', /^exceeded maximum resolution of 11,000 points/],
    ['query_range?query=m[1m]&start=0&end=1&step=1', 400, 'bad_data', /must be Scalar or instant Vector/],
    ['series', 400, 'bad_data', 'no match[] parameter provided'],
    [
      'series?match[]=rate(m[1m])',
      400,
      'bad_data',
      /^invalid parameter "match\[\]": .*expected an instant vector selector/,
    ],
    ['series?match[]={}', 400, 'bad_data', /at least one non-empty matcher/],
    ['label/a-b/values', 400, 'bad_data', 'invalid label name: "a-b"'],
    ['nothing', 404, 'not_found', 'no such endpoint: GET /api/v1/nothing'],
  ])('%s with %d %s', async ([path, status, errorType, error]) => {
    expect(await get(`/api/v1/${path}`)).toEqual(failure(status, errorType, error));
  });

  test('other paths and methods', async () => {
    expect(await get('/metrics')).toMatchObject({ status: 404 });
    expect(await get('/api/v1/query?query=m', { method: 'DELETE' })).toMatchObject({ status: 404 });
  });

  test('everything while the metrics are unavailable', async () => {
    unavailable = true;
    const expected = failure(503, 'unavailable', /not available/);
    expect(await get('/api/v1/query?query=m')).toEqual(expected);
    expect(await get(`${MANAGED}/api/v1/labels`)).toEqual(expected);
    unavailable = false;
    expect(await get('/api/v1/labels')).toMatchObject({ status: 200 });
  });
});

test.for<[number, string]>([
  [1, '1'],
  [0.1, '0.1'],
  [-0, '-0'],
  [1e-7, '1e-07'],
  [1.5e-10, '1.5e-10'],
  [123456789012345680000, '123456789012345680000'],
  [1e21, '1e+21'],
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, '+Inf'],
  [Number.NEGATIVE_INFINITY, '-Inf'],
])('%d is written %s', ([value, text]) => {
  expect(wireNumber(value)).toBe(text);
});
