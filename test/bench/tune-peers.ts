/**
 * The best that the peers can be set to on the scenarios they are compared on: the least harm by bad revisions among the
 * settings that roll back as few good ones as our own rule must. Settings are looked for on the very scenarios they are
 * measured on, which flatters them. Run: node test/bench/tune-peers.ts [--seed N]; the result is kept in tuned-peers.json.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { rehearse } from '../../src/rehearsal/rehearse.ts';
import type { Rule } from '../../src/rehearsal/rule.ts';
import { ruleNamed } from '../../src/rehearsal/rules/index.ts';
import { parseScenario, type Scenario, type ScenarioText } from '../../src/scenario/scenario.ts';
import { comparedPolicy } from '../rehearsal/peers-policy.ts';

type Setting = { readonly rule: string; readonly options: Readonly<Record<string, string>> };
type Measured = Setting & {
  readonly harm: number;
  readonly falseClusters: number;
  readonly falseBursts: number;
};

/** What our own rule may do to good revisions, as shares of the runs. */
const bars = { healthy: 0, clusters: 0.003, bursts: 0.005 };
/** First a few runs of every setting, then many of those that might be the best. */
const filterRuns = 40;
const badRuns = 300;
const goodRuns = 1000;
/** So many settings within the bars are measured for each peer, from the best of the filter on. */
const enough = 4;

const scenarioOf = (name: string, truth: 'Good' | 'Bad', text: Omit<ScenarioText, 'name' | 'truth'>): Scenario =>
  parseScenario({ name, truth, ...text });
const bursts = { every: '10m', for: '30s', errorPercent: 2 };
const goodOnes = {
  healthy: scenarioOf('healthy', 'Good', {}),
  clusters: scenarioOf('clusters', 'Good', { noise: { errorClusterMean: 5 } }),
  bursts: scenarioOf('bursts', 'Good', { noise: { errorClusterMean: 5, bursts } }),
};
const badOnes = [
  ...[0.5, 1, 5, 50, 100].map((percent) =>
    scenarioOf(`+${percent} %`, 'Bad', { candidate: { errorPercent: Math.min(100, 0.05 + percent) } }),
  ),
  scenarioOf('slower', 'Bad', { candidate: { latencyMs: { p50: 176, p95: 400, p99: 560 } } }),
];

/** Every combination of one value of each option. */
function grid(rule: string, values: Readonly<Record<string, readonly string[]>>): Setting[] {
  const combined = Object.entries(values).reduce<Record<string, string>[]>(
    (settings, [name, texts]) => settings.flatMap((options) => texts.map((text) => ({ ...options, [name]: text }))),
    [{}],
  );
  return combined.map((options) => ({ rule, options }));
}

const latency = ['on', 'off'];
/** A window is as long as the interval, or a minute where that is shorter. */
const paces = (intervals: readonly string[]) =>
  intervals.flatMap((interval) =>
    [...new Set([interval, '60s'])].map((window) => ({ interval: [interval], window: [window] })),
  );
const settings = [
  ...paces(['15s', '30s', '60s']).flatMap((pace) =>
    grid('flagger', {
      ...pace,
      threshold: ['2', '3', '5'],
      successRatePercent: ['99.9', '99.7', '99.5', '99'],
      stepWeight: ['5', '10'],
      latency,
    }),
  ),
  ...paces(['15s', '60s']).flatMap((pace) =>
    grid('argo-rollouts', {
      ...pace,
      failureLimit: ['0', '1', '2', '3', '5'],
      successRatePercent: ['99.7', '99.5', '99', '98'],
      steps: ['5/20/40/60/80', '20/40/60/80'],
      pause: ['2m', '10m'],
      latency,
    }),
  ),
  ...grid('cloud-run-release-manager', {
    maxErrorPercent: ['0.5', '1', '2', '3', '5'],
    steps: ['1/5/20/50/80', '5/20/50/80'],
    window: ['5m', '30m'],
    wait: ['5m', '30m'],
    latency,
  }),
];

