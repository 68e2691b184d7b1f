import { describe, expect, test } from 'vitest';
import { rehearse } from '../../src/rehearsal/rehearse.ts';
import { ruleNamed, rules } from '../../src/rehearsal/rules/index.ts';
import { classify, scoreOf } from '../../src/rehearsal/rules/mann-whitney.ts';
import { confidence, standardized } from '../../src/rehearsal/rules/rank-sum.ts';
import { rootBetween } from '../../src/rehearsal/rules/root.ts';
import { parseScenario, type ScenarioText } from '../../src/scenario/scenario.ts';
import { end, errors, fine, good, none, play, shares, slow } from './peers-play.ts';
import { comparedPolicy, policyShowingErrors, policyWithDisconnects } from './peers-policy.ts';

const MINUTE_S = 60;
const silent = () => [none, none, none];

describe('cloud-run-release-manager', () => {
  const rule = ruleNamed('cloud-run-release-manager', {});

  test('steps every half hour, and watches all of the traffic for as long before it has finished', () => {
    const shown = play(rule, { untilS: 180 * MINUTE_S });
    expect(shares(shown)).toBe('0s 5 %, 1800s 20 %, 3600s 50 %, 5400s 80 %, 7200s 100 %');
    expect(end(shown)).toBe('Promoted at 9000s: Passed');
  });

  test('takes back from all of the traffic, too, until it has finished', () => {
    const shown = play(rule, { untilS: 180 * MINUTE_S, candidate: (atS) => (atS > 8000 ? errors(1000) : fine) });
    expect(end(shown)).toBe('RolledBack at 8040s: Unhealthy');
  });

  test('promotes on no data at all', () => {
    const shown = play(rule, { untilS: 180 * MINUTE_S, candidate: silent });
    expect(end(shown)).toBe('Promoted at 9000s: Passed');
  });

  test('with a least number of requests, and none, stays at its first step for ever', () => {
    const careful = ruleNamed('cloud-run-release-manager', { minRequests: '100' });
    const shown = play(careful, { untilS: 24 * 60 * MINUTE_S, candidate: silent });
    expect(shares(shown)).toBe('0s 5 %');
    expect(shown.at(-1)!.reason).toBe('Inconclusive');
  });

  test('is convinced by one bad request of one, however many it was told to wait for', () => {
    const careful = ruleNamed('cloud-run-release-manager', { minRequests: '100' });
    const shown = play(careful, { candidate: (atS) => (atS === 600 ? errors(1, 1) : silent()) });
    expect(end(shown)).toBe('RolledBack at 600s: Unhealthy');
  });

  test('forgets what is older than its window', () => {
    // Two bad ticks in half an hour are more than 1 % of its 120,000 requests, one is not.
    const twice = (atS: number) => (tickEndS: number) => (tickEndS === 1815 || tickEndS === atS ? errors(700) : fine);
    expect(end(play(rule, { candidate: twice(3600) }))).toBe('RolledBack at 3600s: Unhealthy');
    expect(end(play(rule, { candidate: twice(3660) }))).toBe('not ended');
  });

  test('takes steps, waits and limits from its options', () => {
    const own = ruleNamed('cloud-run-release-manager', { steps: '1/50', wait: '5m', maxErrorPercent: '3' });
    const shown = play(own, { candidate: () => errors(29) });
    expect(shares(shown)).toBe('0s 1 %, 300s 50 %, 600s 100 %');
    expect(end(play(own, { candidate: () => errors(31) }))).toBe('RolledBack at 60s: Unhealthy');
  });
});

