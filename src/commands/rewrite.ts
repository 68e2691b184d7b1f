/** `steadyrun rewrite`: what a pasted query counts, as the two counters that one revision is judged by. */

import { type Measured, measuredBy, partsOf, type RatioShape } from '../counting/measured.ts';
import { countingQuery } from '../counting/queries.ts';
import { durationMs } from '../policy/duration.ts';
import { unitsMs } from '../policy/indicators.ts';
import type { Indicator } from '../policy/policy.ts';
import { increaseText, selectorText } from '../promql/counters/format.ts';
import { runRevisionLabel } from '../promql/counters/leaf.ts';
import type { HistogramCounter, LabelMatch, Reading } from '../promql/counters/model.ts';
import { isRunMetric, unitName } from '../promql/counters/names.ts';
import { readPasted } from '../promql/counters/pasted.ts';
import { placeText, QueryRefused } from '../promql/counters/refusal.ts';

export interface RewriteOptions {
  readonly query: string;
  readonly revision: string;
  /** The label that names the revision in the app's own metrics, as metrics.revisionLabel. */
  readonly label: string;
  /** What is too slow, for a quantile. */
  readonly threshold?: string;
  /** What a histogram is in, where its name leaves it open. */
  readonly unit?: string;
  readonly json: boolean;
}

export interface RewriteIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

interface Rewritten {
  readonly bad: string;
  readonly total: string;
  /** Share: each event is good or bad. Rate: there may be more bad ones than events. */
  readonly kind: 'Share' | 'Rate';
  readonly direction: Reading['direction'];
  /** Whether the query itself proves that; where not, the figures have to before a rollout begins. */
  readonly proven: boolean;
  /** What a histogram is in; null: no histogram of times, or nothing but its boundaries can tell. */
  readonly unit: string | null;
  /** The label by which one revision is chosen. */
  readonly label: string;
  readonly why: string;
  /** What is left open in the two: the window, and for a quantile without a threshold the bucket. */
  readonly open: readonly string[];
  /** What the operator asks for a tick of a minute: the same counters, subtracted instead of extrapolated. */
  readonly asked?: string;
}

/** What the app's own metrics are taken to have. */
const usualLabel = 'revision_name';
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

function rewrittenFor({ query, revision, label, threshold, unit }: RewriteOptions): Rewritten {
  const pasted = readPasted(query, { revisionLabel: label });
  if (pasted.kind === 'Latency') return latencyFor(pasted.histogram, { revision, label, threshold, unit });
  for (const [flag, given] of Object.entries({ threshold, unit }))
    if (given !== undefined) throw new Error(`--${flag} is for a quantile, and this query is a ratio: leave it out`);
  const { reading, ...ratio } = pasted.ratio;
  const { bad, total, events: kind } = ratio;
  const measured = measuredFor({ kind: 'Ratio', ...ratio }, label);
  const chosen = chosenLabel(measured.revisionLabel, label);
  const only: LabelMatch[] = [{ label: chosen, op: '=', value: revision }];
  return {
    bad: increaseText(bad, only, window),
    total: increaseText(total, only, window),
    kind,
    direction: reading.direction,
    proven: reading.proof !== 'Nothing',
    unit: null,
    label: chosen,
    why: reading.why,
    open: [window],
    asked: tickText(measured, { kind: 'Ratio', bad, total }, revision),
  };
}

/** A label that is asked for, and not that by which those metrics name their revision, must not seem to have counted. */
function chosenLabel(chosen: string, asked: string): string {
  if (chosen === asked || asked === usualLabel) return chosen;
  throw new Error(`Cloud Run's own metrics name the revision by ${chosen}: leave --label out`);
}

/** A pasted query says by itself which series it means; the service is for Cloud Run's own. */
const measuredFor = (indicator: Indicator, label: string) =>
  measuredBy({ type: 'Prometheus' }, { indicator }, { project: '', region: '', name: '' }, label);

