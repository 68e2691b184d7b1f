import { describe, expect, it } from 'vitest';
import type { Vector } from '../../src/prometheus/promql.ts';
import { tallies } from '../../src/prometheus/tally.ts';

const requests = { kind: 'Requests' } as const;
const latency = { kind: 'Latency', percentile: 95, thresholdMs: 300 } as const;
const classes = (revision: string, counts: Record<string, number>): Vector =>
  Object.entries(counts).map(([code, value]) => ({
    labels: { revision_name: revision, response_code_class: code },
    value,
  }));
const buckets = (revision: string, counts: readonly (readonly [string, number])[]): Vector =>
  counts.map(([le, value]) => ({ labels: { revision_name: revision, le }, value }));

describe('requests', () => {
  it('are bad when the server failed; all other classes are good', () => {
    const vector = [...classes('a', { '2xx': 90, '3xx': 3, '4xx': 5, '5xx': 2 }), ...classes('b', { '5xx': 1 })];
    expect(tallies(requests, vector)).toEqual({
      kind: 'Tallies',
      byRevision: { a: { bad: 2, total: 100 }, b: { bad: 1, total: 1 } },
    });
  });

  it('are all good for a revision that has no series of errors yet', () => {
    expect(tallies(requests, classes('a', { '2xx': 7 }))).toMatchObject({ byRevision: { a: { bad: 0, total: 7 } } });
  });

  it('are nobody’s when their series name no revision', () => {
    expect(tallies(requests, [{ labels: { response_code_class: '5xx' }, value: 9 }])).toEqual({
      kind: 'Tallies',
      byRevision: {},
    });
  });

  it('are none when there are no series', () => {
    expect(tallies(requests, [])).toEqual({ kind: 'Tallies', byRevision: {} });
  });

  it('never count below zero', () => {
    expect(tallies(requests, classes('a', { '2xx': -1e-9, '5xx': -1e-9 }))).toMatchObject({
      byRevision: { a: { bad: 0, total: 0 } },
    });
  });

  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    it(`are unknown when one count is ${value}`, () => {
      expect(tallies(requests, [...classes('a', { '2xx': 5 }), ...classes('b', { '5xx': value })]).kind).toBe(
        'NotANumber',
      );
    });
  }
});

describe('latencies', () => {
  it('are good up to the smallest boundary at or above the threshold, however it is written', () => {
    for (const le of ['300', '300.0', '3e+02']) {
      const vector = buckets('a', [
        ['100', 40],
        [le, 90],
        ['500', 95],
        ['+Inf', 100],
      ]);
      expect(tallies(latency, vector)).toEqual({ kind: 'Tallies', byRevision: { a: { bad: 10, total: 100 } } });
    }
  });

  it('use the next boundary when the threshold is none', () => {
    const vector = buckets('a', [
      ['256', 80],
      ['322.5', 92],
      ['+Inf', 100],
    ]);
    expect(tallies(latency, vector)).toMatchObject({ byRevision: { a: { bad: 8, total: 100 } } });
  });

  it('compare boundaries as numbers, not as text', () => {
    const vector = buckets('a', [
      ['1000', 99],
      ['400', 95],
      ['50', 20],
      ['+Inf', 100],
    ]);
    expect(tallies(latency, vector)).toMatchObject({ byRevision: { a: { bad: 5, total: 100 } } });
  });

  it('add up series that write one boundary in two ways', () => {
    const vector = [
      ...buckets('a', [
        ['300', 10],
        ['+Inf', 10],
      ]),
      ...buckets('a', [
        ['300.0', 5],
        ['+Inf', 6],
      ]),
    ];
    expect(tallies(latency, vector)).toMatchObject({ byRevision: { a: { bad: 1, total: 16 } } });
  });

  it('are never bad below zero', () => {
    expect(
      tallies(
        latency,
        buckets('a', [
          ['300', 10.0000001],
          ['+Inf', 10],
        ]),
      ),
    ).toMatchObject({ byRevision: { a: { bad: 0 } } });
  });

  it('are unknown, with the neighbours named, when no boundary reaches the threshold', () => {
    const found = tallies(
      latency,
      buckets('a', [
        ['50', 1],
        ['100', 2],
        ['200', 3],
        ['250', 4],
        ['+Inf', 9],
      ]),
    );
    expect(found).toEqual({
      kind: 'NoBoundary',
      message:
        'The latency histogram of a has no boundary that serves a threshold of 300 ms: its nearest are 100 ms, 200 ms, 250 ms.',
    });
  });

  it('are unknown when only one of two revisions has the boundary', () => {
    const vector = [
      ...buckets('a', [
        ['300', 9],
        ['+Inf', 9],
      ]),
      ...buckets('b', [
        ['400', 9],
        ['+Inf', 9],
      ]),
    ];
    expect(tallies(latency, vector).kind).toBe('NoBoundary');
  });

  it('are none for a revision without requests, whatever its boundaries', () => {
    expect(tallies(latency, buckets('a', [['+Inf', 0]]))).toEqual({
      kind: 'Tallies',
      byRevision: { a: { bad: 0, total: 0 } },
    });
  });
});