describe('flagger', () => {
  const rule = ruleNamed('flagger', {});

  test('steps at every interval and has promoted one after its largest weight', () => {
    const shown = play(rule, {});
    expect(shares(shown)).toBe('0s 10 %, 60s 20 %, 120s 30 %, 180s 40 %, 240s 50 %, 300s 100 %');
    expect(end(shown)).toBe('Promoted at 300s: Passed');
  });

  test('rolls back at the interval after the last check it could afford', () => {
    const shown = play(rule, { candidate: () => errors(1000) });
    expect(shares(shown)).toBe('0s 10 %, 360s 0 %');
    expect(shown.filter(({ reason }) => reason === 'CheckFailed').map(({ atS }) => atS)).toEqual([
      60, 120, 180, 240, 300,
    ]);
    expect(end(shown)).toBe('RolledBack at 360s: FailedChecks');
  });

  test('never forgives a failed check', () => {
    // Every other minute is bad, and the good ones between go on with the steps.
    const own = ruleNamed('flagger', { threshold: '3', maxWeight: '100' });
    const shown = play(own, { candidate: (atS) => (Math.ceil(atS / 60) % 2 === 1 ? errors(500) : fine) });
    expect(shares(shown)).toBe('0s 10 %, 120s 20 %, 240s 30 %, 360s 0 %');
    expect(end(shown)).toBe('RolledBack at 360s: FailedChecks');
  });

  test('counts no traffic as a failed check', () => {
    const shown = play(rule, { candidate: silent });
    expect(end(shown)).toBe('RolledBack at 360s: FailedChecks');
    expect(shown.at(-1)!.message).toBe('5 checks failed; availability: no values found.');
  });

  test('counts metrics that come later than its window as failed checks, too', () => {
    expect(end(play(rule, { delayS: 120 }))).toBe('RolledBack at 360s: FailedChecks');
    expect(end(play(ruleNamed('flagger', { window: '5m' }), { delayS: 45 }))).toBe('Promoted at 300s: Passed');
  });

  test('survives a short outage of the metrics and not a long one', () => {
    const outage = (fromS: number, toS: number) => (atS: number) => atS >= fromS && atS < toS;
    expect(end(play(rule, { outage: outage(50, 170) }))).toBe('Promoted at 360s: Passed');
    expect(end(play(rule, { outage: outage(50, 600) }))).toBe('RolledBack at 420s: FailedChecks');
  });

  test('watches nothing once it has promoted', () => {
    const shown = play(rule, { candidate: (atS) => (atS > 300 ? errors(1000) : fine) });
    expect(end(shown)).toBe('Promoted at 300s: Passed');
    expect(shown.at(-1)!.atS).toBe(300);
  });

  test.each([
    ['at its limit of 99 %', 'flagger', 10, 'Promoted at 300s: Passed'],
    ['just beyond it', 'flagger', 11, 'RolledBack at 360s: FailedChecks'],
    ["at the policy's 99.9 %", 'flagger-slo', 1, 'Promoted at 300s: Passed'],
    ['just beyond that', 'flagger-slo', 2, 'RolledBack at 360s: FailedChecks'],
  ])('of %s passes or fails (%s, %i errors of 1000)', (_, name, bad, expected) => {
    expect(end(play(ruleNamed(name, {}), { candidate: () => errors(bad) }))).toBe(expected);
  });

  test('takes a p95 for too long when more than 5 % of the requests were slower', () => {
    expect(end(play(rule, { candidate: () => slow(50) }))).toBe('Promoted at 300s: Passed');
    expect(end(play(rule, { candidate: () => slow(51) }))).toBe('RolledBack at 360s: FailedChecks');
    expect(end(play(ruleNamed('flagger', { latency: 'off' }), { candidate: () => slow(1000) }))).toBe(
      'Promoted at 300s: Passed',
    );
  });

  test('sees disconnects only where its limits are the SLO', () => {
    const play3 = (name: string) =>
      end(
        play(ruleNamed(name, {}), {
          policy: policyWithDisconnects,
          candidate: () => [good, good, { bad: 900, total: 1000 }],
        }),
      );
    expect(play3('flagger')).toBe('Promoted at 300s: Passed');
    expect(play3('flagger-slo')).toBe('RolledBack at 360s: FailedChecks');
  });

  test('leaves out an objective that does not gate', () => {
    const shown = play(rule, { policy: policyShowingErrors, candidate: () => errors(1000) });
    expect(end(shown)).toBe('Promoted at 300s: Passed');
  });

  test('begins again for a revision that comes in the middle, with its failed checks forgotten', () => {
    const shown = play(rule, { deployAgainS: 240, untilS: 540, candidate: (atS) => (atS < 240 ? errors(1000) : fine) });
    expect(shares(shown)).toBe('0s 10 %, 300s 20 %, 360s 30 %, 420s 40 %, 480s 50 %, 540s 100 %');
    expect(end(shown)).toBe('Promoted at 540s: Passed');
  });

  test('measures the next revision against the one it has promoted', () => {
    const shown = play(rule, { deployAgainS: 600, untilS: 1200 });
    expect(shown.filter(({ ended }) => ended !== null).map(({ atS }) => atS)).toEqual([300, 900]);
  });
});

