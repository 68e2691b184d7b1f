/** A section for each alert: what it says, where to look first, what usually helps. The alert links to it by its anchor. */
import type { Policy } from '../../policy/policy.ts';
import { type Alert, alertsOf, isShared, kindOf, type Severity } from '../alerts.ts';
import { aloneExprOf } from '../alone.ts';
import { promiseNamed } from '../conditions.ts';
import { countsIn } from '../counts.ts';
import { shareByRevision } from '../panels/by-revision.ts';
import { commandsOf } from './commands.ts';
import { blocks, bullets, fenced, linkTo, shell } from './markdown.ts';
import { type Mitigation, mitigationHeading, mitigationName } from './mitigation.ts';
import { type TriageStep, triageHeading, triageName } from './triage.ts';

export function alertSections(policy: Policy): string {
  const { alerts, leftOut } = alertsOf(policy);
  const notThere = leftOut.map(({ name, message }) => `No alert \`${name}\`: ${message}`);
  return blocks(...alerts.map((alert) => section(alert, policy)), bullets(notThere));
}

/** A viewer makes the alert's own anchor of it. */
const headingOf = ({ anchor }: Alert): string => anchor.replaceAll('-', ' ');

function section(alert: Alert, policy: Policy): string {
  const { steps, moves, hint } = adviceOn(alert, policy);
  const { lastGood, rollBack } = commandsOf(policy);
  return blocks(
    `### ${headingOf(alert)}`,
    `**Detection.** ${severities[alert.severity]} ${alert.summary} ${urgency(alert)} The figure ${figure(alert, policy).of}:`,
    fenced('promql', figure(alert, policy).expr),
    `**Triage.** ${hint} ${steps.map((step) => linkTo(triageName(step), triageHeading(step, policy))).join(', ')}.`,
    '**Mitigation.** If it began with a deploy, or nobody knows, go back first:',
    shell(lastGood, rollBack),
    `Then the first that fits: ${moves.map((move) => linkTo(mitigationName(move), mitigationHeading(move, policy))).join(', ')}.`,
  );
}

const severities: Readonly<Record<Severity, string>> = { page: 'A page.', ticket: 'A ticket.' };

const urgency = (alert: Alert): string =>
  alert.kind === 'Burn'
    ? `When it fires, ${alert.budgetPercent} % of the budget is gone.`
    : 'It says what is wrong now, however much of the budget is left.';

interface Figure {
  readonly of: string;
  readonly expr: string;
}

/** What tells most at the first look: whose it is. */
function figure(alert: Alert, policy: Policy): Figure {
  if (alert.kind === 'Saturated') return { of: 'while it is due', expr: aloneExprOf(alert, policy) };
  const promise = promiseNamed(alert.objective, policy);
  return isShared(promise)
    ? { of: 'over five minutes', expr: countsIn('5m', promise, policy).share }
    : { of: 'over five minutes, by revision', expr: shareByRevision('5m', promise, policy).share };
}

interface Advice {
  readonly steps: readonly TriageStep[];
  /** After going back, which is always the first. */
  readonly moves: readonly Mitigation[];
  readonly hint: string;
}

function adviceOn(alert: Alert, policy: Policy): Advice {
  if (alert.kind === 'Saturated') return ofSaturation[alert.resource];
  const promise = promiseNamed(alert.objective, policy);
  return isShared(promise) ? ofShared : ofPromise[kindOf(promise)];
}

const ofPromise: Readonly<Record<ReturnType<typeof kindOf>, Advice>> = {
  Errors: {
    steps: ['LatestDeploy', 'Logs', 'Configuration', 'Database', 'Quota'],
    moves: ['ScaleOut', 'Failover', 'Throttle'],
    hint: 'One revision alone: its deploy. All revisions alike: what they share, a dependency, a secret, a limit.',
  },
  Latency: {
    steps: ['LatestDeploy', 'Quota', 'Database', 'Logs', 'Configuration'],
    moves: ['ScaleOut', 'Concurrency', 'CacheKeys', 'Throttle', 'Failover'],
    hint: 'Does it rise with the traffic (instances are full), with a deploy, or with nothing of ours (a dependency)?',
  },
  Rate: {
    steps: ['LatestDeploy', 'Logs', 'Quota', 'Configuration', 'Database'],
    moves: ['ScaleOut', 'Concurrency', 'Throttle'],
    hint: 'Disconnects come with instances that end: a deploy, scaling in, a crash, the request timeout, too little memory.',
  },
};

/** No revision is to blame for it by itself, though one may have begun it. */
const ofShared: Advice = {
  steps: ['Database', 'LatestDeploy', 'Quota', 'Configuration', 'Logs'],
  moves: ['Failover', 'ScaleOut', 'Throttle'],
  hint: 'Out of connections is a question of instances times pool; a deploy that made the pool larger began it.',
};

const ofSaturation: Readonly<Record<'cpu' | 'memory' | 'concurrency', Advice>> = {
  cpu: {
    steps: ['LatestDeploy', 'Quota', 'Logs', 'Configuration', 'Database'],
    moves: ['ScaleOut', 'Concurrency', 'Throttle', 'CacheKeys'],
    hint: 'Does the traffic explain it? Then there are too few instances; else the newest revision does more for each request.',
  },
  memory: {
    steps: ['LatestDeploy', 'Logs', 'Quota', 'Configuration', 'Database'],
    moves: ['Concurrency', 'ScaleOut', 'Throttle'],
    hint: 'Memory that only rises is a leak; the log says which instances were ended for want of it.',
  },
  concurrency: {
    steps: ['Quota', 'LatestDeploy', 'Database', 'Logs', 'Configuration'],
    moves: ['ScaleOut', 'Failover', 'Throttle', 'CacheKeys'],
    hint: 'Requests pile up where each takes longer: is a dependency slow, or the maximum of instances reached?',
  },
};
