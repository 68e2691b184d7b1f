/** What check warns of is told in the same round as what is wrong elsewhere, and not where that is what it is made from. */
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { check } from '../../src/commands/check.ts';

const objective = (more: object = {}) => ({ name: 'availability', targetPercent: 99.9, ...more });
const slow = (more: object = {}) => ({
  name: 'latency',
  indicator: { latency: { percentile: 95, threshold: '300ms' } },
  ...more,
});

interface Parts {
  readonly metadata: object;
  readonly spec: Readonly<Record<string, unknown>>;
}

const fine: Parts = {
  metadata: { name: 'api' },
  spec: {
    service: { project: 'acme', region: 'europe-west1', name: 'api' },
    objectives: [objective(), slow()],
    rollout: {},
  },
};

type Change = (policy: Parts) => Parts;
const withSpec =
  (change: object): Change =>
  (policy) => ({ ...policy, spec: { ...policy.spec, ...change } });
const withRollout =
  (change: object): Change =>
  (policy) =>
    withSpec({ rollout: { ...(policy.spec.rollout as object), ...change } })(policy);
const withObjective =
  (one: object): Change =>
  (policy) =>
    withSpec({ objectives: [...(policy.spec.objectives as object[]), one] })(policy);

/** What it is made from, by the names that the errors below go by. */
type Area = 'objectives' | 'rollout' | 'steps' | 'guard' | 'elsewhere';
const warnings: readonly (readonly [path: string, change: Change, from: readonly Area[]])[] = [
  ['spec.rollout.stepsPercent', withRollout({ stepsPercent: [5] }), ['steps']],
  ['spec.rollout.stepsPercent[0]', withRollout({ stepsPercent: [25, 50] }), ['steps', 'objectives']],
  ['spec.rollout.guardWindow', withRollout({ guardWindow: '0s' }), ['guard']],
  ['spec.rollout.guardWindow', withRollout({ guardWindow: '5m' }), ['guard', 'steps', 'rollout', 'objectives']],
  [
    'spec.rollout.maxBake',
    withRollout({ maxBake: '5m', onInconclusive: 'Rollback' }),
    ['steps', 'guard', 'rollout', 'objectives'],
  ],
  ['spec.rollout.warmup', withRollout({ warmup: '15m' }), ['steps', 'guard', 'rollout', 'objectives']],
  [
    'spec.objectives',
    withSpec({ objectives: [objective({ gate: false })] }),
    ['steps', 'guard', 'rollout', 'objectives'],
  ],
  [
    'spec.objectives[2].indicator.latency.percentile',
    withObjective({ ...slow({ name: 'tail' }), targetPercent: 99 }),
    [],
  ],
  [
    'spec.objectives[2].indicator.ratio.bad',
    withObjective(
      objective({ name: 'orders', indicator: { ratio: { bad: 'checkout:failed_total', total: 'orders_total' } } }),
    ),
    [],
  ],
];

const errors: readonly (readonly [path: string, change: Change, area: Area])[] = [
  ['spec.mode', withSpec({ mode: 'Enforced' }), 'elsewhere'],
  ['spec.modes', withSpec({ modes: 'Enforce' }), 'elsewhere'],
  ['spec.service.region', withSpec({ service: { project: 'acme', region: 'Europe', name: 'api' } }), 'elsewhere'],
  ['spec.service.name', withSpec({ service: { project: 'acme', region: 'europe-west1' } }), 'elsewhere'],
  ['spec.window', withSpec({ window: '5d' }), 'elsewhere'],
  ['metadata.name', (policy) => ({ ...policy, metadata: { name: 'A_B' } }), 'elsewhere'],
  ['spec.tuning.mode', withSpec({ tuning: { mode: 'Some' } }), 'elsewhere'],
  ['spec.rollout.profile', withRollout({ profile: 'Slow' }), 'rollout'],
  ['spec.rollout.maxBak', withRollout({ maxBak: '5m' }), 'rollout'],
  ['spec.objectives[.]', withObjective(objective({ name: 'more', targetPercent: 101 })), 'objectives'],
  [
    'spec.objectives[.]',
    withObjective(objective({ name: 'more', indicator: { ratio: { query: 'up' } } })),
    'objectives',
  ],
];

async function told(policy: Parts): Promise<{ problems: string[]; warnings: string[] }> {
  const out: string[] = [];
  const text = stringify({ apiVersion: 'steadyrun.dev/v1alpha1', kind: 'SLOPolicy', ...policy });
  const stdin = (async function* () {
    yield Buffer.from(text);
  })();
  await check(
    ['-'],
    { json: true },
    { stdout: { write: (line) => out.push(line) }, stderr: { write: () => {} }, stdin },
  );
  const [report] = JSON.parse(out.join('')).files;
  const paths = (found: readonly { path: string }[]) => found.map(({ path }) => path);
  return { problems: paths(report.problems), warnings: paths(report.warnings) };
}

describe.each(warnings)('%s is warned of', (path, warned, from) => {
  test('alone', async () => {
    expect(await told(warned(fine))).toEqual({ problems: [], warnings: [path] });
  });

  test.each(errors)(
    'in one round with what is wrong at %s, or not at all where it is made from that',
    async (at, wrong, area) => {
      const found = await told(wrong(warned(fine)));
      expect(found.problems).toHaveLength(1);
      expect(found.problems[0]!.replace(/\[\d\].*$/, '[.]')).toBe(at);
      expect(found.warnings).toEqual(from.includes(area) ? [] : [path]);
    },
  );
});

test.each(errors)('nothing is made up where there is only something wrong, at %s', async (_, wrong) => {
  expect((await told(wrong(fine))).warnings).toEqual([]);
});
