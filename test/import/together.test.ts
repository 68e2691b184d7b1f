/** One policy a service: what its SLOs have to have alike, and what becomes of one that has not. */
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { example, importOf, objectivesOf, policiesIn } from './sources.ts';

interface Given {
  readonly name?: string;
  readonly window?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly target?: unknown;
  readonly errors?: string;
}

const pyrra = ({
  name = 'one',
  window = '30d',
  metadata = {},
  target = '99.9',
  errors = 'x_total{code=~"5.."}',
}: Given): unknown => ({
  apiVersion: 'pyrra.dev/v1alpha1',
  kind: 'ServiceLevelObjective',
  metadata: { name, ...metadata },
  spec: { target, window, indicator: { ratio: { errors: { metric: errors }, total: { metric: 'x_total' } } } },
});

const imported = (...slos: readonly Given[]) =>
  importOf({ source: 'pyrra', text: slos.map((slo) => stringify(pyrra(slo))).join('---\n') });

const names = (result: ReturnType<typeof imported>): string[] =>
  policiesIn(result).flatMap(({ objectives }) => objectives.map(({ name }) => name));

const messages = (result: ReturnType<typeof imported>): string[] =>
  result.told.map(({ message, hint }) => `${message}; ${hint}`);

describe('SLOs of one service', () => {
  it('are one policy of at most 20 objectives, and each that is more is told', () => {
    const result = imported(...Array.from({ length: 22 }, (_, index) => ({ name: `slo-${index}` })));
    expect(result).toMatchObject({ policies: 1, objectives: 20, isWhole: false });
    expect(result.told.map(({ of, message }) => [of, message])).toEqual(
      Array(2).fill(['Objective', 'is one more than the 20 objectives that a policy may have']),
    );
  });

  it('have one window', () => {
    const result = imported({ window: '30d' }, { name: 'two', window: '4w' }, { name: 'three', window: '30d' });
    expect(names(result)).toEqual(['one', 'three']);
    expect(messages(result)).toEqual([
      'is over 28d, and the first SLO of the same service over 30d: a policy has one window; write 30d, or leave this SLO where it is',
    ]);
  });

  it('have names of their own, which are DNS labels', () => {
    const result = imported({ name: 'one' }, { name: 'one' }, { name: 'One_Two' });
    expect(names(result)).toEqual(['one', 'one-2', 'one-two']);
    expect(result.isWhole).toBe(true);
    expect(messages(result)).toEqual([
      expect.stringContaining('this one becomes one-2'),
      expect.stringContaining('the name One_Two becomes one-two'),
    ]);
  });

  it('share the labels that all of them have, and what is no label is an annotation', () => {
    const labels = { team: 'a', repo: 'a/b', more: 'x' };
    const result = imported({ metadata: { labels } }, { name: 'two', metadata: { labels: { ...labels, more: 'y' } } });
    expect(result.text).toContain('labels:\n    team: a\n  annotations:\n    repo: a/b\n');
    expect(result.told.map(({ of, path }) => [of, path])).toEqual(Array(2).fill(['Detail', 'metadata.labels.more']));
  });

  it('never ask for anything by annotation', () => {
    const annotations = { 'steadyrun.dev/promote': 'api-00002-bbb' };
    const result = imported({ metadata: { annotations } });
    expect(result.text).not.toContain('promote');
    expect(result.told.map(({ path }) => path)).toEqual(['metadata.annotations[steadyrun.dev/promote]']);
  });

  it('are in one namespace', () => {
    const result = imported({ metadata: { namespace: 'shop' } }, { name: 'two', metadata: { namespace: 'other' } });
    expect(policiesIn(result)[0]!.key.namespace).toBe('shop');
    expect(result.told.map(({ path }) => path)).toEqual(['metadata.namespace']);
  });
});

describe('The Cloud Run service', () => {
  const two = example('sloth/two-services.yaml');

  it('is by the name that the source has', () => {
    expect(objectivesOf(importOf(two)).map((line) => line.split(':')[0])).toEqual(['checkout', 'search']);
  });

  it('is another by --service, where there is one', () => {
    expect(objectivesOf(importOf(example('sloth/events.yaml'), { service: 'shop' }))[0]).toMatch(/^shop: /);
  });

  it('is one of several by --service, and the SLOs of the others are told', () => {
    const result = importOf(two, { service: 'search' });
    expect(objectivesOf(result)).toHaveLength(1);
    expect(result.isWhole).toBe(false);
    expect(result.told[0]).toMatchObject({
      line: 3,
      path: 'service',
      hint: 'leave --service out, or give a file for each service',
    });
  });

  it.each(['Checkout Service', 'k8s_apiserver', '9lives', 'a'.repeat(50)])(
    'has to be named where it cannot be %j',
    (name) => {
      const text = example('sloth/events.yaml').text.replace('service: "checkout"', `service: ${JSON.stringify(name)}`);
      const result = importOf({ source: 'sloth', text });
      expect(result.text).toBe('');
      expect(result.told[0]).toMatchObject({
        line: 2,
        path: 'service',
        hint: 'add --service with the name of the Cloud Run service',
      });
    },
  );

  it('has to be named where the source says nothing of it', () => {
    const result = importOf(example('pyrra/latency.yaml'), { service: null });
    expect(result.text).toBe('');
    expect(result.told).toMatchObject([
      { message: 'says nothing of the service that it is of', hint: expect.stringContaining('--service') },
    ]);
  });
});

describe('What check does not take is told where the source says it', () => {
  it.each([
    [{ target: '0.999' }, 'spec.target', 'write 99.9'],
    [{ target: '100' }, 'spec.target', 'targetPercent'],
    [{ target: 'high' }, 'spec.target', 'number'],
    [{ window: '1d' }, 'spec.window', '30d'],
    [{ window: '1y' }, 'spec.window', '30d'],
    [{ window: 'long' }, 'spec.window', '4w'],
    [{ errors: 'x_total{code=~"5.."' }, 'spec.indicator.ratio.errors.metric', 'PromQL'],
    [{ errors: 'sum by (a) (rate(x_total[5m]))' }, 'spec.indicator.ratio.errors.metric', 'sum(rate(x_total[5m]))'],
    [{ errors: 'up' }, 'spec.indicator.ratio.errors.metric', 'count'],
    [{ errors: 'job:x:rate5m' }, 'spec.indicator.ratio.errors.metric', 'counters'],
    [{ name: '_' }, '', 'letters'],
  ] as const)('%j', (given, path, hint) => {
    const result = imported(given);
    expect(result.objectives).toBe(0);
    expect(result.told).toHaveLength(1);
    expect(result.told[0]).toMatchObject({ path, of: 'Objective', hint: expect.stringContaining(hint) });
  });
});
