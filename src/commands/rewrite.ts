/** `steadyrun rewrite`: what a pasted query counts, as the two counters that one revision is judged by. */

import { measuredBy } from '../counting/measured.ts';
import { countingQuery } from '../counting/queries.ts';
import { partsOf } from '../counting/tally.ts';
import { durationMs } from '../policy/duration.ts';
import type { Indicator } from '../policy/policy.ts';
import { increaseText, selectorText } from '../promql/counters/format.ts';
import type { HistogramCounter, LabelMatch } from '../promql/counters/model.ts';
import { readPasted } from '../promql/counters/pasted.ts';
import { placeText, QueryRefused } from '../promql/counters/refusal.ts';

export interface RewriteOptions {
  readonly query: string;
  readonly revision: string;
  readonly label: string;
  /** What is too slow, for a quantile. */
  readonly threshold?: string;
  readonly json: boolean;
}

export interface RewriteIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

interface Rewritten {
  readonly bad: string;
  readonly total: string;
  /** What is left open in the two: the window, and for a quantile without a threshold the bucket. */
  readonly open: readonly string[];
  /** What the operator asks for a tick of a minute: the same counters, subtracted instead of extrapolated. */
  readonly asked?: string;
}

const window = '$range';
const bucket = '$le';

/** 0: it was taken apart; 1: it cannot be, with the position and what to write instead. */
export async function rewrite(options: RewriteOptions, io: RewriteIo): Promise<number> {
  try {
    const rewritten = rewrittenFor(options);
    io.stdout.write(options.json ? `${JSON.stringify(rewritten)}\n` : humanText(rewritten));
    return 0;
  } catch (error) {
    if (!(error instanceof QueryRefused)) throw error;
    const place = placeText(options.query, error.position);
    const [line, column] = place.split(':').map(Number);
    const problem = { line, column, message: error.message, hint: error.hint };
    if (options.json) io.stdout.write(`${JSON.stringify({ problems: [problem] })}\n`);
    io.stderr.write(`steadyrun: the query at ${place}: ${error.message}; ${error.hint}\n`);
    return 1;
  }
}

function rewrittenFor({ query, revision, label, threshold }: RewriteOptions): Rewritten {
  if (revision === '') throw new Error('--revision is empty: name the revision to count for');
  if (label === '') throw new Error('--label is empty: name the label that holds the revision');
  const pasted = readPasted(query, { revisionLabel: label });
  const only: LabelMatch[] = [{ label, op: '=', value: revision }];
  if (pasted.kind === 'Latency') return latencyFor(pasted.histogram, only, threshold);
  const { bad, total } = pasted.ratio;
  const asked = tickText({ kind: 'Ratio', ...pasted.ratio }, revision, label);
  return { bad: increaseText(bad, only, window), total: increaseText(total, only, window), open: [window], asked };
}

function tickText(indicator: Extract<Indicator, { kind: 'Ratio' }>, revision: string, label: string): string {
  // A pasted query says by itself which series it means; the service is for Cloud Run's own.
  const measured = measuredBy({ type: 'Prometheus' }, { indicator }, { project: '', region: '', name: '' }, label);
  const parts = partsOf({ kind: 'Ratio', bad: indicator.bad, total: indicator.total });
  return countingQuery({ measured, parts, byBucket: false, revision, windowMs: 60_000, lookback: '15m', young: [] });
}

/** Without `or vector(0)`: a bucket that is not there must not look like one that is empty. */
function latencyFor({ counter, unitMs }: HistogramCounter, only: LabelMatch[], threshold?: string): Rewritten {
  const increase = (le: LabelMatch) => `sum(increase(${selectorText(counter, [le, ...only])}[${window}]))`;
  const total = increase({ label: 'le', op: '=', value: '+Inf' });
  if (threshold === undefined) {
    return { bad: `${total} - ${increase({ label: 'le', op: '=', value: bucket })}`, total, open: [window, bucket] };
  }
  const edge = Number((durationMs(threshold) / unitMs).toPrecision(12));
  if (!(edge > 0)) throw new Error(`--threshold ${threshold} is not a length of time such as 300ms`);
  return { bad: `${total} - ${increase(boundary(edge))}`, total, open: [window] };
}

/** "1" in Prometheus 2 is "1.0" in Prometheus 3. */
const boundary = (edge: number): LabelMatch => {
  const text = String(edge).replaceAll('.', '\\.');
  return { label: 'le', op: '=~', value: text.includes('.') ? `${text}0*` : `${text}(\\.0*)?` };
};

const humanText = ({ bad, total }: Rewritten): string => `bad    ${bad}\ntotal  ${total}\n`;
