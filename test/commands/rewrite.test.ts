import { describe, expect, test } from 'vitest';
import { ownQueries } from '../own-queries.ts';
import { complaint } from './cli.ts';
import { steadyrun } from './in-process.ts';

const [errors, latency, disconnects] = ownQueries('bytspot-api');
const rewrite = (query: string, ...more: string[]) =>
  steadyrun('rewrite', '--query', query, '--revision', 'api-00002-bbb', ...more);
const json = async (query: string, ...more: string[]) => {
  const { code, out, err } = await rewrite(query, '--json', ...more);
  return { code, err, ...JSON.parse(out) };
};

describe.concurrent('steadyrun rewrite', () => {
  test('shows the two counters of a ratio for one revision, over a window left open', async () => {
    expect(await json(errors!.indicator.ratio!.query)).toMatchObject({
      code: 0,
      err: '',
      bad: 'sum(increase(http_requests_total{job="bytspot-api",status=~"5..",revision_name="api-00002-bbb"}[$range]))',
      total: 'sum(increase(http_requests_total{job="bytspot-api",revision_name="api-00002-bbb"}[$range]))',
      open: ['$range'],
      asked: expect.stringContaining('last_over_time(http_requests_total{job="bytspot-api",status=~"5..",'),
    });
  });

  test('by the label that the app has for its revision', async () => {
    const { bad } = await json(disconnects!.indicator.ratio!.query, '--label', 'faas_version');
    expect(bad).toBe('sum(increase(ws_disconnects_total{job="bytspot-api",faas_version="api-00002-bbb"}[$range]))');
  });

  test('shows a quantile as what is slower than the threshold, or leaves the bucket open, too', async () => {
    const { query } = latency!.indicator.latency!;
    const buckets = (le: string) =>
      `sum(increase(http_server_duration_seconds_bucket{job="bytspot-api",route!~"/healthz",le${le},revision_name="api-00002-bbb"}[$range]))`;
    expect(await json(query, '--threshold', '300ms')).toMatchObject({
      bad: `${buckets('="+Inf"')} - ${buckets('=~"0\\\\.30*"')}`,
      total: buckets('="+Inf"'),
      open: ['$range'],
    });
    expect(await json(query)).toMatchObject({
      bad: `${buckets('="+Inf"')} - ${buckets('="$le"')}`,
      open: ['$range', '$le'],
    });
  });

  test('prints both for people', async () => {
    const { out } = await rewrite('sum(rate(a{b="c"}[5m])) / sum(rate(a[5m]))');
    expect(out).toBe(
      'bad    sum(increase(a{b="c",revision_name="api-00002-bbb"}[$range]))\n' +
        'total  sum(increase(a{revision_name="api-00002-bbb"}[$range]))\n' +
        'kind   Share, by revision_name\n' +
        'why    Nothing in the query proves which way is bad: it is read with what is divided as bad, and no rollout begins where the figures of the stable revision speak against that. To settle it, write ratio: {bad, total} or ratio: {good, total}.\n',
    );
  });

  test('says where and what to write instead, and ends with 1, when a query cannot be taken apart', async () => {
    const broken = 'sum(rate(a[5m]))\n  / sum(idelta(b[5m]))';
    const line = 'steadyrun: the query at 2:9: idelta is for gauges; write increase(…[5m])';
    expect(await rewrite(broken)).toEqual(complaint(1, line));
    expect(await json(broken)).toEqual({
      code: 1,
      err: `${line}\n`,
      problems: [{ line: 2, column: 9, message: 'idelta is for gauges', hint: 'write increase(…[5m])' }],
    });
  });

  test.each([
    [
      'sum(rate(a[5m])) / sum(rate(b[5m]))',
      '--threshold',
      '3s',
      '--threshold is for a quantile, and this query is a ratio',
    ],
    ['sum(rate(a[5m])) / sum(rate(b[5m]))', '--unit', 'Seconds', '--unit is for a quantile, and this query is a ratio'],
    [
      'sum(rate(run_googleapis_com:request_count{response_code_class="5xx"}[5m])) / sum(rate(run_googleapis_com:request_count[5m]))',
      '--label',
      'mine',
      "Cloud Run's own metrics name the revision by revision_name",
    ],
    [
      'histogram_quantile(0.95, sum by (le) (rate(run_googleapis_com:request_latencies_bucket[5m])))',
      '--label',
      'mine',
      "Cloud Run's own metrics name the revision by revision_name",
    ],
  ])('names what would not count: %s %s', async (query, flag, value, says) => {
    expect(await rewrite(query, flag, value)).toEqual(
      complaint(1, `steadyrun: ${says}: leave ${flag === '--label' ? flag : 'it'} out`),
    );
  });

  test('a name that means harm stays within its string', async () => {
    const { bad } = await json('sum(rate(a[5m])) / sum(rate(b[5m]))', '--revision', 'x"} or vector(1) #\n\\');
    expect(bad).toBe('sum(increase(a{revision_name="x\\"} or vector(1) #\\n\\\\"}[$range]))');
  });

  test('without a query it is used wrongly', async () => {
    const { code, err } = await steadyrun('rewrite', '--revision', 'a');
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining("'--query <promql>' not specified") });
  });
});