const tickText = (measured: Measured, shape: RatioShape, revision: string): string =>
  countingQuery({
    measured,
    parts: partsOf(shape),
    byBucket: false,
    revision,
    windowMs: 60_000,
    lookback: '15m',
    young: [],
  });

interface LatencyOptions {
  readonly revision: string;
  readonly label: string;
  readonly threshold?: string | undefined;
  readonly unit?: string | undefined;
}

/** Without `or vector(0)`: a bucket that is not there must not look like one that is empty. */
function latencyFor(histogram: HistogramCounter, { revision, label, threshold, unit }: LatencyOptions): Rewritten {
  const { counter, native, unit: named } = histogram;
  const chosen = chosenLabel(isRunMetric(counter.name) ? runRevisionLabel : label, label);
  const only: LabelMatch = { label: chosen, op: '=', value: revision };
  if (unit !== undefined && !Object.hasOwn(unitsMs, unit)) {
    throw new Error(`--unit ${unit} is none: write ${Object.keys(unitsMs).join(' or ')}`);
  }
  const unitMs = unit ? unitsMs[unit as keyof typeof unitsMs] : (named?.unitMs ?? null);
  const said = {
    kind: 'Share',
    direction: 'Bad',
    proven: true,
    unit: unitMs === null ? null : unitName(unitMs),
    label: chosen,
  } as const;
  const edge = threshold === undefined ? null : edgeOf(threshold, unitMs, counter.name);
  const why = `Slower than the threshold is bad. ${unitSentence(counter.name, unitMs, unit !== undefined, named?.by)}`;
  const open = edge === null ? [window, bucket] : [window];
  if (native) {
    const all = increaseText([{ sign: 1, counter: { ...counter, upTo: null } }], [only], window);
    const good = increaseText([{ sign: 1, counter: { ...counter, upTo: edge ?? Number.NaN } }], [only], window);
    return { bad: `${all} - ${good.replaceAll('NaN', bucket)}`, total: all, ...said, why, open };
  }
  const increase = (le: LabelMatch) => `sum(increase(${selectorText(counter, [le, only])}[${window}]))`;
  const total = increase({ label: 'le', op: '=', value: '+Inf' });
  const within = edge === null ? ({ label: 'le', op: '=', value: bucket } as const) : boundary(edge);
  return { bad: `${total} - ${increase(within)}`, total, ...said, why, open };
}

function edgeOf(threshold: string, unitMs: number | null, name: string): number {
  const thresholdMs = durationMs(threshold);
  if (!(thresholdMs > 0)) throw new Error(`--threshold ${threshold} is not a length of time such as 300ms`);
  if (unitMs === null) {
    throw new Error(`nothing in the name of ${name} tells what it is in: add --unit Seconds or --unit Milliseconds`);
  }
  return Number((thresholdMs / unitMs).toPrecision(12));
}

function unitSentence(name: string, unitMs: number | null, isGiven: boolean, by: 'Said' | 'Usual' | undefined): string {
  if (unitMs === null) return `Nothing in the name of ${name} tells its unit: its boundaries decide, or latency.unit.`;
  const unit = (unitName(unitMs) ?? '').toLowerCase();
  if (isGiven) return `${name} is declared to be in ${unit}.`;
  return by === 'Said'
    ? `${name} is named in ${unit}; its boundaries are held against that.`
    : `${name} is usually in ${unit}; its boundaries decide, or latency.unit.`;
}

/** "1" in Prometheus 2 is "1.0" in Prometheus 3. */
const boundary = (edge: number): LabelMatch => {
  const text = String(edge).replaceAll('.', '\\.');
  return { label: 'le', op: '=~', value: text.includes('.') ? `${text}0*` : `${text}(\\.0*)?` };
};

const humanText = ({ bad, total, kind, direction, unit, label, why }: Rewritten): string =>
  [
    `bad    ${bad}`,
    `total  ${total}`,
    `kind   ${kind}${direction === 'Turned' ? ', turned round' : ''}${unit === null ? '' : `, in ${unit.toLowerCase()}`}, by ${label}`,
    `why    ${why}`,
    '',
  ].join('\n');
