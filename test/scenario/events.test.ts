import { describe, expect, test } from 'vitest';
import { type EventText, parseEvent, rpsAt, type Scheduled, strainOn, strengthAt } from '../../src/scenario/events.ts';
import { Misshapen } from '../../src/scenario/shape.ts';

const MINUTE_MS = 60_000;

function scheduled(event: EventText, candidate = 'new'): Scheduled {
  const parsed = parseEvent(event);
  return { event: parsed, startMs: parsed.at, candidate };
}

describe('an event', () => {
  test('is read with its lengths of time', () => {
    expect(parseEvent({ at: '1h30m', for: '120s', on: 'Both', errorPercent: 10 })).toEqual({
      at: 90 * MINUTE_MS,
      for: 2 * MINUTE_MS,
      on: 'Both',
      errorPercent: 10,
    });
  });

  test.each<[string, object, string]>([
    ['an unknown field', { errorPercnt: 1 }, 'errorPercnt: there is no such field'],
    ['a length without a unit', { at: '10' }, 'at: must be a length of time'],
    ['a missing length', { for: undefined }, 'for: '],
    ['no length at all', { for: '0s' }, 'for: must be longer than 0'],
    ['repetitions without end', { every: '999ms' }, 'every: must be at least 1s'],
    ['an unknown place', { on: 'Stabel' }, 'on: '],
    ['more than everything', { errorPercent: 101 }, 'errorPercent: '],
    ['less than nothing', { errorPercent: -1 }, 'errorPercent: '],
    ['a factor of zero', { latencyFactor: 0 }, 'latencyFactor: '],
    ['metrics on a revision', { outage: true }, 'outage: means nothing on Candidate'],
    ['errors on the metrics', { on: 'Metrics' }, 'errorPercent: means nothing on Metrics, which takes outage, delay'],
    ['a rate on a revision', { rps: 10 }, 'rps: means nothing on Candidate'],
    ['nothing that happens', { errorPercent: undefined }, 'nothing would happen'],
    [
      'a gradual outage',
      { on: 'Metrics', errorPercent: undefined, outage: true, ramp: '1m' },
      'ramp: an outage has no degrees',
    ],
  ])('with %s is refused, naming the path', (_, difference, words) => {
    const event = { at: '10m', for: '1h', on: 'Candidate', errorPercent: 10, ...difference };
    expect(() => parseEvent(event)).toThrow(Misshapen);
    expect(() => parseEvent(event)).toThrow(words);
  });

  test('lasts from its start to its end', () => {
    const event = scheduled({ at: '10m', for: '5m', on: 'Both', errorPercent: 1 });
    const minutes = [9.9, 10, 14.9, 15].map((minute) => strengthAt(event, minute * MINUTE_MS));
    expect(minutes).toEqual([0, 1, 1, 0]);
  });

  test('climbs its ramp in a straight line and stays there', () => {
    const event = scheduled({ at: '10m', for: '1h', on: 'Both', errorPercent: 1, ramp: '20m' });
    expect([10, 15, 30, 60].map((minute) => strengthAt(event, minute * MINUTE_MS))).toEqual([0, 0.25, 1, 1]);
  });

  test('comes again every so often', () => {
    const event = scheduled({ at: '10m', for: '2m', every: '10m', on: 'Both', errorPercent: 1 });
    expect([11, 13, 20, 21, 22, 51].map((minute) => strengthAt(event, minute * MINUTE_MS))).toEqual([1, 0, 1, 1, 0, 1]);
  });

  test('that comes again before it ends does not add to itself', () => {
    const event = scheduled({ at: '0s', for: '25m', every: '10m', on: 'Both', errorPercent: 1, ramp: '20m' });
    expect([10, 20, 30, 55].map((minute) => strengthAt(event, minute * MINUTE_MS))).toEqual([0.5, 1, 1, 0.75]); // at 55 the oldest that still runs is that of 40
  });

  test.each<[EventText['on'], boolean, boolean]>([
    ['Candidate', true, false],
    ['Stable', false, true],
    ['Both', true, true],
  ])('on %s meets the revisions that were meant when it was posted', (on, candidate, others) => {
    const events = [scheduled({ at: '0s', for: '1h', on, errorPercent: 7 })];
    expect(strainOn('new', events, 1000).errorPercent).toBe(candidate ? 7 : 0);
    expect(strainOn('old', events, 1000).errorPercent).toBe(others ? 7 : 0);
    expect(strainOn('created-later', events, 1000).errorPercent).toBe(others ? 7 : 0);
  });

  test('adds percents to others, and multiplies latencies', () => {
    const one = {
      at: '0s',
      for: '1h',
      on: 'Both',
      errorPercent: 7,
      latencyFactor: 1.5,
      websocketDisconnectPercent: 2,
    } as const;
    expect(strainOn('any', [scheduled(one), scheduled(one)], 0)).toEqual({
      errorPercent: 14,
      latencyFactor: 2.25,
      websocketDisconnectPercent: 4,
    });
  });

  test('sets the rate of requests, from the usual one along its ramp', () => {
    const events = [scheduled({ at: '0s', for: '1h', on: 'Traffic', rps: 1000, ramp: '20m' })];
    expect([0, 10, 20, 60].map((minute) => rpsAt(100, events, minute * MINUTE_MS))).toEqual([100, 550, 1000, 100]);
  });
});
