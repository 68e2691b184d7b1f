/** Whatever a file holds, there is an answer in words, and what is printed is what check takes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sources } from '../../src/import/import.ts';
import { isWhole } from '../whole.ts';
import { examples, importOf, policiesIn } from './sources.ts';

const strange = fc.constantFrom(
  ...['[]', '{}', '~', '-1', '1e999', '.nan', 'yes', '""', '" "', '{a: [b]}', '&a [*a]', '!!binary aGk=', '2024-02-30'],
  ...[
    '99.9',
    '"0.999"',
    '1m',
    '30d',
    'x_total',
    'sum(rate(x_total[5m]))',
    '"\\u2028\\u0000"',
    'constructor',
    '__proto__',
  ],
);

type Edit = (lines: string[], at: number) => string[];
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.constant<Edit>((lines, at) => lines.toSpliced(at, 1)),
  fc.constant<Edit>((lines, at) => lines.toSpliced(at, 0, lines[at]!)),
  fc.constant<Edit>((lines, at) => lines.with(at, ` ${lines[at]}`)),
  fc.constant<Edit>((lines, at) => lines.with(at, lines[at]!.replace(/^ {2}/, ''))),
  strange.map(
    (value): Edit =>
      (lines, at) =>
        lines.with(at, lines[at]!.replace(/: .*$|:$/, `: ${value}`)),
  ),
  fc.string({ minLength: 1, maxLength: 8, unit: 'binary' }).map(
    (noise): Edit =>
      (lines, at) =>
        lines.with(at, `${lines[at]!.slice(0, 12)}${noise}${lines[at]!.slice(12)}`),
  ),
  fc.nat(200).map(
    (other): Edit =>
      (lines, at) =>
        lines.with(at, lines[other % lines.length]!),
  ),
);

const mutated = fc
  .tuple(fc.constantFrom(...examples), fc.array(fc.tuple(edit, fc.nat(1000)), { minLength: 1, maxLength: 6 }))
  .map(([one, edits]) => ({
    ...one,
    text: edits
      .reduce(
        (lines, [change, at]) => (lines.length === 0 ? lines : change(lines, at % lines.length)),
        one.text.split('\n'),
      )
      .join('\n'),
  }));

describe('Whatever a file holds', () => {
  it('an example gone wrong is answered in words, and what is left of it is taken by check', () => {
    fc.assert(
      fc.property(mutated, (one) => {
        const result = importOf(one);
        expect(policiesIn(result).length).toBe(result.policies);
        expect(result.isWhole).toBe(result.told.every(({ of }) => of === 'Detail'));
        expect(result.objectives > 0 || !result.isWhole).toBe(true);
        for (const { message, hint } of result.told) expect(message && hint).not.toMatch(/undefined|\[object|NaN/);
      }),
      { numRuns: isWhole ? 1500 : 400 },
    );
  });

  it('noise is answered in words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.constantFrom(...sources), (text, source) => {
        const { objectives, told } = importOf({ source, text });
        expect(objectives).toBe(0);
        expect(told.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });

  it('a file of one tool is not taken for one of another', () => {
    for (const one of examples) {
      for (const source of sources.filter((other) => other !== one.source)) {
        const { objectives, told } = importOf({ source, text: one.text });
        expect(objectives).toBe(0);
        expect(told.map(({ hint }) => hint).join()).toMatch(new RegExp(`steadyrun import ${one.source}`));
      }
    }
  });

  it('a file of very many mistakes is answered in time, and in so many lines', () => {
    const text = `version: prometheus/v1\nservice: a\n${Array.from({ length: 20_000 }, (_, index) => `f${index}: 1\n`).join('')}`;
    const startMs = performance.now();
    expect(importOf({ source: 'sloth', text }).told.length).toBe(1001);
    expect(performance.now() - startMs).toBeLessThan(20_000);
  });
});
