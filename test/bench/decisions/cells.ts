/** Which rule is rehearsed in which world, and how often. */
import { readFileSync } from 'node:fs';
import type { Policy } from '../../../src/policy/policy.ts';
import { ruleNames } from '../../../src/rehearsal/rules/names.ts';
import { parseScenario, type Scenario, type ScenarioText } from '../../../src/scenario/scenario.ts';
import { availability, latency, validPolicy } from '../../policy/valid.ts';
import { asked, besideOracle, found, inQuick, type Shape } from './shapes.ts';
import { bad, cloudMonitoring, fasts, good, harms, late, managedPrometheus, minimal } from './worlds.ts';

export interface Cell {
  /** The rule as the table calls it. */
  readonly label: string;
  readonly rule: string;
  readonly ruleOptions: Readonly<Record<string, string>>;
  readonly world: string;
  readonly policy: Policy;
  readonly scenario: Scenario;
  readonly runs: number;
  readonly besideOracle: boolean;
}

export const cellKey = ({ label, world }: Pick<Cell, 'label' | 'world'>): string => `${label} | ${world}`;
export const ours = 'steadyrun';

export interface Peer {
  readonly label: string;
  readonly rule: string;
  readonly options: Readonly<Record<string, string>>;
}

const atDefaults = ruleNames.filter((name) => name !== ours);

/** Found once by test/bench/tune-peers.ts, at false rollbacks like ours. */
const tuned = JSON.parse(readFileSync(new URL('../tuned-peers.json', import.meta.url), 'utf8')) as {
  best: { rule: string; options: Record<string, string> }[];
};

export const peers: readonly Peer[] = [
  ...atDefaults.map((rule) => ({ label: rule, rule, options: {} })),
  ...tuned.best.map(({ rule, options }) => ({ label: `${rule}, best-tuned`, rule, options })),
];

/** The ways metrics come in which everybody's harm is measured. */
export const arrivals = {
  '0 s': (world: World): World => world,
  '120 s': late,
  '75 s / 30 s': managedPrometheus,
  '180 s / 60 s': cloudMonitoring,
};
type World = Omit<ScenarioText, 'name' | 'truth'>;
export const harmWorld = (name: string, arrival: string): string => (arrival === '0 s' ? name : `${name}, ${arrival}`);

const policy = (rollout: Record<string, unknown> = {}): Policy =>
  validPolicy([availability, latency], { rollout }, 'bench');

export const balanced = policy();

/** Worlds in which everybody's false rollbacks are measured. */
export const falseWorlds = [
  'healthy, 100 rps',
  'diurnal, 100 rps',
  'shared outage, 100 rps',
  'clusters, 100 rps',
  'bursty, 100 rps',
];
/** Worlds that need many runs of ours. */
const rarest = /^(healthy|diurnal|shared outage), 10{0,2} rps$/;
const rare = /^(clusters|bursty|blip), 10{0,2} rps$/;

export function cells(quick: boolean): Cell[] {
  const many = quick ? 40 : 10_000;
  const some = quick ? 20 : 1_000;
  /** At 1 and 10 requests a second: nothing has been seen there in ten times as many. */
  const fewer = quick ? 40 : 2_000;
  const ofPeers = quick ? 20 : 300;
  const cell = (
    peer: Peer,
    world: string,
    text: World,
    truth: Scenario['truth'],
    runs: number,
    by = balanced,
  ): Cell => ({
    label: peer.label,
    rule: peer.rule,
    ruleOptions: peer.options,
    world,
    policy: by,
    scenario: parseScenario({ ...text, name: world, truth }),
    runs,
    besideOracle: Object.hasOwn(besideOracle, world),
  });
  const us: Peer = { label: ours, rule: ours, options: {} };
  const harmCells = (peer: Peer, runs: number): Cell[] =>
    Object.entries(arrivals).flatMap(([arrival, arrive]) =>
      Object.entries(harms).map(([name, world]) => cell(peer, harmWorld(name, arrival), arrive(world), 'Bad', runs)),
    );
  const runsOf = (name: string): number => {
    if (rarest.test(name)) return name.endsWith(' 100 rps') ? many : fewer;
    if (rare.test(name)) return fewer;
    return name.includes('deploy every') ? Math.ceil(some / 20) : some;
  };
  const shapes = Object.entries<Shape>({ ...found, ...asked, ...besideOracle }).filter(
    ([name]) => !quick || inQuick(name),
  );
  return [
    ...harmCells(us, some),
    ...Object.entries(bad).map(([name, world]) => cell(us, name, world, 'Bad', some)),
    ...Object.entries(good).map(([name, world]) => cell(us, name, world, 'Good', runsOf(name))),
    ...Object.entries(fasts).map(([name, world]) => cell(us, name, world, 'Good', some, policy({ profile: 'Fast' }))),
    ...Object.entries(minimal).map(([name, { profile, world }]) =>
      cell(us, name, world, 'Bad', some, validPolicy([availability], { rollout: { profile } }, 'bench')),
    ),
    ...shapes.map(([name, { world, truth, policy, runs }]) => cell(us, name, world, truth, quick ? 10 : runs, policy)),
    ...peers.flatMap((peer) => [
      ...harmCells(peer, ofPeers),
      cell(peer, 'leak from 10 min', bad['leak from 10 min'], 'Bad', ofPeers),
      cell(peer, 'leak, 120 s late', bad['leak, 120 s late'], 'Bad', ofPeers),
      cell(peer, 'healthy, 120 s late', good['healthy, 120 s late'], 'Good', ofPeers),
      ...falseWorlds.map((name) => cell(peer, name, good[name as keyof typeof good], 'Good', ofPeers)),
    ]),
  ];
}