describe('argo-rollouts', () => {
  const rule = ruleNamed('argo-rollouts', {});
  const perMinute = { interval: '1m', successRatePercent: '99' };
  const eachMinute = ruleNamed('argo-rollouts', perMinute);

  test('steps by its pauses alone', () => {
    const shown = play(rule, {});
    expect(shares(shown)).toBe('0s 20 %, 600s 40 %, 1200s 60 %, 1800s 80 %, 2400s 100 %');
    expect(end(shown)).toBe('Promoted at 2400s: Passed');
  });

  test('fails at one failure more than its limit', () => {
    expect(end(play(eachMinute, { candidate: () => errors(1000) }))).toBe('RolledBack at 240s: Failed');
    expect(end(play(rule, { candidate: () => errors(1000) }))).toBe('RolledBack at 1200s: Failed');
    const strict = ruleNamed('argo-rollouts', { ...perMinute, failureLimit: '0' });
    expect(end(play(strict, { candidate: () => errors(1000) }))).toBe('RolledBack at 60s: Failed');
  });

  test('adds failures up, and by metric: three of each are within the limit', () => {
    const times =
      (...bad: number[]) =>
      (atS: number) =>
        bad.includes(Math.ceil(atS / 60)) ? errors(500) : fine;
    expect(end(play(eachMinute, { candidate: times(2, 9, 17, 31) }))).toBe('RolledBack at 1860s: Failed');
    const both = (atS: number) => (atS <= 180 ? [errors(500)[0]!, slow(500)[1]!, good] : fine);
    expect(end(play(eachMinute, { candidate: both }))).toBe('Promoted at 2400s: Passed');
  });

  test('has an error where there was never a request, and ends at the fifth in a row', () => {
    const shown = play(eachMinute, { candidate: silent });
    // The first after an interval, the others as soon as it looks again: 10 s, and here there is a look every 15 s.
    expect(end(shown)).toBe('RolledBack at 120s: Error');
    expect(end(play(ruleNamed('argo-rollouts', { ...perMinute, initialDelay: '0s' }), { candidate: silent }))).toBe(
      'RolledBack at 75s: Error',
    );
  });

  test('fails where there are no requests any more: not a number meets no condition', () => {
    const shown = play(eachMinute, { candidate: (atS) => (atS <= 60 ? fine : silent()) });
    expect(end(shown)).toBe('RolledBack at 300s: Failed');
    expect(shown.at(-1)!.message).toContain('not a number');
  });

  test('forgives errors after a measurement, and does not survive metrics that stay away', () => {
    const twice = (forS: number) => (atS: number) => atS % 600 >= 50 && atS % 600 < 50 + forS && atS < 1200;
    expect(end(play(eachMinute, { outage: twice(115) }))).toBe('Promoted at 2400s: Passed');
    expect(end(play(eachMinute, { outage: twice(250) }))).toBe('RolledBack at 180s: Error');
  });
});

describe('alert-policy', () => {
  const rule = ruleNamed('alert-policy', {});

  test('goes through its phases and promotes after the last', () => {
    const shown = play(rule, {});
    expect(shares(shown)).toBe('0s 25 %, 600s 50 %, 1200s 75 %, 1800s 100 %');
    expect(end(shown)).toBe('Promoted at 1800s: Passed');
  });

  test('passes without any data', () => {
    expect(end(play(rule, { candidate: silent }))).toBe('Promoted at 1800s: Passed');
  });

  test('rolls back at the first alert, in any minute of a phase', () => {
    const shown = play(rule, { candidate: (atS) => (atS > 900 ? errors(1000) : fine) });
    expect(end(shown)).toBe('RolledBack at 960s: Alert');
  });

  test('opens no alert for what its window makes small', () => {
    const one = (window: string) =>
      end(play(ruleNamed('alert-policy', { window }), { candidate: (atS) => (atS === 900 ? errors(100) : fine) }));
    expect(one('5m')).toBe('Promoted at 1800s: Passed');
    expect(one('1m')).toBe('RolledBack at 900s: Alert');
  });
});

