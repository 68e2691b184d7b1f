/** Several mistakes in one policy are all told in one round: whoever mends what is said is done. */
import { describe, expect, it } from 'vitest';
import { checkPolicies } from '../../src/policy/check/policies.ts';
import { oneIn } from '../whole.ts';
import { fine, type Invalid, invalid } from './invalid.ts';

const lineOf = (offset: number): number => fine.slice(0, offset).split('\n').length;

/** The lines of the fine policy that a mistake changes. */
const reach = ({ from }: Invalid) => {
  const start = fine.indexOf(from);
  return { start, end: start + from.length, first: lineOf(start), last: lineOf(start + from.length - 1) };
};

/** A policy with both; null where they lie in the same lines, and one would undo the other. */
function withBoth(one: Invalid, other: Invalid): string | null {
  const [first, second] = [one, other].sort((a, b) => reach(a).start - reach(b).start) as [Invalid, Invalid];
  if (reach(first).last >= reach(second).first) return null;
  const [{ start, end }, next] = [reach(first), reach(second)];
  return fine.slice(0, start) + first.to + fine.slice(end, next.start) + second.to + fine.slice(next.end);
}

/** What is no policy at all is told by that alone. */
const isPolicy = ({ path, message }: Invalid): boolean => path !== 'kind' || message.includes('SloPolicy');

/** Without its other half the mistake is none. */
const undoes = (one: Invalid, other: Invalid): boolean =>
  (one.what === 'two objectives of one name' && other.from.includes('name: availability')) ||
  (one.what.startsWith('targets by tier') && other.what === 'a tier that is no text');

/** Behind further objectives the second one has another place. */
const moved = (path: string, text: string): string => {
  const added = text.split('- {name: o').length - 1;
  return added === 0 ? path : path.replace('objectives[1]', `objectives[${1 + added}]`);
};

const pairs = invalid.filter(isPolicy).flatMap((one, i, all) =>
  all.slice(i + 1).flatMap((other) => {
    const text = undoes(one, other) || undoes(other, one) ? null : withBoth(one, other);
    return text === null ? [] : [{ what: `${one.what}, and ${other.what}`, text, both: [one, other] }];
  }),
);

describe('Of two mistakes in one policy', () => {
  it('none hides the other, whichever two', () => {
    expect(pairs.length).toBeGreaterThan(9000);
    const hidden = oneIn(15, pairs).flatMap(({ what, text, both }) => {
      const said = checkPolicies(text).findings.map(({ path, message }) => `${path}: ${message}`);
      return both
        .map(({ path, message }) => `${moved(path, text)}: ${message}`)
        .filter((sentence) => !said.includes(sentence))
        .map((sentence) => `${what}: "${sentence}" is missing in ${said.join(' | ')}`);
    });
    expect(hidden).toEqual([]);
  });

  it('none hides the other in two policies of one file, nor what two policies have in common', () => {
    const second = fine.replace('name: api\nspec', 'name: other\nspec').replace('mode: Enforce', 'mode: Watch');
    const text = `${fine.replace('99.9', '0.999')}---\n${second}`;
    expect(checkPolicies(text).findings.map(({ line, path }) => `${line} ${path}`)).toEqual([
      '15 spec.objectives[0].targetPercent',
      '35 spec.mode',
    ]);
  });
});
