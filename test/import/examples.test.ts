import { describe, expect, it } from 'vitest';
import { expected } from './expected.ts';
import { example, examples, importOf, objectivesOf, policiesIn, toldOf } from './sources.ts';

describe('What the documentation of a tool shows', () => {
  it('has an expectation each', () => {
    expect(expected.map(({ name }) => name).sort()).toEqual(examples.map(({ name }) => name).sort());
  });

  it.each(expected)('$name becomes what check takes, and the rest is said with its place', (one) => {
    const result = importOf(example(one.name));
    expect(objectivesOf(result)).toEqual(one.objectives);
    expect(toldOf(result)).toEqual(one.told);
    expect(result.isWhole).toBe(one.told.every((line) => line.includes('note')));
  });

  it.each(examples)('$name: no template is left', ({ source, text }) => {
    expect(importOf({ source, text }).text).not.toMatch(/\{\{/);
  });

  it.each(examples)('$name: what is said has words, and what to do instead', ({ source, text }) => {
    for (const { message, hint, line, column } of importOf({ source, text }).told) {
      expect(message).toMatch(/^[^\n]{8,}[^.\s]$/);
      expect(hint).toMatch(/^[^\n]{5,}$/);
      expect(Math.min(line, column)).toBeGreaterThan(0);
    }
  });

  it('keeps what people wrote of an SLO as a remark, and says what is assumed', () => {
    const { text } = importOf(example('openslo/whole.yaml'));
    expect(text).toContain('# Imported from slos.yaml (openslo).\n');
    expect(text).toContain('    # Payments succeed\n    # Of a thousand payments one may fail.\n    # Internal\n');
    expect(text).toContain('name the revision, in the label revision_name');
    expect(text).not.toContain('not-for-a-policy');
    const sloth = importOf(example('sloth/events.yaml')).text;
    expect(sloth).toContain('Managed Prometheus of project acme');
    expect(sloth).toContain('goes over 30 days');
    expect(text).not.toContain('goes over 30 days');
  });

  it('asks where the source asks', () => {
    const metrics = (name: string) => policiesIn(importOf(example(name))).map((policy) => policy.metrics);
    expect(metrics('openslo/whole.yaml')).toEqual([
      { type: 'Prometheus', address: 'https://prometheus.example.com', auth: null },
    ]);
    expect(metrics('openslo/v2alpha.yaml')).toEqual([{ type: 'GoogleManagedPrometheus', project: 'acme-metrics' }]);
    expect(metrics('sloth/events.yaml')).toEqual([{ type: 'GoogleManagedPrometheus', project: 'acme' }]);
  });

  it.each([
    ['99.9', 'must be a share between 0 and 1, not 99.9', 'write targetPercent: 99.9, or target: 0.999'],
    ['1.01', 'must be a share between 0 and 1, not 1.01', 'write targetPercent: 1.01, or target: 0.0101'],
    ['0', 'must be a share between 0 and 1, not 0', 'write target: 0.999'],
    ['1', 'must be a share between 0 and 1, not 1', 'write target: 0.999'],
    ['100', 'must be a share between 0 and 1, not 100', 'write target: 0.999'],
  ])("OpenSLO's target of %s is told as it is written there", (target, message, hint) => {
    const { source, text } = example('openslo/inline.yaml');
    const { told } = importOf({ source, text: text.replace('target: 0.98', `target: ${target}`) });
    expect(told.filter(({ of }) => of === 'Objective')).toMatchObject([{ message, hint }]);
  });

  it('what says its kind alone is told that its apiVersion is missing', () => {
    const { told } = importOf({ source: 'openslo', text: 'kind: Service' });
    expect(told).toMatchObject([{ message: 'there is no Service of this, which names no apiVersion' }]);
  });
});
