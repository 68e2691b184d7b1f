/**
 * The sentences people read, written once: the condition, the event, the log, the dashboard and the incident report all
 * quote these.
 */

import type { Tally } from '../facts/counts.ts';
import type { Evidence } from '../status/evidence.ts';
import { type Assessment, certifiedUpTo, odds } from './evidence/assess.ts';
import type { Counted } from './evidence/ratios.ts';

/** "0.05 %", "3.3 %", "12 %": three significant digits, never an exponent. */
export const percentText = (fraction: number): string => `${significant(100 * fraction, 3)} %`;

/**
 * Rounded to so many significant digits, all whole ones and no more than six decimals. By arithmetic, since every look does it
 * for every number that people read: by way of a text it took a tenth of a look.
 */
export function significant(value: number, digits: number): number {
  const fewest = 10 ** (digits - 1);
  let scale = 1;
  while (Math.abs(value) * scale < fewest && scale < 1e6) scale *= 10;
  return Math.round(value * scale) / scale;
}

export function countText(count: number): string {
  const digits = String(Math.round(count));
  return digits.length <= 3 ? digits : digits.replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Odds that say nothing. */
export const isEven = (odds: number): boolean => odds < 1.5;

/** "even", "7:1", "20,000:1", "over 1,000,000:1" */
export function oddsText(value: number): string {
  if (isEven(value)) return 'even';
  if (value > 1e6) return 'over 1,000,000:1';
  return `${Number(value.toPrecision(2)).toLocaleString('en-US')}:1`;
}

const fractionText = ({ bad, total }: Tally, what = ''): string =>
  total > 0 ? `${percentText(bad / total)} of ${countText(total)}${what}` : 'no requests';

/**
 * "availability: 3.28 % of 412 bad on api-00002-bbb, 0.05 % of 39,812 on api-00001-aaa, 0.1 % allowed (odds 20,000:1)"; without
 * a control the odds are those against the SLO.
 */
export function evidenceText(evidence: Evidence, assessment: Assessment, candidate: string, control: string): string {
  const compared = comparedText(evidence, evidence.judgedAgainst, candidate, control);
  const ratio = evidence.control.total > 0 ? odds(assessment) : Math.exp(assessment.lnAbsolute);
  return `${evidence.objective}: ${compared} (odds ${oddsText(ratio)})`;
}

/** The same of the newest tick alone, where that is what decides. */
export function tickText(evidence: Evidence, assessment: Assessment, candidate: string, control: string): string {
  const { tick, tickPower, tickAbsolute } = assessment;
  if (tick === null) return evidenceText(evidence, assessment, candidate, control);
  const lnOdds = tick.control.total > 0 ? tickPower : tickAbsolute;
  const compared = comparedText(tick, evidence.judgedAgainst, candidate, control);
  return `${evidence.objective}: in the newest tick ${compared} (odds ${oddsText(Math.exp(lnOdds))})`;
}

const comparedText = (counts: Counted, allowed: number, candidate: string, control: string): string =>
  `${fractionText(counts.candidate, ' bad')} on ${candidate}, ${fractionText(counts.control)} on ${control}, ${percentText(allowed)} allowed`;

export const goneBackText = (revision: string, control: string): string =>
  `All traffic goes back to ${control}; ${revision} stays rejected until it is retried.`;

interface Comparing {
  readonly control: string;
  readonly evidence: readonly Evidence[];
}

/** "availability at most 0.12 % bad, latency at most 4.1 % bad": what the certificate proves. */
export const boundsText = (assessments: readonly Assessment[], { control, evidence }: Comparing): string =>
  assessments
    .map((assessment) => {
      const { objective, upperBound } = assessment;
      const entry = evidence.find((one) => one.objective === objective)!;
      const when = holdsOutage(entry, assessment) ? ` while ${control} was well` : '';
      return `${objective} at most ${percentText(upperBound)} bad${when}`;
    })
    .join(', ');

/**
 * Why the printed bounds are enough, where one lies above what the objective allows: a bound is not the share itself, and to
 * wait until it is below would take a multiple of the requests. Empty where none does.
 */
export function enoughText(assessments: readonly Assessment[], evidence: readonly Evidence[]): string {
  const above = assessments.filter(({ objective, upperBound }) => {
    const entry = evidence.find((one) => one.objective === objective);
    return entry !== undefined && upperBound > entry.judgedAgainst;
  });
  const limits = above.map(({ kind, base, objective }) => {
    const most = certifiedUpTo(kind) * base;
    return `${objective} up to ${percentText(most)}`;
  });
  return limits.length === 0 ? '' : `; ${limits.join(', ')} is enough, since a bound lies above the share itself`;
}

/** What was counted is worse than what is proven: the time in which the control failed, too, is in it and proves nothing. */
export const holdsOutage = ({ candidate }: Evidence, { upperBound }: Assessment): boolean =>
  candidate.total > 0 && candidate.bad / candidate.total > upperBound;

/** Somebody else's words in a sentence may be long; a status that is too long would be refused as a whole. */
export const clipped = (text: string): string => (text.length <= 1500 ? text : `${text.slice(0, 1500)}…`);
