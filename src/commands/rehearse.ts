/** `steadyrun rehearse`: what a policy would do in a scenario, over many seeded runs. */
import type { Job } from '../rehearsal/job.ts';
import { rehearseAll } from '../rehearsal/pool.ts';
import { ruleNamed } from '../rehearsal/rules/index.ts';
import { type Summary, summarize } from '../rehearsal/summary.ts';
import { paragraph } from '../report/columns.ts';
import { columnsOf, tableFor, type Window } from '../report/fit.ts';
import { ProgressBar, type Terminal } from '../report/progress.ts';
import { readScenario } from '../scenario/read.ts';
import { policyIn } from './file.ts';

export interface RehearseOptions {
  readonly policy: string;
  readonly scenario: readonly string[];
  readonly runs: number;
  readonly seed: number;
  readonly rule: string;
  /** "k=v,…" */
  readonly ruleOptions?: string;
  readonly jobs: number;
  readonly json: boolean;
}

export interface RehearseIo {
  readonly stdout: Window & { write(text: string): unknown };
  readonly stderr: Terminal;
}

/** 0: rehearsed; 1: a policy, scenario or rule cannot be read; 130: interrupted. */
export async function runRehearse(options: RehearseOptions, { stdout, stderr }: RehearseIo): Promise<number> {
  const ruleOptions = optionsIn(options.ruleOptions ?? '');
  ruleNamed(options.rule, ruleOptions);
  const policy = await policyIn(options.policy);
  const scenarios = await Promise.all(options.scenario.map(readScenario));
  const { rule, seed, runs } = options;
  const jobs = scenarios.map((scenario): Job => ({ policy, scenario, rule, ruleOptions, seed, runs }));

  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const bar = new ProgressBar(stderr, 'runs');
  const summaries: Summary[] = [];
  try {
    await rehearseAll(jobs, {
      threads: options.jobs,
      signal: stop.signal,
      onProgress: (done, all) => bar.show(done, all),
      onJob: (job, results) => {
        const summary = summarize(job, results);
        summaries.push(summary);
        if (!options.json) return;
        bar.clear();
        stdout.write(`${JSON.stringify(summary)}\n`);
      },
    });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    bar.clear();
  }
  // Those that were finished before an interruption may have taken hours.
  if (!options.json && summaries.length > 0) stdout.write(`${humanText(summaries, options, stdout)}\n`);
  if (!stop.signal.aborted) return 0;
  stderr.write(`steadyrun: interrupted after ${summaries.length} of ${jobs.length} scenarios\n`);
  return 130;
}

export function optionsIn(text: string): Record<string, string> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new Error(`--rule-options: '${pair.trim()}' is not of the form name=value`);
      return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    }),
  );
}

const header = [
  'SCENARIO',
  'TRUTH',
  'PROMOTED',
  'ROLLED BACK',
  'UNDECIDED',
  'BACK AFTER',
  'TO 90 %',
  'EXCESS BAD',
  'WHY',
];
/** What the others tell, or the scenario itself, gives way first. */
const luxuries = ['UNDECIDED', 'TRUTH', 'TO 90 %', 'EXCESS BAD'];

/** A line a scenario: shares of the runs, medians, and the most frequent reason. */
function humanText(summaries: readonly Summary[], { rule, runs, seed }: RehearseOptions, window: Window): string {
  const rows = summaries.map((summary) => [
    summary.scenario,
    summary.truth,
    share(summary.promoted, summary.runs),
    share(summary.rolledBack, summary.runs),
    share(summary.undecided, summary.runs),
    time(summary.secondsToRollback?.p50),
    time(summary.secondsTo90Percent?.p50),
    count(summary.excessBadRequests.mean),
    Object.keys(summary.reasons)[0] ?? '',
  ]);
  const how = `${runs} runs each by the rule ${rule}, seed ${seed}. Times are medians, excess bad requests are means.`;
  const table = { heading: header, rows, right: header.slice(2, -1) };
  return [...tableFor(window, table, luxuries), '', ...paragraph('', how, columnsOf(window))].join('\n');
}

const share = (part: number, all: number): string =>
  `${Number(((100 * part) / all).toFixed(part * 100 < all ? 2 : 1))} %`;
const time = (seconds: number | undefined): string => (seconds === undefined ? '-' : `${Math.round(seconds)} s`);
const count = (value: number): string => (value < 10 ? String(Number(value.toFixed(1))) : String(Math.round(value)));