describe('mann-whitney', () => {
  const rule = ruleNamed('mann-whitney', {});
  /** A different number of errors in each minute, as chance has it. */
  const noisy = (least: number) => (atS: number) => errors(least + ((Math.ceil(atS / 60) * 7) % 5));

  test('keeps its weight, judges every ten minutes and promotes at the end', () => {
    const shown = play(rule, { candidate: noisy(1), stable: noisy(1) });
    expect(shares(shown)).toBe('0s 10 %, 3600s 100 %');
    expect(shown.map(({ atS }) => atS)).toEqual([0, 600, 1200, 1800, 2400, 3000, 3600]);
    expect(end(shown)).toBe('Promoted at 3600s: Passed');
  });

  test('rolls back at the first judgement of a canary that is worse', () => {
    const shown = play(rule, { candidate: noisy(20), stable: noisy(1) });
    expect(end(shown)).toBe('RolledBack at 600s: Score');
    expect(shown.at(-1)!.message).toBe('Score 50: availability High, latency Pass.');
  });

  test('spares a canary that is as bad as its baseline, and one that is better', () => {
    expect(end(play(rule, { candidate: noisy(300), stable: noisy(300) }))).toBe('Promoted at 3600s: Passed');
    expect(end(play(rule, { candidate: noisy(1), stable: noisy(20) }))).toBe('Promoted at 3600s: Passed');
  });

  test('has no score to pass with when nothing was served', () => {
    const shown = play(rule, { candidate: silent });
    expect(end(shown)).toBe('RolledBack at 600s: Score');
    expect(shown.at(-1)!.message).toContain('availability Nodata, latency Nodata');
  });

  test('sees only intervals that have ended', () => {
    const early = ruleNamed('mann-whitney', { interval: '10m', judgeEvery: '5m' });
    expect(play(early, {}).at(-1)!.message).toBe('Score 0: availability Nodata, latency Nodata.');
    const shown = play(ruleNamed('mann-whitney', { interval: '10m' }), { candidate: () => errors(1) });
    expect(shown[1]).toMatchObject({ atS: 600, message: 'Score 50: availability High, latency Pass.' });
  });

  test('has no points of metrics that have not come', () => {
    const shown = play(rule, { delayS: 600, candidate: noisy(1), stable: noisy(1) });
    expect(end(shown)).toBe('RolledBack at 600s: Score');
    expect(shown.at(-1)!.message).toContain('availability Nodata');
  });

  describe('its comparison by ranks', () => {
    const hundreds = (count: number) => [
      ...new Array<number>(count).fill(100),
      ...new Array<number>(10 - count).fill(1),
    ];
    const ones = hundreds(0);

    // The sample of spinnaker/spinnaker issue 6278, and what its author saw in the debugger.
    test('finds what Kayenta was seen to find, to the last digit but one', () => {
      const { lower, upper, estimate } = confidence(hundreds(7), ones);
      expect(lower).toBeCloseTo(6.825022991538781e-5, 18);
      expect(upper).toBe(99);
      expect(estimate).toBe(98.99992904170193);
    });

    test('passes seven hundreds of ten and not eight', () => {
      expect(classify(hundreds(7), ones)).toBe('Pass');
      expect(classify(hundreds(8), ones)).toBe('High');
    });

    test('passes errors that are too sparse to have ranks', () => {
      const sparse = [0, 0, 0, 5, 0, 0, 0, 0, 7, 0];
      expect(classify(sparse, new Array<number>(10).fill(0))).toBe('Pass');
    });

    test('has a verdict for equal samples, constants and nothing', () => {
      expect(classify([1, 2, 3], [3, 2, 1])).toBe('Pass');
      expect(classify([1, 1], [1, 1, 1])).toBe('Pass');
      expect(classify([2, 2], [1, 1])).toBe('High');
      expect(classify([1, 1], [2, 2])).toBe('Pass');
      expect(classify([], [1])).toBe('Nodata');
      expect(classify([1], [])).toBe('Nodata');
    });

    test('is that of the shift: moving a sample moves its interval', () => {
      const x = [3, 5, 8, 13, 21, 34];
      const y = [2, 4, 6, 9, 12, 15];
      const here = confidence(x, y);
      const there = confidence(
        x.map((value) => value + 50),
        y,
      );
      expect(there.lower - here.lower).toBeCloseTo(50, 3);
      expect(there.upper - here.upper).toBeCloseTo(50, 3);
      expect(there.estimate - here.estimate).toBeCloseTo(50, 3);
      expect(here.lower).toBeLessThan(here.estimate);
      expect(here.estimate).toBeLessThan(here.upper);
    });

    test('is standardized: by hand for three against three', () => {
      // Ranks 4, 5, 6: 15 - 6 - 4.5 = 4.5 above, less a half, over sqrt(9/12 * 7).
      expect(standardized([4, 5, 6], [1, 2, 3], 0)).toBeCloseTo(4 / Math.sqrt(5.25), 12);
      // One tie of two: ranks 3.5, 5, 6, and 6 / 30 less in the variance.
      expect(standardized([3, 5, 6], [1, 2, 3], 0)).toBeCloseTo(3.5 / Math.sqrt((9 / 12) * (7 - 6 / 30)), 12);
    });

    test('scores the share that passed, and 0 where half is without data', () => {
      expect(scoreOf(['Pass', 'Pass', 'High'])).toBeCloseTo(66.7, 1);
      expect(scoreOf(['Pass', 'Pass', 'Nodata'])).toBe(100);
      expect(scoreOf(['Pass', 'Nodata'])).toBe(0);
    });
  });

  test('its roots are within the accuracy', () => {
    expect(rootBetween((x) => x ** 3 - 2, 0, 2, 1e-9)).toBeCloseTo(2 ** (1 / 3), 9);
    expect(rootBetween((x) => (x < 0.3 ? 1 : -1), 0, 1, 1e-6)).toBeCloseTo(0.3, 6);
    expect(rootBetween((x) => 1 - x, 0, 1, 1e-6)).toBe(1);
  });
});

