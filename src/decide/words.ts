/**
 * The sentences people read, written once: the condition, the event, the log, the dashboard and the incident report all
 * quote these.
 */
import type { Evidence } from '../policy/status.ts';
import { type Assessment, odds } from './evidence/assess.ts';
import type { Tally } from './observation.ts';

/** "0.05 %", "3.3 %", "12 %": three significant digits, never an exponent. */
export function percentText(fraction: number): string {
  const percent = 100 * fraction;
  if (percent === 0) return '0 %';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(percent))));
  return `${Number(percent.toFixed(Math.min(6, digits)))} %`;
}

export const countText = (count: number): string => String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');

/** "even", "7:1", "20,000:1", "over 1,000,000:1" */
export function oddsText(value: number): string {
  if (value < 1.5) return 'even';
  if (value > 1e6) return 'over 1,000,000:1';
  return `${Number(value.toPrecision(2)).toLocaleString('en-US')}:1`;
}

const fractionText = ({ bad, total }: Tally): string =>
  total > 0 ? `${percentText(bad / total)} of ${countText(total)}` : 'no requests';

/** "availability: 3.28 % of 412 bad on api-00002-bbb, 0.05 % of 39,812 on api-00001-aaa, 0.1 % allowed (odds 20,000:1)" */
export function evidenceText(evidence: Evidence, assessment: Assessment, candidate: string, control: string): string {
  return (
    `${evidence.objective}: ${fractionText(evidence.candidate)} bad on ${candidate}, ` +
    `${fractionText(evidence.control)} on ${control}, ${percentText(evidence.allowed)} allowed ` +
    `(odds ${oddsText(odds(assessment))})`
  );
}

export const goneBackText = (revision: string, control: string): string =>
  `All traffic goes back to ${control}; ${revision} stays rejected until it is retried.`;

/** "availability at most 0.12 %, latency at most 4.1 %": what the certificate proves. */
export const boundsText = (assessments: readonly Assessment[]): string =>
  assessments.map(({ objective, upperBound }) => `${objective} at most ${percentText(upperBound)} bad`).join(', ');
