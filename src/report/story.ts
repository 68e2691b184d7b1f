/** A status told to a person: what is happening, on what evidence, why, what was done, and what comes next. */

import { percentOf } from '../facts/split.ts';
import { ms, spoken } from '../facts/time.ts';
import type { StoredPolicy } from '../policy/stored.ts';
import type { Status } from '../status/status.ts';
import { troublesOf } from '../status/trouble.ts';
import { budgets } from './budget.ts';
import { bar, paragraph } from './columns.ts';
import { fitted, folded, usualColumns, without } from './fit.ts';
import { hasBeenLookedAt, next, stallOf, standing } from './next.ts';
import { objectives } from './objectives.ts';
import { fullness, tuned } from './tuning.ts';

/** What is known of a policy; without its spec it is taken to be obeyed. */
export interface Told {
  readonly name: string;
  readonly status: Status;
  readonly spec?: StoredPolicy['spec'];
}

const marks: Record<string, string> = {
  Pending: '◌',
  Steady: '✔',
  Ramping: '◐',
  Watching: '◑',
  RollingBack: '✖',
  Held: '॥',
};
export const indent = '  ';

/** All of it, as `status NAME` prints it. Without columns it is for no terminal: whatever has a line is in full, sentences are as wide as usual. */
export function story(told: Told, nowMs: number, columns?: number): string[] {
  const within = (of: number) => of - indent.length;
  const { status } = told;
  const wide = within(columns ?? Number.POSITIVE_INFINITY);
  const lines = [
    ...shares(status, wide),
    ...objectives(status, wide),
    ...fullness(status, wide),
    ...budgets(told, wide),
    ...sentences(told, nowMs, within(columns ?? usualColumns)),
  ];
  const all = [...headlines(told, nowMs, columns), ...lines.map((line) => indent + line)];
  return columns === undefined ? all : folded(all, columns);
}

/** "api  ◐ Ramping  api-00002-bbb at 5 %, begun 12 min ago" */
export const headline = (told: Told, nowMs: number): string => headlineParts(told, nowMs).join('  ');

/** The same in as many lines as it takes. */
function headlines(told: Told, nowMs: number, columns = Number.POSITIVE_INFINITY): string[] {
  const [name, phase, who] = headlineParts(told, nowMs);
  const under = `${indent}${indent}`;
  const ways = [[`${name}  ${phase}  ${who}`], [`${name}  ${phase}`, under + who], [name, under + phase, under + who]];
  const fitting = ways.find((lines) => lines.every((line) => line.length <= columns));
  return fitting ?? [name, ...paragraph(under, phase, columns), ...paragraph(under, who, columns)];
}

/** Whose it is, how it stands, and who has the traffic. */
function headlineParts(told: Told, nowMs: number): [name: string, phase: string, who: string] {
  const { name, status, spec } = told;
  const { candidate, stable, hold } = status;
  const phase = phaseText(told);
  const held = hold && phase === 'Held' ? ` (${hold.reason} for ${since(hold.since, nowMs)})` : '';
  const observed = spec?.ok && spec.policy.mode === 'Observe' ? ', only observed' : '';
  const who = candidate
    ? `${candidate.revision} at ${candidate.percent} %, begun ${since(candidate.since, nowMs)} ago`
    : stable
      ? `${stable.revision} at ${stable.percent} %`
      : 'not adopted yet';
  return [name, `${marks[phase] ?? '✖'} ${phase}${held}`, `${who}${observed}`];
}

/** The phase, or in one word why the policy is not obeyed at all. */
export function phaseText({ status, spec }: Omit<Told, 'name'>): string {
  if (spec?.ok === false) return 'InvalidSpec';
  return stallOf(status)?.reason ?? status.phase ?? 'Pending';
}