const { values: given } = parseArgs({ options: { seed: { type: 'string', default: '1' } } });
const seed = Number(given.seed);

/** The share of good revisions rolled back; null as soon as it is certain to be over the most that is allowed. */
function falseShare(rule: Rule, scenario: Scenario, runs: number, from: number, most: number): number | null {
  let back = 0;
  for (let i = from; i < from + runs && back <= most * runs; i++) {
    const { deeds } = rehearse(comparedPolicy, scenario, rule, seed, i);
    if (deeds.some(({ action }) => action === 'RollBack')) back++;
  }
  return back <= most * runs ? back / runs : null;
}

/** The geometric mean over the bad scenarios of their mean excess bad requests, each at least one. */
function harmOf(rule: Rule, runs: number, from: number): number {
  const logs = badOnes.map((scenario) => {
    let sum = 0;
    for (let i = 0; i < runs; i++) {
      sum += rehearse(comparedPolicy, scenario, rule, seed, from + i).excessBadRequests;
    }
    return Math.log(Math.max(1, sum / runs));
  });
  return Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
}

/** One false one of 40 can be chance, whatever the bar. */
const hopeful = (setting: Setting): boolean => {
  const rule = ruleNamed(setting.rule, setting.options);
  return Object.values(goodOnes).every(
    (scenario) => falseShare(rule, scenario, filterRuns, 0, 1 / filterRuns) !== null,
  );
};

/** null: over one of the bars. By fresh runs, so that a setting is not chosen by the luck it was filtered with. */
function measure(setting: Setting): Measured | null {
  const rule = ruleNamed(setting.rule, setting.options);
  const falseOf = (name: keyof typeof goodOnes) => falseShare(rule, goodOnes[name], goodRuns, filterRuns, bars[name]);
  if (falseOf('healthy') === null) return null;
  const falseClusters = falseOf('clusters');
  const falseBursts = falseClusters === null ? null : falseOf('bursts');
  if (falseClusters === null || falseBursts === null) return null;
  return { ...setting, falseClusters, falseBursts, harm: harmOf(rule, badRuns, filterRuns) };
}

const start = process.hrtime.bigint();
const best = [...new Set(settings.map(({ rule }) => rule))].flatMap((rule): Measured[] => {
  const candidates = settings.filter((setting) => setting.rule === rule).filter(hopeful);
  const ranked = candidates
    .map((setting) => ({ setting, harm: harmOf(ruleNamed(rule, setting.options), filterRuns, 0) }))
    .sort((a, b) => a.harm - b.harm);
  const fine: Measured[] = [];
  let tried = 0;
  for (const { setting } of ranked) {
    if (fine.length >= enough) break;
    tried++;
    const measured = measure(setting);
    if (measured) fine.push(measured);
  }
  const seconds = Number((process.hrtime.bigint() - start) / 1_000_000_000n);
  process.stderr.write(`${rule}: ${candidates.length} hopeful, ${tried} refined, ${fine.length} fine, ${seconds} s\n`);
  return fine.sort((a, b) => a.harm - b.harm).slice(0, 1);
});

const how =
  `of ${settings.length} settings, on 99.9 % and p95 300 ms, at 100 rps and no delay: those with 0 false rollbacks of healthy, ` +
  `at most ${100 * bars.clusters} % of clusters and ${100 * bars.bursts} % of bursts (${goodRuns} runs each), least harm first: ` +
  `geometric mean over six bad scenarios of the mean excess bad requests of ${badRuns} runs; filtered by ${filterRuns} runs before`;
const digits = (value: number, count: number): number => Number(value.toFixed(count));
const result = {
  seed,
  how,
  best: best
    .sort((a, b) => a.harm - b.harm)
    .map(({ rule, options, harm, falseClusters, falseBursts }) => ({
      rule,
      options,
      harm: digits(harm, 1),
      falseClusters: digits(falseClusters, 5),
      falseBursts: digits(falseBursts, 5),
    })),
};
const text = `${JSON.stringify(result, null, 2)}\n`;
process.stdout.write(text);
writeFileSync(new URL('tuned-peers.json', import.meta.url), text);
