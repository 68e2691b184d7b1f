/** What teams really paste is counted as what it means, or refused. */
import { describe, expect, test } from 'vitest';
import { ofOneBucket } from '../../src/promql/counters/buckets.ts';
import { selectorText } from '../../src/promql/counters/format.ts';
import { metricOf } from '../../src/promql/counters/leaf.ts';
import type { Counter, CounterSum } from '../../src/promql/counters/model.ts';
import { type Pasted, readPasted } from '../../src/promql/counters/pasted.ts';
import { QueryRefused } from '../../src/promql/counters/refusal.ts';
import { parse } from '../../src/promql/parse.ts';
import { type FromTheField, fromTheField, type Meaning } from './corpus/field.ts';

const context = { revisionLabel: 'revision_name' };
const unitsMs = { Seconds: 1000, Milliseconds: 1, Microseconds: 0.001, Nanoseconds: 1e-6, Unclear: null } as const;

function read({ query }: FromTheField): Pasted | QueryRefused {
  try {
    return readPasted(query, context);
  } catch (error) {
    if (error instanceof QueryRefused) return error;
    throw error;
  }
}

const textOf = (counter: Counter): string =>
  counter.upTo == null ? selectorText(counter) : `${selectorText(counter)} up to ${counter.upTo}`;
const sumText = (sum: CounterSum): string =>
  sum
    .map(({ sign, counter }) => `${sign > 0 ? '+' : '-'}${textOf(counter)}`)
    .sort()
    .join(' ');

/** As the reading spells it: one name for a metric, one number for a boundary. */
const spelled = (signed: readonly string[]): string => signed.map(spelledOne).sort().join(' ');

function spelledOne(text: string): string {
  const [, sign, selector, upTo = ''] = /^([+-])(.*?)( up to .*)?$/s.exec(text)!;
  const parsed = parse(selector!);
  if (parsed.kind !== 'Selector') throw new Error(selector);
  const counter = metricOf(parsed, context);
  const isOne = counter.matchers.some(({ label }) => label === 'le');
  return `${sign}${textOf(isOne ? ofOneBucket(counter, parsed.at) : counter)}${upTo}`;
}

const ofKind = (...kinds: readonly Meaning['kind'][]) => fromTheField.filter(({ means }) => kinds.includes(means.kind));

describe('From the field', () => {
  test('come many, and each once', () => {
    expect(new Set(fromTheField.map(({ query }) => query)).size).toBe(fromTheField.length);
    expect(fromTheField.length).toBeGreaterThanOrEqual(150);
  });

  test('nothing is accepted with another meaning', () => {
    const wrong = fromTheField.flatMap((one): unknown[] => {
      const pasted = read(one);
      if (pasted instanceof QueryRefused) return [];
      const { means } = one;
      if (means.kind === 'None') return [{ query: one.query, counted: pasted, means }];
      if (means.kind === 'Time') return sameTime(pasted, means) ? [] : [{ query: one.query, counted: pasted, means }];
      if (pasted.kind !== 'Ratio') return [{ query: one.query, counted: pasted, means }];
      const { ratio } = pasted;
      const counted = [ratio.events, sumText(ratio.bad), sumText(ratio.total)];
      const meant = [means.kind, spelled(means.bad), spelled(means.total)];
      return ratio.reading.proof === 'Nothing' || counted.join() === meant.join()
        ? []
        : [{ query: one.query, counted, meant }];
    });
    expect(wrong).toEqual([]);
  });

  /** The unit is the boundaries' to say where no name says it: one that is only usual is no meaning yet. */
  function sameTime(pasted: Pasted, means: Extract<Meaning, { kind: 'Time' }>): boolean {
    if (pasted.kind !== 'Latency') return false;
    const { percentile, counter, unit } = pasted.histogram;
    const unitFits = means.unit === 'Unclear' ? unit?.by !== 'Said' : unit?.unitMs === unitsMs[means.unit];
    return (
      percentile === means.percentile && `+${selectorText(counter)}` === spelled([`+${means.buckets}`]) && unitFits
    );
  }

  test('nine of ten that are a share, a rate or a time are accepted', () => {
    const all = ofKind('Share', 'Rate', 'Time');
    const refused = all.filter((one) => read(one) instanceof QueryRefused);
    expect(refused.length / all.length, refused.map(({ query }) => query).join('\n')).toBeLessThanOrEqual(0.1);
  });

  test('few leave it to the figures which way is bad, and what is counted is that way or the other', () => {
    const all = ofKind('Share', 'Rate');
    const left = all.filter((one) => {
      const pasted = read(one);
      return !(pasted instanceof QueryRefused) && pasted.kind === 'Ratio' && pasted.ratio.reading.proof === 'Nothing';
    });
    expect(left.length / all.length).toBeLessThanOrEqual(0.15);
  });
});
