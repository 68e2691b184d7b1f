/** Policies a line each, with the columns that `kubectl get slopolicies` has. */

import { spoken } from '../facts/time.ts';
import type { StoredPolicy } from '../policy/stored.ts';
import { troubleText } from '../status/trouble.ts';
import { paragraph } from './columns.ts';
import { fitted, givingWay, noRoom, type Table, without } from './fit.ts';
import { phaseText } from './story.ts';

const header = [
  'NAMESPACE',
  'NAME',
  'SERVICE',
  'PHASE',
  'CANDIDATE',
  'WEIGHT',
  'LAST GOOD',
  'VERDICT',
  'BUDGET',
  'SATURATION',
  'TROUBLE',
  'AGE',
];

/** What a row has no room for gives way in this order. The rest stays: how it stands, and what is not fine. */
const luxuries = ['AGE', 'LAST GOOD', 'SERVICE', 'SATURATION'];
/** And in this one, once troubles are in short. */
const lastLuxuries = ['BUDGET', 'CANDIDATE'];

/** A line a policy, as wide as there is room for, and what there was no room for; without columns all of it. */
export function table(policies: readonly StoredPolicy[], nowMs: number, columns = Number.POSITIVE_INFINITY): string[] {
  const whole = tableOf(policies, nowMs);
  const tables = [whole, ...narrower(whole)];
  const { table: chosen, lines } = fitted(tables, columns);
  const missing = header.filter((heading) => !chosen.heading.includes(heading) && !isSaid(whole, heading));
  return [...lines, ...noRoom(missing, columns)];
}

function tableOf(policies: readonly StoredPolicy[], nowMs: number): Table {
  const rows = policies.map(({ key, spec, status, createdAtMs }) => [
    key.namespace,
    key.name,
    spec.ok ? spec.policy.service.name : '?',
    phaseText({ status, spec }),
    status.candidate?.revision ?? '',
    status.candidate ? `${status.candidate.percent} %` : '',
    status.lastGood?.revision ?? '',
    status.verdict ?? '',
    status.budget?.[0]?.remaining ?? '',
    status.saturation?.worst ?? '',
    troubleText(status) ?? (spec.ok ? '' : 'InvalidSpec'),
    spoken(Math.max(0, nowMs - createdAtMs)),
  ]);
  return { heading: header, rows, right: ['WEIGHT'], names: 2 };
}

/** Each with less than the one before it. */
function narrower(whole: Table): Table[] {
  const isOneNamespace = new Set(cellsOf(whole, 'NAMESPACE')).size === 1;
  const plain = without(whole, ...header.filter((heading) => heading !== 'NAMESPACE' && isSaid(whole, heading)));
  const named = isOneNamespace ? { ...without(plain, 'NAMESPACE'), names: 1 } : plain;
  const tables = givingWay(named, luxuries);
  return [...tables, ...givingWay(inShort(tables.at(-1)!), lastLuxuries)];
}

const cellsOf = ({ heading, rows }: Table, name: string): string[] => rows.map((row) => row[heading.indexOf(name)]!);

/** It tells nothing: it is empty, or the service is called as the policy is. */
const isSaid = (table: Table, heading: string): boolean =>
  cellsOf(table, heading).every((cell, i) => cell === (heading === 'SERVICE' ? cellsOf(table, 'NAME')[i] : ''));

/** Of several troubles the first, and how many more there are. */
function inShort(table: Table): Table {
  const at = table.heading.indexOf('TROUBLE');
  const short = (cell: string) => cell.replace(/, .*$/, ` +${cell.split(', ').length - 1}`);
  return { ...table, rows: table.rows.map((row) => row.map((cell, i) => (i === at ? short(cell) : cell))) };
}

/** As much of it as a window has rows for, and how many policies more there are. */
export function tableWithin(policies: readonly StoredPolicy[], nowMs: number, columns: number, rows: number): string[] {
  const whole = table(policies, nowMs, columns);
  if (whole.length <= rows) return whole;
  const shortened = (shown: number) => [
    ...table(policies.slice(0, shown), nowMs, columns),
    ...paragraph('', more(policies.slice(shown)), columns),
  ];
  for (let shown = Math.min(policies.length, rows); shown > 0; shown--) {
    const lines = shortened(shown);
    if (lines.length <= rows) return lines;
  }
  return paragraph('', more(policies), columns).slice(0, rows);
}

function more(policies: readonly StoredPolicy[]): string {
  const troubled = policies.filter(({ status, spec }) => !spec.ok || troubleText(status) !== undefined).length;
  return `… ${policies.length} more${troubled === 0 ? '' : `, ${troubled} of them with a TROUBLE`}: a higher window shows them.`;
}
