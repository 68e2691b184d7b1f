/** The bars of our rule, and whether each is met. */

import type { Measured } from '../decisions.ts';
import type { Row } from '../main.ts';
import { arrivals, cellKey, ours, peers } from './cells.ts';
import { harmOf } from './comparison.ts';
import { sizes, tickMicroseconds, tickRelative } from './cost.ts';
import { oracleRows } from './oracle.ts';
import { shapeRows } from './shape-rows.ts';

export function rows(measured: ReadonlyMap<string, Measured>, quick: boolean): Row[] {
  // A few runs say little: the quick form finds what is broken, the full one what is worse.
  const slack = quick ? 1.4 : 1;
  const of = (world: string, label = ours): Measured => measured.get(cellKey({ label, world }))!;
  const atMost = (what: string, value: number, unit: string, bar: number): Row => ({
    what,
    value: rounded(value),
    unit,
    bar,
    ok: value <= bar,
  });
  const atLeast = (what: string, value: number, unit: string, bar: number): Row => ({
    what: `${what} (at least)`,
    value: rounded(value),
    unit,
    bar,
    ok: value >= bar,
  });

  const falsely = (world: string, barPercent: number): Row => {
    const { rolledBack, runs } = of(world).summary;
    const allowed = Math.max((barPercent / 100) * runs, quick && barPercent > 0.1 ? 1 : 0);
    const value = (100 * rolledBack) / runs;
    return {
      what: `false rollback: ${world}`,
      value: rounded(value),
      unit: `% of ${runs}`,
      bar: barPercent,
      ok: rolledBack <= allowed,
    };
  };
  const to90 = (world: string, bar: number): Row =>
    atMost(
      `90 % of traffic: ${world}`,
      of(world).summary.secondsTo90Percent?.p50 ?? Number.POSITIVE_INFINITY,
      's, median',
      bar,
    );
  const harm = (world: string, bar: number): Row =>
    atMost(`harm: ${world}`, of(world).summary.excessBadRequests.mean, 'bad requests', bar * slack);
  const backAfter = (world: string): number => of(world).summary.secondsToRollback?.p50 ?? Number.POSITIVE_INFINITY;
  const back = (world: string, bar: number): Row => atMost(`back after: ${world}`, backAfter(world), 's, median', bar);
  const none = (what: string, value: number): Row => atMost(what, value, 'runs', 0);
  const missed = (world: string): number => of(world).summary.runs - of(world).summary.rolledBack;

  const atMostMissed = (world: string, barPercent: number): Row =>
    atMost(`not rolled back: ${world}`, (100 * missed(world)) / of(world).summary.runs, '% of runs', barPercent);
  const controlTaken = (world: string, barPercent: number): Row => {
    const { facts, summary } = of(world);
    return atMost(
      `control after promotion: ${world}`,
      (100 * facts.tookControl) / summary.runs,
      '% of runs',
      barPercent,
    );
  };

  const at = Object.keys(arrivals);
  const ratio = (label: string, arrival: string): number =>
    harmOf(measured, label, arrival) / harmOf(measured, ours, arrival);
  const tuned = peers.filter(({ label }) => label.includes('best-tuned')).map(({ label }) => label);
  const defaults = peers.filter(({ label }) => !label.includes('best-tuned')).map(({ label }) => label);
  const least = (labels: readonly string[], arrival: string): number =>
    Math.min(...labels.map((label) => ratio(label, arrival)));
  const leak = (world: string): number =>
    Math.min(
      ...peers
        // Who rejects every candidate lets nothing through.
        .filter(
          ({ label }) => rejects(world.includes('late') ? 'healthy, 120 s late' : 'healthy, 100 rps', label) < 0.5,
        )
        .map(({ label }) => of(world, label).summary.excessBadRequests.mean),
    );
  const rejects = (world: string, label: string): number =>
    of(world, label).summary.rolledBack / of(world, label).summary.runs;

  const rates = ['1 rps', '10 rps', '100 rps'];
  return [
    ...['healthy', 'diurnal'].flatMap((world) => rates.map((rate) => falsely(`${world}, ${rate}`, 0.02))),
    ...rates.map((rate) => falsely(`shared outage, ${rate}`, 0)),
    ...['10 rps', '100 rps'].flatMap((rate) => [
      falsely(`clusters, ${rate}`, 0.3),
      falsely(`bursty, ${rate}`, 0.5),
      falsely(`blip, ${rate}`, 2),
    ]),
    ...['both above the SLO', 'stable sick', 'flash crowd', 'night', 'flapping metrics'].flatMap((world) => [
      falsely(world, 0.5),
      to90(world, world === 'night' ? 35 * 60 : 17 * 60),
    ]),
    atLeast('harm of flagger-slo over ours', ratio('flagger-slo', '0 s'), 'times', 10 / slack),
    atLeast(
      'harm of cloud-run-release-manager over ours',
      ratio('cloud-run-release-manager', '0 s'),
      'times',
      3.5 / slack,
    ),
    atLeast('harm of the best-tuned peer over ours', least(tuned, '0 s'), 'times', 4 / slack),
    atLeast(
      'harm of the best peer at its defaults over ours, 120 s late',
      least(defaults, '120 s'),
      'times',
      4 / slack,
    ),
    // One full tick and what there was of the first.
    back('100 % errors', 30),
    back('100 % errors, 10 rps', 30),
    back('100 % errors, 1 rps', 120 * slack),
    back('+1 % errors', 210 * slack),
    harm('+1 % errors', 18),
    none('+1 % errors at 2 rps promoted as proven', of('+1 % errors, 2 rps').facts.promotedAsProven),
    harm('leak from 10 min', 35),
    harm('leak, 120 s late', 55),
    atLeast(
      'leak of the best peer over ours',
      leak('leak from 10 min') / of('leak from 10 min').summary.excessBadRequests.mean,
      'times',
      1 / slack,
    ),
    atLeast(
      'leak of the best peer over ours, 120 s late',
      leak('leak, 120 s late') / of('leak, 120 s late').summary.excessBadRequests.mean,
      'times',
      1 / slack,
    ),
    harm('+4 % in the watch', 400),
    harm('+4 % in the watch, 120 s late', 700),
    harm('total failure 15 s in 10 min', 150),
    harm('total failure 15 s in 10 min, 120 s late', 140),
    none(
      'total failure 15 s in 10 min missed',
      missed('total failure 15 s in 10 min') + missed('total failure 15 s in 10 min, 120 s late'),
    ),
    harm('overload above 20 rps', 95),
    none('overload above 20 rps undecided', of('overload above 20 rps').summary.undecided),
    atMost('overload above 20 rps: retreats of a run', of('overload above 20 rps').facts.mostRetreats, 'retreats', 3),
    falsely('stable at 20 %', 0),
    to90('stable at 20 %', 300),
    atLeast(
      'a deploy every 10 min: promoted in 8 h',
      of('a deploy every 10 min').facts.fewestPromotions,
      'revisions',
      6,
    ),
    atMost('a deploy every 10 min: rejected', of('a deploy every 10 min').facts.mostRollbacks, 'revisions', 0),
    // The guard looks once a minute, and counts are up to 15 s old.
    atMost(
      'control after total failure of a promoted revision',
      (of('total failure after promotion').facts.controlAtS ?? Number.POSITIVE_INFINITY) - 3600,
      's, median',
      75,
    ),
    none('total failure after promotion not rolled back', missed('total failure after promotion')),
    atMostMissed('+0.9 % after promotion', 1),
    harm('+0.9 % after promotion', 400),
    atMostMissed('+0.2 % after promotion', 3),
    harm('+0.2 % after promotion', 250),
    atMostMissed('+10 % after promotion', 1),
    harm('+10 % after promotion', 3500),
    ...['healthy', 'diurnal', 'clusters', 'bursty'].map((world) => controlTaken(`${world}, 100 rps`, 0.5)),
    falsely('shared failure after promotion', 0),
    falsely('metrics outage', 0),
    falsely('healthy, 0.05 rps', 0),
    none(
      '0.05 rps promoted as proven',
      of('healthy, 0.05 rps').facts.promotedAsProven + of('+5 %, 0.05 rps').facts.promotedAsProven,
    ),
    to90('healthy, 100 rps', 17 * 60),
    to90('healthy, Fast', 5 * 60),
    // The quick form is a test, and no test is to fail because its machine is slow, or busy.
    quick
      ? atMost('a tick of one objective', tickRelative(), 'hundreds of exp and log, median', 1.25)
      : atMost('a tick of one objective', tickMicroseconds(), 'us, median', 10),
    atMost('evidence of one objective in status, at its largest', sizes(), 'bytes', 1536),
    ...at
      .slice(2)
      .map((arrival) =>
        atLeast(
          `harm of the best peer at its defaults over ours, ${arrival}`,
          least(defaults, arrival),
          'times',
          1 / slack,
        ),
      ),
    ...shapeRows((world) => measured.get(cellKey({ label: ours, world })), quick),
    ...oracleRows((world) => measured.get(cellKey({ label: ours, world })), quick),
  ];
}

const rounded = (value: number): number => Number(value.toPrecision(4));
