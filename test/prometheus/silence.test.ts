import nock from 'nock';
import { describe, expect, it, vi } from 'vitest';
import type { MetricsSource } from '../../src/policy/policy.ts';
import { retryAfterMs, Silences } from '../../src/prometheus/silence.ts';
import { calls, client, empty, failed, isolate, plain } from './client.ts';

isolate();

const receivedAtMs = Date.UTC(2026, 0, 1, 12, 0, 0);
const asked = (text: string | undefined, date?: string) =>
  retryAfterMs({
    headers: { ...(text !== undefined && { 'retry-after': text }), ...(date && { date }) },
    receivedAtMs,
  });

describe('What Retry-After asks for', () => {
  it.each([
    ['seconds', '30', 30_000],
    ['a part of a second', '0.5', 500],
    ['nothing', '0', 0],
    ['seconds between spaces', ' 7 ', 7000],
    ['a date', 'Thu, 01 Jan 2026 12:00:45 GMT', 45_000],
    ['a date as it was once written', 'Thursday, 01-Jan-26 12:00:45 GMT', 45_000],
    ['a date that is over', 'Thu, 01 Jan 2026 11:00:00 GMT', 0],
    ['a date that there is not', 'Thu, 99 Foo 2026 12:00:45 GMT', null],
    ['a negative number', '-5', null],
    ['a word with a number in it', 'soon 5', null],
    ['an empty text', '', null],
    ['not there', undefined, null],
  ])('is understood when it is %s', (_, text, lengthMs) => {
    expect(asked(text)).toBe(lengthMs);
  });

  it('is counted from the server’s own time where our clock goes wrong', () => {
    expect(asked('Thu, 01 Jan 2026 18:00:20 GMT', 'Thu, 01 Jan 2026 18:00:00 GMT')).toBe(20_000);
    expect(asked('Thu, 01 Jan 2026 12:00:20 GMT', 'yesterday')).toBe(20_000);
  });
});

describe('A silence', () => {
  it('is kept for as long as was asked, at most a minute, and by server', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const silences = new Silences();
      silences.keep('a', 10_000);
      silences.keep('b', 3_600_000);
      silences.keep('c', 0);
      expect(['a', 'b', 'c', 'd'].map((server) => silences.leftMs(server))).toEqual([10_000, 60_000, 0, 0]);
      vi.advanceTimersByTime(10_000);
      expect([silences.leftMs('a'), silences.leftMs('b')]).toEqual([0, 50_000]);
    } finally {
      vi.useRealTimers();
    }
  });

  const post = (method = 'query') => nock('https://prometheus.example.com').post(`/team-a/api/v1/${method}`);

  it('asked for with a date is kept', async () => {
    const until = new Date(Date.now() + 30_000).toUTCString();
    post().reply(429, '', { 'retry-after': until });
    const patient = client();
    expect((await failed(patient.instant(plain, 'up', 0))).message).toMatch(/It asks to wait (29|30) s\.$/);
    expect((await failed(patient.instant(plain, 'up', 0))).message).toMatch(/asked again in (29|30) s\.$/);
    expect(calls).toEqual(['instant RateLimited']);
  });

  it('holds for every kind of question', async () => {
    post().reply(429, '', { 'retry-after': '30' });
    const patient = client();
    await failed(patient.instant(plain, 'up', 0));
    expect(await failed(patient.range(plain, 'up', 0, 60_000, 15_000))).toMatchObject({ reason: 'RateLimited' });
    expect(calls).toEqual(['instant RateLimited']);
  });

  it('of one tenant is not another’s, whose address is the same', async () => {
    post().reply(429, '', { 'retry-after': '30' });
    post().reply(200, empty);
    const credentials = { namespace: 'other', name: 'prom', key: 'token' };
    const other: MetricsSource = { ...plain, auth: { kind: 'Bearer', credentials } } as MetricsSource;
    const patient = client(
      {},
      {
        credentials: { getRequestHeaders: async () => new Headers() },
        secrets: { read: async () => 'x', forget: () => {} },
      },
    );
    await failed(patient.instant(plain, 'up', 0));
    expect(await patient.instant(other, 'up', 0)).toEqual([]);
  });
});