/** A line a revision that has, or had, traffic: its name, a bar, its share, its part. */
export function shares(status: Status, columns: number): string[] {
  const { stable, candidate, lastGood, withdrawn } = status;
  const traffic = trafficOf(status);
  const lines = new Map<string, { percent: number; part: string }>();
  const add = (revision: string, percent: number, part: string) => {
    const set = traffic.find((one) => one.revision === revision);
    if (!lines.has(revision)) lines.set(revision, { percent: set?.percent ?? percent, part });
  };
  if (stable)
    add(stable.revision, stable.percent, stable.revision === lastGood?.revision ? 'stable, last good' : 'stable');
  if (candidate) {
    const part = candidate.cause === 'Tuning' ? 'candidate, of tuning' : 'candidate';
    add(candidate.revision, candidate.percent, part);
  }
  if (lastGood) add(lastGood.revision, percentOf(status.split ?? [], lastGood.revision), 'last good');
  const rejected = standing(status);
  if (rejected) add(rejected.revision, 0, `rejected: ${rejected.reason}`);
  if (withdrawn) add(withdrawn.revision, 0, `withdrawn: ${withdrawn.reason}`);
  for (const { revision, percent } of traffic) add(revision, percent, 'by another hand');
  const table = (barWidth: number) => ({
    bare: true as const,
    heading: ['REVISION', 'BAR', 'SHARE', 'PART'],
    rows: [...lines].map(([revision, { percent, part }]) => [
      revision,
      bar(percent / 100, barWidth),
      `${percent} %`,
      part,
    ]),
    right: ['SHARE'],
  });
  return fitted([table(20), table(8), without(table(8), 'BAR')], columns).lines;
}

/** What another hand set; an older operator, which does not know of it, leaves it behind. */
function trafficOf({ traffic = [], stable, candidate }: Status): NonNullable<Status['traffic']> {
  const told = [stable, candidate].filter((one) => one !== undefined);
  const agrees = told.every(({ revision, percent }) => percentOf(traffic, revision) === percent);
  return agrees ? traffic : [];
}

/** Why, what is not fine, what was done, what comes next. */
export function sentences(told: Told, nowMs: number, columns: number): string[] {
  const { status } = told;
  const { decision } = status;
  const notes = troubles(told).filter(
    ({ reason, message }) => reason !== decision?.reason || message !== decision.message,
  );
  const why = decision?.message ?? (hasBeenLookedAt(status) ? null : 'No operator has looked at it yet.');
  return [
    ...(why === null ? [] : paragraph('why    ', why, columns)),
    ...notes.flatMap(({ label, reason, message }) => paragraph(label, `${reason}: ${message}`, columns)),
    ...tuned(status, columns),
    ...asked(status, nowMs, columns),
    ...paragraph('did    ', did(told, hasFailed(told), nowMs), columns),
    ...paragraph('next   ', next(status, nowMs), columns),
  ];
}

function asked({ answer }: Status, nowMs: number, columns: number): string[] {
  if (!answer) return [];
  const { request, revision, message, at } = answer;
  return paragraph('asked  ', `${request}: ${revision}, ${since(at, nowMs)} ago. ${message}`, columns);
}

interface Note {
  /** What keeps the operator from its work is an error; the rest is to be seen to. */
  readonly label: 'error  ' | 'note   ';
  readonly reason: string;
  readonly message: string;
}

/** Whatever a condition says that is not fine, each sentence once; an edit that no operator has seen yet speaks for itself. */
function troubles({ status, spec }: Told): Note[] {
  const invalid: Note[] =
    spec?.ok === false ? [{ label: 'error  ', reason: 'InvalidSpec', message: spec.message }] : [];
  const told = troublesOf(status).filter(({ reason }) => invalid.length === 0 || reason !== 'InvalidSpec');
  const notes = told.map(
    ({ type, reason, message }): Note => ({ label: isError(type) ? 'error  ' : 'note   ', reason, message }),
  );
  const all = [...invalid, ...notes.filter(({ label }) => label === 'error  '), ...notes];
  return all.filter(
    (one, i) => all.findIndex(({ reason, message }) => reason === one.reason && message === one.message) === i,
  );
}

const isError = (type: string): boolean => type === 'Stalled' || type === 'Reconciling';

const hasFailed = (told: Told): boolean => troubles(told).some(({ label }) => label === 'error  ');

/** The last decision, and whether it is in the traffic. */
function did({ status, spec }: Told, failed: boolean, nowMs: number): string {
  const { decision, intent, rollout, guard } = status;
  if (!decision) return 'nothing yet';
  const { action, reason, at } = decision;
  if (action === 'None' || action === 'Hold') return `nothing (${reason})`;
  if (spec?.ok && spec.policy.mode === 'Observe') return `nothing, it only observes: ${action} (${reason})`;
  if (intent ?? rollout?.convicted ?? guard?.convicted) return `${action} (${reason}), not seen in the traffic yet`;
  return `${action} (${reason}), ${failed ? 'decided ' : ''}${since(at, nowMs)} ago`;
}

const since = (at: string, nowMs: number): string => spoken(Math.max(0, nowMs - ms(at)));
