import { describe, expect, test } from 'vitest';
import {
  type Behaviour,
  behaviourFrom,
  behaviourVariables,
  healthyBehaviour,
} from '../../../src/lab/world/behaviour.ts';
import { Refusal } from '../../../src/lab/world/refusal.ts';

const read = (name: string, value: string): Behaviour => behaviourFrom(new Map([[name, value]]));

describe('the environment of a revision', () => {
  test.each(
    Object.keys(behaviourVariables).flatMap((name) =>
      ['', ' ', 'nonsense', '-1', '1e999', 'NaN'].map((value) => [name, value]),
    ),
  )('%s=%j is refused with its name, its value, and what is expected', (name, value) => {
    expect(() => read(name!, value!)).toThrow(new RegExp(`^${name}=${value}: (it|they) must `));
  });

  test('is healthy when it says nothing, whatever else it holds', () => {
    expect(behaviourFrom(new Map([['DATABASE_URL', 'postgres://x']]))).toEqual(healthyBehaviour);
  });

  test.each<[string, string, Partial<Behaviour>]>([
    ['LAB_ERROR_PERCENT', '2.5', { errorPercent: 2.5 }],
    ['LAB_LATENCY_MS', '120/300/420.5', { latencyMs: { p50: 120, p95: 300, p99: 420.5 } }],
    ['LAB_WEBSOCKET_DISCONNECT_PERCENT', '4', { websocketDisconnectPercent: 4 }],
    ['LAB_START_SECONDS', '0', { startSeconds: 0 }],
    ['LAB_START_FAILS', '1', { startFails: true }],
    ['LAB_START_FAILS', '0', { startFails: false }],
    ['LAB_COLD_START_ERROR_PERCENT', '20', { coldStartErrorPercent: 20 }],
    ['LAB_ERROR_LEAK_PERCENT_PER_HOUR', '3', { errorLeakPercentPerHour: 3 }],
    ['LAB_OVERLOAD', '20/5', { overload: { aboveRps: 20, errorPercent: 5 } }],
    ['LAB_CPU_MS_PER_REQUEST', '40', { cpuMsPerRequest: 40 }],
    ['LAB_MEMORY_MIB', '180/2.5', { memoryMib: { base: 180, perRequest: 2.5 } }],
  ])('%s=%s is obeyed', (name, value, expected) => {
    expect(read(name, value)).toEqual({ ...healthyBehaviour, ...expected });
  });

  test.each([
    ['LAB_ERROR_PERCENT', '101', 'LAB_ERROR_PERCENT=101: it must be a number from 0 to 100'],
    ['LAB_ERROR_PERCENT', '-1', 'from 0 to 100'],
    ['LAB_ERROR_PERCENT', 'five', 'from 0 to 100'],
    ['LAB_ERROR_PERCENT', '', 'from 0 to 100'],
    ['LAB_LATENCY_MS', '110/250', 'it must look like P50/P95/P99'],
    ['LAB_LATENCY_MS', '110/100/350', 'rise'],
    ['LAB_LATENCY_MS', '0/100/350', 'above 0'],
    ['LAB_START_SECONDS', '241', 'from 0 to 240'],
    ...['0.5', '2', '-1', 'yes', 'true', '', '01', '1.0'].map((value): [string, string, string] => [
      'LAB_START_FAILS',
      value,
      `LAB_START_FAILS=${value}: it must be 0 for no or 1 for yes`,
    ]),
    ['LAB_LATENCY_MS', '110/250/3600001', 'P99 must be at most 3600000'],
    ['LAB_LATENCY_MS', '110ms/250ms/350ms', 'in numbers without a unit'],
    ['LAB_OVERLOAD', '20', 'REQUESTS_PER_SECOND/ERROR_PERCENT'],
    ['LAB_OVERLOAD', '20/500', 'LAB_OVERLOAD=20/500: ERROR_PERCENT must be at most 100'],
    ['LAB_OVERLOAD', '2000000/50', 'REQUESTS_PER_SECOND must be at most 1000000'],
    ['LAB_MEMORY_MIB', '40000/1', 'BASE must be at most 32768'],
    ['LAB_APP_BOUNDARIES', '0.005/0x1', 'they must rise'],
    ['LAB_APP_BOUNDARIES', '', 'they must rise'],
    ['lab_start_fails', '1', 'did you mean LAB_START_FAILS?'],
    ['LAB_toString', '1', 'the lab knows no such variable'],
    ['LAB_MEMORY_MIB', '180/', 'BASE/PER_REQUEST_IN_FLIGHT'],
    ['LAB_EROR_PERCENT', '5', 'the lab knows no such variable'],
  ])('%s=%s is refused as an invalid argument, in words', (name, value, words) => {
    expect(() => read(name, value)).toThrow(words);
    expect(() => read(name, value)).toThrow(Refusal);
    expect(() => read(name, value)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});
