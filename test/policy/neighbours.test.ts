/** Several mistakes in one mapping, or in one list, are all told in one round, as those of different parts are (together.test.ts). */
import { describe, expect, test } from 'vitest';
import { checkPolicies } from '../../src/policy/check/policies.ts';

interface Place {
  readonly where: string;
  /** The policy with these lines, or items, in that place. */
  readonly of: (mistakes: readonly string[]) => string;
  /** Each wrong by itself. */
  readonly mistakes: readonly string[];
}

const policy = (metadata: string, spec: string, objectives = '  - {name: availability, targetPercent: 99.9}'): string =>
  `apiVersion: steadyrun.dev/v1alpha1
kind: SLOPolicy
metadata:
  name: api
${metadata}spec:
  service: {project: acme, region: europe-west1, name: api}
${spec}  objectives:
${objectives}
`;

const long = 'x'.repeat(64);
const inMetadata = (field: string) => (lines: readonly string[]) =>
  policy(`  ${field}:\n${lines.map((line) => `    ${line}\n`).join('')}`, '');
const inSpec = (field: string) => (lines: readonly string[]) =>
  policy('', `  ${field}:\n${lines.map((line) => `    ${line}\n`).join('')}`);
const hasTarget = (lines: readonly string[]): boolean => lines.some((line) => line.startsWith('targetPercent'));
const inObjective = (lines: readonly string[]) =>
  policy(
    '',
    '',
    `  - name: availability\n${hasTarget(lines) ? '' : '    targetPercent: 99.9\n'}${lines.map((line) => `    ${line}\n`).join('')}`,
  );
const inItems = (field: string, rest: string) => (items: readonly string[]) =>
  policy('', `  ${field}: ${rest.replace('ITEMS', items.join(', '))}\n`);
const inPaths = (items: readonly string[]) =>
  policy(
    '',
    '  metrics: {type: Prometheus, address: "https://example.com"}\n',
    `  - {name: latency, indicator: {latency: {threshold: 300ms, excludePaths: [${items.join(', ')}], query: 'histogram_quantile(0.95, sum by (le) (rate(s_seconds_bucket{job="api"}[5m])))'}}}`,
  );

/** Labels and annotations are both texts under qualified names. */
const asKeysAndTexts = [
  'number: 5',
  'nothing: [a]',
  'yes: true',
  'nested: {a: b}',
  '"not a key": text',
  '"not a key either": 7',
  `${long}: text`,
];

