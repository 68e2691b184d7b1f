/** What is gathered of how full instances are: all that is asked, nothing that is not, and no failure of it fails a look. */
import { describe, expect, it, test } from 'vitest';
import type { Questions } from '../../src/decide/questions.ts';
import { known, unknown } from '../../src/facts/answer.ts';
import { fullness, type Gauges } from '../../src/loop/fullness.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { Refused, Unavailable } from '../../src/ports/errors.ts';

const service = { project: 'acme', region: 'europe-west1', name: 'api' };
const metrics = { type: 'GoogleManagedPrometheus', project: 'metrics' };
const policy = { service, metrics } as unknown as Policy;
const nowMs = 1_700_000_000_000;
const nothing: Questions = {
  revisions: [],
  counts: [],
  historyOf: null,
  inspect: false,
  saturation: null,
  outOfMemorySinceMs: null,
  targetsOf: null,
  digestsOf: [],
  budget: null,
};
const everything: Questions = {
  ...nothing,
  saturation: { revisions: ['a', 'b'], fromMs: 1 },
  outOfMemorySinceMs: 2,
  targetsOf: 'b',
  digestsOf: ['a', 'b'],
};

/** Keeps what it is asked; `fails` of it does. */
function gauges(fails: Partial<Record<'saturation' | 'outOfMemory' | 'targets' | 'digest', Error>> = {}) {
  const asked: unknown[] = [];
  const answer = <T>(name: keyof typeof fails, value: T, ...of: unknown[]): Promise<T> => {
    asked.push([name, ...of]);
    return fails[name] ? Promise.reject(fails[name]) : Promise.resolve(value);
  };
  const ports = {
    metrics: { saturation: (question: object) => answer('saturation', known({ a: [] }), question) },
    logs: { outOfMemory: (...of: unknown[]) => answer('outOfMemory', known({ a: 3 }), ...of) },
    services: {
      targets: (...of: unknown[]) => answer('targets', { cpuPercent: 60, concurrencyPercent: 48 }, ...of),
      digest: (of: object, revision: string) => answer('digest', revision === 'a' ? 'sha256:a' : null, of, revision),
    },
  } as unknown as Gauges;
  return { asked, ports };
}

const all = {
  saturation: known({ a: [] }),
  outOfMemory: known({ a: 3 }),
  targets: known({ cpuPercent: 60, concurrencyPercent: 48 }),
  digests: { a: 'sha256:a', b: null },
};

describe('what is gathered', () => {
  it('is all that is asked, of the policy’s service and source', async () => {
    const { asked, ports } = gauges();
    expect(await fullness(ports, policy, everything, nowMs)).toEqual(all);
    expect(asked).toEqual([
      ['saturation', { source: metrics, service, revisions: ['a', 'b'], fromMs: 1, nowMs }],
      ['outOfMemory', service, 2, nowMs],
      ['targets', service, 'b'],
      ['digest', service, 'a'],
      ['digest', service, 'b'],
    ]);
  });

  test.each(['saturation', 'outOfMemorySinceMs', 'targetsOf', 'digestsOf'] as const)(
    'is nothing of %s, where it is not asked',
    async (what) => {
      const field = (
        {
          saturation: 'saturation',
          outOfMemorySinceMs: 'outOfMemory',
          targetsOf: 'targets',
          digestsOf: 'digests',
        } as const
      )[what];
      const { ports } = gauges();
      const { [field]: _, ...others } = all;
      expect(await fullness(ports, policy, { ...everything, [what]: nothing[what] }, nowMs)).toEqual(others);
    },
  );

  it('is nothing at all, usually', async () => {
    const { asked, ports } = gauges();
    expect(await fullness(ports, policy, nothing, nowMs)).toEqual({});
    expect(asked).toEqual([]);
  });
});

describe.each([new Refused('No.'), new Unavailable('No.'), new TypeError('No.')])('a failure (%s)', (error) => {
  const untold = unknown('ProviderError', 'No.');
  test.each([
    ['saturation', { saturation: untold }],
    ['outOfMemory', { outOfMemory: untold }],
    ['targets', { targets: untold }],
    ['digest', { digests: { a: null, b: null } }],
  ] as const)('of %s fails nothing else', async (what, untold) => {
    const { ports } = gauges({ [what]: error });
    expect(await fullness(ports, policy, everything, nowMs)).toEqual({ ...all, ...untold });
  });
});
