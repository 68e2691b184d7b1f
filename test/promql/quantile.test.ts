/** A pasted quantile becomes the buckets that it is taken from. */
import { describe, expect, test } from 'vitest';
import { rewrite } from '../../src/commands/rewrite.ts';
import { readPasted } from '../../src/promql/counters/pasted.ts';
import { readQuantile } from '../../src/promql/counters/quantile.ts';
import { rewrittenQuantiles } from './corpus.ts';

const context = { revisionLabel: 'revision_name' };
const quantileOf = (metric: string, q = '0.95') => `histogram_quantile(${q}, sum by (le) (rate(${metric}[5m])))`;

describe('A quantile', () => {
  test.for(rewrittenQuantiles.map((one) => [one.query, one] as const))('is taken apart: %s', ([, quantile]) => {
    const { query, percentile, unitMs } = quantile;
    expect(readPasted(query, context)).toMatchObject({ kind: 'Latency', histogram: { percentile, unit: { unitMs } } });
  });

  test.for<[string, number | null]>([
    ['x_bucket', null],
    ['http_server_duration_seconds_bucket', 1000],
    ['x_milliseconds_bucket', 1],
    ['x_ms_bucket', 1],
    ['x_duration_millis_bucket', 1],
    ['x_microseconds_bucket', 0.001],
    ['x_us_bucket', 0.001],
    ['x_ns_bucket', 1e-6],
    ['status_bucket', null],
    ['rooms_bucket', null],
    ['run_googleapis_com:request_latencies_bucket', 1],
  ])('of %s has a unit of %s ms', ([metric, unitMs]) => {
    expect(readQuantile(quantileOf(metric), context).unit?.unitMs ?? null).toBe(unitMs);
  });

  test.for<[string, number]>([
    ['0.95', 95],
    ['0.999', 99.9],
    ['0.29', 29],
    ['.5', 50],
    ['1 - 0.05', 95],
    ['0.011', 1.1],
  ])('%s is a percentile of %d', ([q, percentile]) => {
    expect(readQuantile(quantileOf('x_bucket', q), context).percentile).toBe(percentile);
  });

  test('keeps every matcher but the name', () => {
    expect(readQuantile(quantileOf('x_bucket{a="1",b!~"2|3",a=~".+"}'), context).counter).toEqual({
      name: 'x_bucket',
      matchers: [
        { label: 'a', op: '=', value: '1' },
        { label: 'b', op: '!~', value: '2|3' },
        { label: 'a', op: '=~', value: '.+' },
      ],
    });
  });
});

describe('Printed for a revision', () => {
  const query = quantileOf('x_seconds_bucket{a="1"}');
  const total = 'sum(increase(x_seconds_bucket{a="1",le="+Inf",revision_name="r"}[$range]))';

  test.for<[string | undefined, string]>([
    [undefined, 'le="$le"'],
    ['250ms', 'le=~"0\\\\.250*"'],
    // "1" is "1.0" to later versions.
    ['1s', 'le=~"1(\\\\.0*)?"'],
    ['2m', 'le=~"120(\\\\.0*)?"'],
  ])('slower than %s is what does not lie in the bucket %s', async ([threshold, le]) => {
    let printed = '';
    const io = { stdout: { write: (text: string) => (printed += text) }, stderr: { write: () => {} } };
    const options = { query, revision: 'r', label: 'revision_name', json: false, ...(threshold && { threshold }) };
    expect(await rewrite(options, io)).toBe(0);
    const within = `sum(increase(x_seconds_bucket{a="1",${le},revision_name="r"}[$range]))`;
    expect(printed).toContain(
      `bad    ${total} - ${within}\ntotal  ${total}\nkind   Share, in seconds, by revision_name\n`,
    );
  });
});