describe('a peer', () => {
  test.each(Object.keys(rules).filter((name) => name !== 'steadyrun'))(
    '%s looks no more once it has ended, unless further revisions come',
    (name) => {
      const restsAfter = (text: object) =>
        ruleNamed(name, {}).start(comparedPolicy, parseScenario({ name: 'rest', truth: 'Good', ...text })).restsAfter;
      expect(restsAfter({})).toEqual(['Promoted', 'RolledBack']);
      expect(restsAfter({ deployEvery: '10m' })).toEqual([]);
    },
  );
});

describe('a rule by name', () => {
  test.each(Object.keys(rules))('%s is there with its defaults', (name) => {
    expect(ruleNamed(name, {}).start).toBeTypeOf('function');
  });

  test('that is unknown is refused with those that are known', () => {
    expect(() => ruleNamed('spinnaker', {})).toThrow(
      'there is no rule spinnaker; the rules are steadyrun, cloud-run-release-manager, flagger, flagger-slo, argo-rollouts, mann-whitney, alert-policy',
    );
    expect(() => ruleNamed('toString', {})).toThrow('there is no rule toString');
  });

  test('with an unknown option is refused with those it has', () => {
    expect(() => ruleNamed('flagger', { treshold: '3' })).toThrow(
      'flagger has no option treshold; its options are interval=60s, window=60s, threshold=5, stepWeight=10, maxWeight=50, successRatePercent=99, latency=on',
    );
    expect(() => ruleNamed('steadyrun', { fast: 'on' })).toThrow('steadyrun has no option fast; it has none');
    expect(() => ruleNamed('flagger', { toString: 'on' })).toThrow('flagger has no option toString');
  });

  test.each([
    ['flagger', 'interval', '60', 'wants interval to be a length of time from 10s, such as 90s or 10m, not 60'],
    ['flagger', 'interval', '5s', 'wants interval to be a length of time from 10s'],
    ['flagger', 'threshold', '0', 'wants threshold to be a whole number from 1 to 1000, not 0'],
    ['flagger', 'threshold', '2.5', 'wants threshold to be a whole number'],
    ['flagger', 'threshold', '', 'wants threshold to be a whole number'],
    [
      'flagger',
      'successRatePercent',
      '101',
      "wants successRatePercent to be a number from 0 to 100, or slo for the policy's own",
    ],
    ['flagger', 'latency', 'yes', 'wants latency to be on or off, not yes'],
    [
      'cloud-run-release-manager',
      'steps',
      '50/20',
      'wants steps to be rising whole percents from 1 to 99, such as 5/20/50',
    ],
    ['cloud-run-release-manager', 'steps', '5/100', 'wants steps to be'],
    [
      'cloud-run-release-manager',
      'maxErrorPercent',
      'slo',
      'wants maxErrorPercent to be a number from 0 to 100, not slo',
    ],
    ['argo-rollouts', 'window', 'always', 'or interval, not always'],
  ])('%s %s=%s is refused, saying what it must be', (name, option, text, words) => {
    expect(() => ruleNamed(name, { [option]: text })).toThrow(words);
    expect(() => ruleNamed(name, { [option]: text })).toThrow(
      `its options are ${Object.keys(rules[name]!.options)[0]}=`,
    );
  });
});

