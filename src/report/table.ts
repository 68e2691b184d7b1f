/** Policies a line each, with the columns that `kubectl get slopolicies` has. */

import { spoken } from '../facts/time.ts';
import type { StoredPolicy } from '../policy/stored.ts';
import { troubleText } from '../status/trouble.ts';
import { aligned } from './columns.ts';
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
const weight = header.indexOf('WEIGHT');

export function table(policies: readonly StoredPolicy[], nowMs: number): string[] {
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
  return aligned([header, ...rows], [weight]);
}
