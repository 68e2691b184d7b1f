import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trafficTargets } from '../../src/cloudrun/traffic.ts';
import { Refused } from '../../src/ports/errors.ts';

const revision = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);

/** Percents over distinct revisions that add up to 100, zeros included. */
const split = fc
  .tuple(
    fc.uniqueArray(revision, { minLength: 1, maxLength: 6 }),
    fc.array(fc.nat(100), { minLength: 5, maxLength: 5 }),
  )
  .map(([revisions, weights]) => {
    let left = 100;
    return revisions.map((name, index) => {
      const percent = index === revisions.length - 1 ? left : Math.min(left, weights[index] ?? 0);
      left -= percent;
      return { revision: name, percent };
    });
  });

describe('the traffic that is written', () => {
  it('adds up to 100 over distinct named revisions, whatever the split, in an order that does not depend on its order', () => {
    fc.assert(
      fc.property(split, (shares) => {
        const targets = trafficTargets(shares, []);
        expect(targets.reduce((sum, { percent }) => sum + (percent ?? 0), 0)).toBe(100);
        expect(
          targets.every(
            ({ type, revision, percent }) => type === 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION' && revision && percent,
          ),
        ).toBe(true);
        expect(trafficTargets(shares.toReversed(), [])).toEqual(targets);
      }),
    );
  });

  it('is refused whenever the percents are not whole numbers that add up to 100', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ revision, percent: fc.oneof(fc.integer({ min: -50, max: 150 }), fc.double()) })),
        (shares) => {
          const sum = shares.reduce((total, { percent }) => total + percent, 0);
          const isWhole = shares.every(({ percent }) => Number.isInteger(percent) && percent >= 0 && percent <= 100);
          fc.pre(!(isWhole && sum === 100));
          expect(() => trafficTargets(shares, [])).toThrow(Refused);
        },
      ),
    );
  });

  const refused = [
    { why: 'an empty split, which would send everything to the latest revision', split: [], says: 'add up to 0 %' },
    { why: 'a share without a revision', split: [{ revision: '', percent: 100 }], says: 'name its revision' },
    { why: 'a full resource name', split: [{ revision: 'projects/p/r', percent: 100 }], says: 'name its revision' },
    {
      why: 'a revision named twice',
      split: [
        { revision: 'a', percent: 50 },
        { revision: 'a', percent: 50 },
      ],
      says: 'named twice',
    },
  ];
  for (const { why, split, says } of refused) {
    it(`is refused for ${why}`, () => {
      expect(() => trafficTargets(split, [])).toThrow(says);
    });
  }

  it('is refused for a tag without a name and for a tag given twice', () => {
    const whole = [{ revision: 'a', percent: 100 }];
    expect(() => trafficTargets(whole, [{ revision: 'a', tag: '' }])).toThrow('every tag needs');
    expect(() =>
      trafficTargets(whole, [
        { revision: 'a', tag: 't' },
        { revision: 'b', tag: 't' },
      ]),
    ).toThrow('given twice');
  });

  it('keeps tags as targets of their own without a share, and LATEST tags on LATEST', () => {
    expect(
      trafficTargets(
        [{ revision: 'a', percent: 100 }],
        [
          { revision: null, tag: 'next' },
          { revision: 'a', tag: 'blue' },
        ],
      ),
    ).toEqual([
      { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', revision: 'a', percent: 100 },
      { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', revision: 'a', tag: 'blue' },
      { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', tag: 'next' },
    ]);
  });
});
