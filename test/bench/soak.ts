/**
 * `npm run bench -- soak [--minutes N] [--operator FILE]`: whether the operator grows. An hour of `run` on a lab at 30 times
 * the wall's pace, in which every service is deployed to for ever, well and badly. FILE is what is started (default: the
 * source; after `npm run bundle` dist/steadyrun.js is started as the image starts it).
 */
import { Lab } from '../../src/lab/lab.ts';
import { ProgressLine } from '../../src/report/progress.ts';
import type { BenchOptions, Row } from './main.ts';
import { flatRows, growthOf, rounded, row, spansText, table } from './soak/flat.ts';
import { limitMib, startText } from './soak/image.ts';
import { Life, type Tally } from './soak/life.ts';
import { type Moment, watched } from './soak/moments.ts';
import { OperatorProcess } from './soak/operator.ts';
import { inhabitants } from './soak/services.ts';

const speed = 30;
const everyS = 5;
const cellEveryS = 60;

/**
 * MiB an hour of the wall's, in which the lab lives through 30: what an hour can tell from nothing. The shorter a run, the
 * less it can tell, by the power of one and a half.
 */
const barOf = (minutes: number): number => rounded(8 * Math.max(1, 60 / minutes) ** 1.5);

type OnCell = (cell: Record<string, unknown>) => void;

export async function soak(options: BenchOptions, onCell: OnCell): Promise<Row[]> {
  const { seed, quick, minutes = quick ? 3 : 60, operator: file = 'src/steadyrun.js' } = options;
  // By then a day has passed in the lab, for which minutes are remembered, and what is run often has been compiled for it.
  const warmUpS = (60 * minutes) / 2;
  const stop = new AbortController();
  const lab = await Lab.start({ seed, speed, services: inhabitants.map((one) => one.seed) });
  const life = new Life(lab, stop.signal);
  const operator = new OperatorProcess(file, lab.description.url);
  const started = startText(file);
  try {
    const living = life.goOn(seed);
    const moments = await Promise.race([shown(operator, minutes * 60, onCell), living.then(never)]);
    stop.abort();
    await living;
    const howTaken = how(started, minutes, warmUpS, life.tally);
    return judged(
      { moments, minutes, warmUpS, howTaken, isImage: file.startsWith('dist/'), complaints: operator.complaints },
      onCell,
    );
  } finally {
    stop.abort();
    await operator.end();
    await lab.close();
  }
}

/** Life goes on until it is stopped, or fails. */
const never = (): Promise<never> => new Promise(() => {});

async function shown(operator: OperatorProcess, lengthS: number, onCell: OnCell): Promise<readonly Moment[]> {
  const line = new ProgressLine(process.stderr);
  let told = 0;
  const moments = await watched(operator, lengthS, everyS, (moment) => {
    const { atS, residentMib, heapUsedMib, requests, cpuS } = moment;
    line.show(() => `${Math.round(atS)} of ${lengthS} s, ${Math.round(residentMib)} MiB resident`);
    if (atS < told + cellEveryS) return;
    told += cellEveryS;
    line.clear();
    const text = `${Math.round(atS)} s: ${residentMib.toFixed(1)} MiB resident, ${heapUsedMib.toFixed(1)} MiB of heap, ${requests} requests, ${cpuS.toFixed(1)} s of CPU`;
    onCell({ cell: 'moment', ...moment, text });
  });
  line.clear();
  return moments;
}

interface Run {
  readonly moments: readonly Moment[];
  readonly minutes: number;
  readonly warmUpS: number;
  readonly howTaken: string;
  readonly isImage: boolean;
  readonly complaints: readonly string[];
}

function judged({ moments, minutes, warmUpS, howTaken, isImage, complaints }: Run, onCell: OnCell): Row[] {
  const growth = growthOf(moments, warmUpS);
  const [first, last] = [moments[0]!, moments.at(-1)!];
  const policyHours = (inhabitants.length * speed * (last.atS - first.atS)) / 3600;
  const work = {
    cpuSecondsPerPolicyHour: rounded((last.cpuS - first.cpuS) / policyHours),
    requestsPerPolicyHour: rounded((last.requests - first.requests) / policyHours),
    reconciles: last.reconciles,
    complaints: complaints.length,
  };
  onCell({ cell: 'how', text: howTaken });
  onCell({ cell: 'growth', ...growth, text: table(moments, growth, limitMib()) });
  onCell({
    cell: 'work',
    ...work,
    text: `of a policy in an hour of the lab: ${work.cpuSecondsPerPolicyHour} s of CPU, ${work.requestsPerPolicyHour} requests to Google; ${work.reconciles} looks, ${work.complaints} warnings in the log`,
  });
  const atMost = row('resident at most', last.residentAtMostMib, 'MiB', limitMib());
  // The source is not what is deployed, and nothing limits it.
  return [...flatRows(growth, { resident: barOf(minutes), held: barOf(minutes) }), ...(isImage ? [atMost] : [])];
}

const how = (started: string, minutes: number, warmUpS: number, tally: Tally): string =>
  `${started}, one run of ${minutes} min at ${speed} times the wall's pace, a sample every ${everyS} s; after the first ` +
  `${warmUpS} s ${spansText}. ${inhabitants.length} policies and one that comes and goes (${tally.policies} times); ` +
  `${tally.deployed} deploys: ${tally.promoted} promoted, ${tally.rolledBack} rolled back, ${tally.undecided} left undecided; ` +
  `${tally.troubles} outages and shifts by hand. The operator is a process of its own; the lab's weight is not in it.`;
