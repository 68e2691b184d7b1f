/** The table of src/promql/README.md shows what becomes of each kind of query: each row is tried. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { selectorText } from '../../src/promql/counters/format.ts';
import type { CounterSum } from '../../src/promql/counters/model.ts';
import { unitName } from '../../src/promql/counters/names.ts';
import { readPasted } from '../../src/promql/counters/pasted.ts';
import { QueryRefused } from '../../src/promql/counters/refusal.ts';

const sumText = (sum: CounterSum): string =>
  sum
    .map(
      ({ sign, counter }, i) =>
        `${sign > 0 ? (i === 0 ? '' : '+ ') : '− '}${counter.upTo == null ? '' : `up to ${counter.upTo} of `}${selectorText(counter)}`,
    )
    .join(' ');

function becomes(query: string): string {
  try {
    const pasted = readPasted(query, { revisionLabel: 'revision_name' });
    if (pasted.kind === 'Latency') {
      const { percentile, counter, unit, native } = pasted.histogram;
      const units =
        unit === null
          ? 'unit asked for, or by its boundaries'
          : `${unitName(unit.unitMs)!.toLowerCase()}${unit.by === 'Usual' ? ' unless its boundaries say otherwise' : ''}`;
      return `p${percentile} of ${native ? 'the native histogram ' : ''}${selectorText(counter)}, ${units}`;
    }
    const { events, bad, total, reading } = pasted.ratio;
    const how =
      reading.proof === 'Nothing'
        ? ', if the figures do not speak against it'
        : reading.direction === 'Turned'
          ? ', turned round'
          : '';
    return `${events}${how}: ${sumText(bad)} of ${sumText(total)}`;
  } catch (error) {
    if (!(error instanceof QueryRefused)) throw error;
    return `refused: ${error.message}; ${error.hint}`;
  }
}

const readme = readFileSync(new URL('../../src/promql/README.md', import.meta.url), 'utf8');
const rows = readme
  .split('\n')
  .map((line) => /^\| [^|]+ \| `(.+)` +\| (.+?) +\|$/.exec(line.replaceAll('\\|', '\u0000'))?.slice(1))
  .filter((row) => row !== undefined)
  .map(([query, says]): [string, string] => [
    query!.replaceAll('\u0000', '|'),
    says!.replaceAll('\u0000', '|').replaceAll('`', ''),
  ]);

test('it has a row a kind', () => {
  expect(rows.length).toBeGreaterThanOrEqual(40);
});

test.each(rows)('%s', (query, says) => {
  expect(becomes(query)).toBe(says);
});