const places: readonly Place[] = [
  {
    where: 'metadata.labels',
    of: inMetadata('labels'),
    mistakes: [
      ...asKeysAndTexts,
      'value: not a value',
      'first: -dash',
      `tall: ${long}`,
      'steadyrun.dev/paused: reason',
    ],
  },
  {
    where: 'metadata.annotations',
    of: inMetadata('annotations'),
    mistakes: [
      ...asKeysAndTexts,
      `large: "${'x'.repeat(256 * 1024)}"`,
      'steadyrun.dev/pasued: reason',
      'steadyrun.dev/paused: "false"',
      'steadyrun.dev/promote: another-00001-aaa',
      'steadyrun.dev/retry: 7',
      'steadyrun.dev/postmortem: nowhere',
    ],
  },
  {
    where: 'spec.service',
    of: (lines) =>
      policy('', '').replace(
        '  service: {project: acme, region: europe-west1, name: api}\n',
        `  service:\n${[...lines, ...['project: acme', 'region: europe-west1', 'name: api'].filter((one) => !lines.some((line) => line.split(':')[0] === one.split(':')[0]))].map((line) => `    ${line}\n`).join('')}`,
      ),
    mistakes: ['project: 5', 'region: Europe', 'name: "-api"', 'zone: a'],
  },
  {
    where: 'spec.rollout',
    of: inSpec('rollout'),
    mistakes: [
      'profile: Quick',
      'stepsPercent: [5, 3]',
      'onInconclusive: Wait',
      'onMetricsOutage: 7',
      'maxBake: soon',
      'guardWindow: forever',
      'warmup: 60',
      'bake: 4m',
    ],
  },
  {
    where: 'spec.rollout.stepsPercent',
    of: inItems('rollout', '{stepsPercent: [ITEMS]}'),
    mistakes: ['text', '2.5', '0', '100', '[1]', 'null'],
  },
  {
    where: 'spec.errorBudgetPolicy',
    of: inItems('errorBudgetPolicy', '[ITEMS]'),
    mistakes: [
      '{whenRemainingBelowPercent: 50, action: Stop, liftAbovePercent: 60}',
      '{whenRemainingBelowPercent: 40, action: Slow, liftAbovePercent: 30}',
      '{whenRemainingBelowPercent: "x", action: Freeze, liftAbovePercent: 60}',
      '{whenRemainingBelowPercent: 100, action: RequirePostmortem, liftAbovePercent: 60}',
      '{action: Freeze}',
      'text',
    ],
  },
  {
    where: 'spec.tuning',
    of: inSpec('tuning'),
    mistakes: [
      'mode: On',
      'maxSaturationPercent: 500',
      'maxInstances: {min: 9, max: 3}',
      'minInstances: {min: x}',
      'concurrency: {max: 1001}',
      'connections: [{name: Db, max: 5}]',
      'levers: {}',
    ],
  },
  {
    where: 'spec.tuning.connections',
    of: inItems('tuning', '{connections: [ITEMS]}'),
    mistakes: [
      '{name: Db, max: 5, perInstance: 1}',
      '{name: a, max: 5, reserve: 9, perInstance: 1}',
      '{name: b, max: x, perInstance: 1}',
      '{name: c, perInstance: 1}',
      '{name: d, max: 5, perInstance: 0}',
      '{name: e, max: 5, perInstance: 1, per: 1}',
      'text',
    ],
  },
  {
    where: "an objective's targetPercentByTier",
    of: (lines) =>
      policy(
        '',
        '  tier: api\n',
        `  - name: availability\n    targetPercentByTier:\n${lines.map((line) => `      ${line}\n`).join('')}`,
      ),
    mistakes: [
      'one: 0.9',
      'two: text',
      'three: 100',
      `${long}: 99`,
      '"": 99',
      'four: [99]',
      Array.from({ length: 21 }, (_, i) => `t${i}: 99`).join('\n      '),
    ],
  },
  {
    where: 'an objective',
    of: inObjective,
    mistakes: [
      'targetPercent: 100',
      'gate: maybe',
      'timeSlice: 7m',
      'indicator: {requests: {}, ratio: {bad: a}}',
      'goal: 9',
    ],
  },
  {
    where: 'the list of objectives',
    of: (items) => policy('', '', items.map((item) => `  - ${item}`).join('\n')),
    mistakes: [
      '{name: Wrong, targetPercent: 99}',
      '{name: few}',
      '{targetPercent: 99}',
      '{name: none, indicator: {}}',
      '{name: slow, indicator: {latency: {percentile: 95}}}',
      '{name: 5, targetPercent: 99}',
      'text',
    ],
  },
  {
    where: 'excludePaths',
    of: inPaths,
    mistakes: ['healthz', '5', '"/a b"', '[/a]', `/${'a'.repeat(256)}`],
  },
];

const saidOf = (text: string): string[] =>
  checkPolicies(text).findings.map(({ path, message }) => `${path}: ${message}`);

describe.each(places)('in $where', ({ of, mistakes }) => {
  test.each(mistakes.map((mistake) => [mistake.split('\n')[0]!.slice(0, 60), mistake] as const))(
    '%s is wrong by itself',
    (_, mistake) => {
      expect(saidOf(of([mistake]))).not.toEqual([]);
    },
  );

  test('of two mistakes none hides the other, whichever two and whichever first', () => {
    const pairs = mistakes.flatMap((one, i) =>
      mistakes.flatMap((other, j) => (i === j ? [] : [[one, other] as const])),
    );
    const hidden = pairs.flatMap(([one, other]) => {
      const said = saidOf(of([one, other])).map(unplaced);
      return [one, other]
        .flatMap((mistake) => saidOf(of([mistake])).map(unplaced))
        .filter((sentence) => !said.includes(sentence))
        .map(
          (sentence) =>
            `${one.slice(0, 60)} and ${other.slice(0, 60)}: "${sentence}" is missing in ${said.join(' | ')}`,
        );
    });
    expect(hidden).toEqual([]);
  });
});

/** In a list the second item has another place than alone, and there are more of what is counted. */
const unplaced = (sentence: string): string => sentence.replace(/\[\d+\]|(?<=, not )\d+/g, '');
