/** Policies a line each, with the columns that `kubectl get slopolicies` has. */

import type { StoredPolicy } from '../policy/stored.ts';
import { spoken } from '../policy/time.ts';

const header = ['NAMESPACE', 'NAME', 'SERVICE', 'PHASE', 'CANDIDATE', 'WEIGHT', 'LAST GOOD', 'VERDICT', 'AGE'];

export function table(policies: readonly StoredPolicy[], nowMs: number): string[] {
  const rows = [
    header,
    ...policies.map(({ key, spec, status, createdAtMs }) => [
      key.namespace,
      key.name,
      spec.ok ? spec.policy.service.name : '?',
      spec.ok ? (status.phase ?? 'Pending') : 'InvalidSpec',
      status.candidate?.revision ?? '',
      status.candidate ? `${status.candidate.percent} %` : '',
      status.lastGood?.revision ?? '',
      status.verdict ?? '',
      spoken(nowMs - createdAtMs),
    ]),
  ];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
