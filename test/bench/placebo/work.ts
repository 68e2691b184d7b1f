/** A cell's runs: every rule on the same starts and the same splits, without a fault and with one. */
import { ruleNamed } from '../../../src/rehearsal/rules/index.ts';
import { Random } from '../../../src/scenario/random.ts';
import { type Cell, type Contender, policyOf } from './cells.ts';
import { DrawnTraffic } from './drawn.ts';
import { worsened } from './fault.ts';
import { type Known, oracle } from './oracle.ts';
import { RecordedTraffic } from './recorded.ts';
import { type Replayed, replay, type Traffic } from './replay.ts';
import { ticksOfRun } from './series.ts';

/** Plain data, so that it can be handed to another thread. */
export interface Task {
  readonly cell: Cell;
  readonly contenders: readonly Contender[];
  readonly seed: number;
  readonly runs: number;
}

export interface Result {
  /** Runs with the fault in which an oracle convicts within a quarter of the run. */
  readonly inTime: ByOracle;
  /** In the contenders' order. */
  readonly placebo: readonly Count[];
  readonly fault: readonly Count[];
}

/** Both know the rates; the second knows, too, how errors cluster. */
export const oracles = ['independent', 'clusters'] as const;
export type Oracle = (typeof oracles)[number];
export type ByOracle = Record<Oracle, number>;

export interface Count {
  rolledBack: number;
  promoted: number;
  /** Of the runs with the fault: rolled back where an oracle convicts in time. */
  readonly inTime: ByOracle;
  /** Of the runs rolled back, and of those that were waiting for something at the end. */
  readonly reasons: Record<string, number>;
  readonly undecidedReasons: Record<string, number>;
}

export function resultOf({ cell, contenders, seed, runs }: Task): Result {
  const policy = policyOf(cell);
  const rules = contenders.map(({ rule, options }) => ruleNamed(rule, options));
  const trafficOf = drawer(cell, seed);
  const result = { inTime: none(), placebo: contenders.map(noCount), fault: contenders.map(noCount) };
  for (let run = 0; run < runs; run++) {
    const fine = trafficOf(run);
    const faulty = withFault(cell, fine, new Random(seed, ...nameOf(cell), String(run), 'fault'));
    const found = foundInTime(cell, faulty);
    for (const name of found) result.inTime[name]++;
    rules.forEach((rule, i) => {
      count(result.placebo[i]!, replay(rule, policy, fine), []);
      count(result.fault[i]!, replay(rule, policy, faulty), found);
    });
  }
  return result;
}

const none = (): ByOracle => ({ independent: 0, clusters: 0 });
const noCount = (): Count => ({ rolledBack: 0, promoted: 0, inTime: none(), reasons: {}, undecidedReasons: {} });

function count(into: Count, { outcome, reason }: Replayed, found: readonly Oracle[]): void {
  if (outcome === 'promoted') into.promoted++;
  if (outcome === 'undecided') add(into.undecidedReasons, reason);
  if (outcome !== 'rolledBack') return;
  into.rolledBack++;
  add(into.reasons, reason);
  for (const name of found) into.inTime[name]++;
}

function add(into: Record<string, number>, reason: string): void {
  into[reason] = (into[reason] ?? 0) + 1;
}

/** How much of the stable's past a rollout learns from. */
const historyMs = 6 * 3_600_000;

/** The same seed and run give the same start, whatever the split, and the same split, whatever the rule. */
function drawer(cell: Cell, seed: number): (run: number) => Traffic {
  const { series, sharePercent, clusterMean } = cell;
  const { tickMs } = series;
  const [share, past, ticks] = [sharePercent / 100, Math.ceil(historyMs / tickMs), ticksOfRun(tickMs)];
  const splits = (run: number) => new Random(seed, ...nameOf(cell), String(run), 'split');
  if (series.keptWhole === 'Instances') {
    const drawn = new DrawnTraffic(series, share);
    return (run) => ({ tickMs, sharePercent, ...drawn.draw(splits(run), past, ticks) });
  }
  const recorded = new RecordedTraffic(series, share, clusterMean);
  const starts = (run: number) => new Random(seed, series.name, String(run), 'start');
  return (run) => ({ tickMs, sharePercent, ...recorded.draw(starts(run), splits(run), past, ticks) });
}

const nameOf = ({ series, clusterMean, sharePercent }: Cell): string[] => [
  series.name,
  String(clusterMean),
  String(sharePercent),
];

function withFault({ fault, serviceBad, faultClusterMean }: Cell, traffic: Traffic, random: Random): Traffic {
  const candidate = traffic.ticks.map((arms) => arms.candidate);
  const worse = worsened(candidate, fault, serviceBad, faultClusterMean, random);
  return { ...traffic, ticks: traffic.ticks.map(({ stable }, i) => ({ candidate: worse[i]!, stable })) };
}

function foundInTime({ trulyBad, allowed, faultClusterMean }: Cell, { ticks }: Traffic): Oracle[] {
  const candidate = ticks.map((arms) => arms.candidate);
  const known: Record<Oracle, Known> = {
    independent: { trulyBad, allowed, clusterMean: 1 },
    clusters: { trulyBad, allowed, clusterMean: faultClusterMean },
  };
  return oracles.filter((name) => {
    const at = oracle(candidate, known[name]);
    return at !== null && at < ticks.length / 4;
  });
}
