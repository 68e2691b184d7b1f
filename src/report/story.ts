/** A status told to a person: what is happening, why, what was done, and what comes next. */
import type { Status } from '../policy/status.ts';
import { ms, spoken } from '../policy/time.ts';

const marks: Record<NonNullable<Status['phase']>, string> = {
  Pending: '◌',
  Steady: '✔',
  Ramping: '◐',
  Watching: '◑',
  RollingBack: '✖',
  Held: '॥',
};

export interface Titled {
  readonly name: string;
  readonly status: Status;
}

/** "api  ◐ Ramping  api-00002-bbb at 5 % for 12 min" */
export function headline({ name, status }: Titled, nowMs: number): string {
  const { phase = 'Pending', candidate, hold } = status;
  const what = candidate
    ? `${candidate.revision} at ${candidate.percent} % for ${spoken(nowMs - ms(candidate.since))}`
    : (status.stable?.revision ?? 'not adopted yet');
  const held = hold ? ` (${hold.reason} for ${spoken(nowMs - ms(hold.since))})` : '';
  return `${name}  ${marks[phase]} ${phase}${held}  ${what}`;
}

/** A line a revision that has, or had, traffic: its name, a bar, its share, its part. */
export function shares(status: Status): string[] {
  const { stable, candidate, lastGood, rejected } = status;
  const lines: [string, number, string][] = [];
  const also = lastGood?.revision === stable?.revision ? 'stable, last good' : 'stable';
  if (stable) lines.push([stable.revision, stable.percent, also]);
  if (candidate) lines.push([candidate.revision, candidate.percent, 'candidate']);
  if (lastGood && lastGood.revision !== stable?.revision) {
    const percent = status.split?.find(({ revision }) => revision === lastGood.revision)?.percent ?? 0;
    lines.push([lastGood.revision, percent, 'last good']);
  }
  const gone = rejected?.[0];
  if (gone && !lines.some(([name]) => name === gone.revision))
    lines.push([gone.revision, 0, `rejected: ${gone.reason}`]);
  const width = Math.max(0, ...lines.map(([name]) => name.length));
  return lines.map(
    ([name, percent, part]) =>
      `${name.padEnd(width)}  ${bar(percent / 100, 20)} ${String(percent).padStart(3)} %  ${part}`,
  );
}

/** A line an objective: the value, the limit, the sizes, the odds, the verdict. */
export function objectives(status: Status): string[] {
  const rows = status.objectives ?? [];
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  return rows.map((row) => {
    const value = row.candidatePercent === undefined ? 'no data' : `${short(row.candidatePercent)} %`;
    const stable = row.stablePercent === undefined ? 'no data' : `${short(row.stablePercent)} %`;
    const mark = row.verdict === 'Healthy' ? '✔' : row.verdict === 'Breaching' ? '✖' : '?';
    const verdict = row.reason ? `${row.verdict}(${row.reason})` : row.verdict;
    return (
      `${row.name.padEnd(width)}  ${value.padStart(8)} bad  limit ${short(row.limitPercent)} %  stable ${stable}  ` +
      `n=${row.candidateTotal.toLocaleString('en-US')}/${row.stableTotal.toLocaleString('en-US')}  ` +
      `odds ${odds(row.odds)}  ${mark} ${verdict}${row.gate ? '' : ' (not gating)'}`
    );
  });
}

export const why = ({ decision }: Status): string => decision?.message ?? 'Not looked at yet.';

/** The last thing that was done to the traffic, or that nothing was. */
export function did(status: Status): string {
  const { decision, split } = status;
  if (!decision) return 'nothing yet';
  const shares = (split ?? []).map(({ revision, percent }) => `${revision} ${percent} %`).join(', ');
  const acted = decision.action === 'None' || decision.action === 'Hold' ? 'nothing' : decision.action;
  return `${acted} (${decision.reason})${shares === '' ? '' : `; traffic: ${shares}`}`;
}

export function next(status: Status, nowMs: number): string {
  const { phase, hold, decision, candidate, lastGood, guard } = status;
  const leftMs = decision ? ms(decision.nextCheck) - nowMs : 0;
  const look = leftMs > 0 ? `looks again in ${spoken(leftMs)}` : 'looks again any moment';
  if (hold) return `nothing moves until this is over; ${look}`;
  switch (phase) {
    case 'Ramping':
      return `more traffic to ${candidate?.revision} while nothing speaks against it; ${look}`;
    case 'Watching':
      return `all of the traffic to ${candidate?.revision ?? guard?.revision} if it holds; ${look}`;
    case 'RollingBack':
      return `all of the traffic back to ${lastGood?.revision}; ${look}`;
    case 'Steady':
      return guard && ms(guard.until) > nowMs
        ? `${guard.revision} is watched for another ${spoken(ms(guard.until) - nowMs)}; ${look}`
        : `waits for a new revision; ${look}`;
    default:
      return look;
  }
}

/** The whole of it, as `status NAME` prints it. */
export function story(titled: Titled, nowMs: number): string[] {
  const { status } = titled;
  return [
    headline(titled, nowMs),
    ...shares(status).map((line) => `  ${line}`),
    ...objectives(status).map((line) => `  ${line}`),
    `  why   ${why(status)}`,
    `  did   ${did(status)}`,
    `  next  ${next(status, nowMs)}`,
  ];
}

export function bar(fraction: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, fraction)) * width * 8);
  const partial = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8] ?? '';
  return ('█'.repeat(Math.floor(eighths / 8)) + partial).padEnd(width);
}

const short = (value: number): string => String(Number(value.toPrecision(3)));

function odds(value: number): string {
  if (value < 1.5) return 'even';
  if (value > 1e6) return '>1,000,000:1';
  return `${Number(value.toPrecision(2)).toLocaleString('en-US')}:1`;
}
