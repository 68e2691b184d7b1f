/** What README says the operator weighs is what deploy/ gives it, and fits. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { heapPercent, limitMib, requestMib } from '../bench/soak/image.ts';

const paragraphs = (file: string): string[] => readFileSync(file, 'utf8').split('\n\n');
const weighs = paragraphs('README.md').find((text) => text.startsWith('What it weighs'))!;
const deployed = paragraphs('deploy/README.md').find((text) => text.includes('--max-old-space-size-percentage'))!;
const figure = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1]);

describe('README', () => {
  test('names the request, the limit and the heap’s share as deploy/ has them', () => {
    expect(figure(weighs, /requests (\d+) MiB/)).toBe(requestMib());
    expect(figure(weighs, /limit of (\d+) MiB/)).toBe(limitMib());
    expect(figure(weighs, /(\d+) % of the limit/)).toBe(heapPercent());
  });

  test('measured idle it fits into the request, and at most into four fifths of the limit', () => {
    expect(figure(weighs, /idle with two policies it takes at most (\d+) MiB/)).toBeLessThanOrEqual(requestMib());
    expect(figure(weighs, /at 30 times the wall's pace, at most (\d+) MiB/)).toBeLessThanOrEqual(0.8 * limitMib());
  });
});

test('deploy/README names the same', () => {
  expect(figure(deployed, /requests (\d+) MiB/)).toBe(requestMib());
  expect(figure(deployed, /limit of (\d+) MiB/)).toBe(limitMib());
  expect(figure(deployed, /--max-old-space-size-percentage=(\d+)/)).toBe(heapPercent());
});