describe('a whole run', () => {
  const runs = 50;
  const rehearsed = (name: string, options: Record<string, string>, text: Omit<ScenarioText, 'name' | 'truth'>) => {
    const scenario = parseScenario({ name: 'whole run', truth: 'Bad', ...text });
    const rule = ruleNamed(name, options);
    const results = Array.from({ length: runs }, (_, i) => rehearse(comparedPolicy, scenario, rule, 7, i));
    const times = results.flatMap(({ toRollbackMs }) => toRollbackMs ?? []).sort((a, b) => a - b);
    return {
      rolledBack: times.length / runs,
      medianS: (times[times.length >> 1] ?? Number.NaN) / 1000,
      harm: results.reduce((sum, { excessBadRequests }) => sum + excessBadRequests, 0) / runs,
    };
  };

  const plus = (percent: number) => ({ candidate: { errorPercent: Math.min(100, 0.05 + percent) } });
  const slower = { candidate: { latencyMs: { p50: 176, p95: 400, p99: 560 } } };
  const argo = { interval: '1m', successRatePercent: '99' };

  // Measured before, in another simulation of the same rules whose ticks ended at whole minutes. Here a run's ticks end
  // anywhere within 15 s, so that each look is up to a tick later, and the harm by as much larger.
  test.each([
    ['flagger', {}, '+5 %', plus(5), 360, 180],
    ['flagger', {}, '+50 %', plus(50), 360, 1799],
    ['flagger', {}, '100 %', plus(100), 360, 3601],
    ['flagger', {}, 'latency', slower, 360, 432],
    ['flagger-slo', {}, '+0.5 %', plus(0.5), 360, 21],
    ['flagger-slo', {}, '+1 %', plus(1), 360, 36],
    ['cloud-run-release-manager', {}, '+5 %', plus(5), 60, 15],
    ['cloud-run-release-manager', {}, '100 %', plus(100), 60, 300],
    ['cloud-run-release-manager', {}, 'latency', slower, 60, 36],
    ['argo-rollouts', argo, '+1 %', plus(1), 420, 91],
    ['argo-rollouts', argo, '+5 %', plus(5), 240, 240],
    ['argo-rollouts', argo, '100 %', plus(100), 240, 4802],
    ['argo-rollouts', argo, 'latency', slower, 240, 576],
    ['argo-rollouts', {}, '100 %', plus(100), 1200, 35979],
    ['mann-whitney', {}, '+5 %', plus(5), 600, 300],
    ['mann-whitney', {}, '100 %', plus(100), 600, 6004],
    ['mann-whitney', {}, 'latency', slower, 600, 719],
  ] as const)('of %s %j under %s is what was measured before', (name, options, _, text, seconds, harm) => {
    const { rolledBack, medianS, harm: here } = rehearsed(name, options, text);
    expect(rolledBack).toBe(1);
    expect(medianS).toBeGreaterThanOrEqual(seconds * 0.98);
    expect(medianS).toBeLessThanOrEqual(seconds + 30);
    expect(here).toBeGreaterThan(harm * 0.95);
    expect(here).toBeLessThan(harm * (1 + 15 / seconds) + 3);
  });

  test.each([
    ['flagger', {}, 0.5, 0.02],
    ['argo-rollouts', argo, 0.5, 0.02],
    ['cloud-run-release-manager', {}, 0.5, 0.4],
  ] as const)('of %s %j misses most of +0.5 %%', (name, options, percent, most) => {
    expect(rehearsed(name, options, plus(percent)).rolledBack).toBeLessThanOrEqual(most);
  });

  test.each([
    ['flagger', {}, 1],
    ['flagger-slo', {}, 1],
    ['cloud-run-release-manager', {}, 1],
    ['argo-rollouts', argo, 1],
    ['alert-policy', {}, 1],
    ['mann-whitney', {}, 0],
  ] as const)('of %s %j in an outage of both revisions convicts the innocent: %d', (name, options, share) => {
    const outage = { events: [{ at: '2m', for: '10m', on: 'Both' as const, errorPercent: 20 }] };
    const { rolledBack } = rehearsed(name, options, outage);
    expect(Math.abs(rolledBack - share)).toBeLessThanOrEqual(0.02);
  });
});
