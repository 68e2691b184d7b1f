/** `steadyrun backtest`: recorded metrics through the real judgement, tick by tick; nothing is written anywhere. */
import type { Line } from '../backtest/line.ts';
import { heading, replay } from '../backtest/replay.ts';
import { survey } from '../backtest/survey.ts';
import { iso, spoken } from '../facts/time.ts';
import type { Policy } from '../policy/policy.ts';
import { PromqlMetrics } from '../prometheus/metrics.ts';
import { paragraph } from '../report/columns.ts';
import { usualColumns } from '../report/fit.ts';
import { ProgressLine } from '../report/progress.ts';
import { type Source, sourceOf } from './backtest/source.ts';
import { policyIn } from './file.ts';

export interface BacktestOptions {
  /** Files; - is standard input. */
  readonly policy: string;
  readonly export?: string;
  readonly from: number;
  readonly to: number;
  readonly revision?: string;
  readonly prometheus?: string;
  /** Milliseconds. */
  readonly delay: number;
  readonly json: boolean;
}

interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface BacktestIo {
  readonly stdout: Output;
  readonly stderr: Output;
}

/** 0: replayed; 1: something could not be read, or holds nothing to replay; 2: the times are the wrong way round. */
export async function backtest(options: BacktestOptions, { stdout, stderr }: BacktestIo): Promise<number> {
  const { from, to } = options;
  if (from >= to) {
    stderr.write(`steadyrun: backtest: --from ${iso(from)} is not before --to ${iso(to)}\n`);
    return 2;
  }
  const given = await policyIn(options.policy);
  const source = await sourceOf(given, options);
  try {
    await replayed(given, source, options, { stdout, stderr });
  } finally {
    await source.close();
  }
  return 0;
}

async function replayed(
  given: Policy,
  source: Source,
  { from, to, json, delay, revision }: BacktestOptions,
  { stdout, stderr }: BacktestIo,
): Promise<void> {
  const policy: Policy = { ...given, metrics: source.metrics };
  const progress = new ProgressLine(stderr);
  const range = { fromMs: from, toMs: to, revision: revision ?? null };
  // What one remembers of the end of the range, the other must not know at its beginning.
  const recording = await survey(new PromqlMetrics(source.client, 0), policy, range, (what) =>
    progress.show(() => what),
  ).finally(() => progress.clear());
  // Some terminals say that they are 0 wide.
  const columns = stdout.columns || usualColumns;
  if (!json) stdout.write(`${heading(recording)}\n`);
  const lengthMs = recording.endMs - recording.firstMs;
  const lines = replay({
    metrics: new PromqlMetrics(source.client, 0),
    policy,
    recording,
    delayMs: delay,
    onProgress: (nowMs) => {
      const doneMs = nowMs - recording.firstMs;
      progress.show(() => `${iso(nowMs)}, ${spoken(doneMs)} of ${spoken(lengthMs)}`);
    },
  });
  let last: Line | undefined;
  try {
    for await (const line of lines) {
      progress.clear();
      stdout.write(json ? `${JSON.stringify(line)}\n` : `${humanText(line, columns).join('\n')}\n`);
      last = line;
    }
  } finally {
    progress.clear();
  }
  if (last && Date.parse(last.at) < recording.endMs) {
    (json ? stderr : stdout).write(`What came after ${last.at} is not judged.\n`);
  }
}

function humanText({ at, action, percent, recordedPercent, reason, message }: Line, columns: number): string[] {
  const share = percent === recordedPercent ? '' : `, ${recordedPercent} % recorded`;
  return [`${at}  ${action} ${percent} %${share}  ${reason}`, ...paragraph('  ', message, columns)];
}
