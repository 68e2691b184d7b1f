/** An ablation that finds nothing to take out would show that a heuristic buys nothing. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { heuristics } from './decisions/heuristics.ts';

test.each(heuristics.flatMap(({ name, edits }) => edits.map((edit) => ({ name, ...edit }))))(
  'what is taken out for "$name" stands once in $file',
  ({ file, from }) => {
    expect(readFileSync(`src/decide/${file}`, 'utf8').split(from)).toHaveLength(2);
  },
);
