/** An SLO as an objective that `check` takes, or what is wrong with it, told where its source says it. */
import { stringify } from 'yaml';
import { apiVersion, kind } from '../policy/api.ts';
import { checkPolicies } from '../policy/check/policies.ts';
import type { Finding } from '../policy/check/yaml.ts';
import type { Policy } from '../policy/policy.ts';
import type { Draft } from './draft.ts';
import { asLatency } from './latency.ts';
import { labelOf } from './metadata.ts';
import { lost, type Reading, type Spot, without } from './place.ts';

/** A draft whose name is one of a policy. */
export function* fitted(draft: Draft): Reading<Draft | undefined> {
  const named = yield* withLabel(draft);
  if (named === undefined) return undefined;
  const checked = checkedAlone(named);
  if (checked.policy === null) {
    for (const finding of checked.findings) yield lost(spotOf(finding, draft), finding.message, finding.hint);
    return undefined;
  }
  const latency = asLatency(named, checked.policy.objectives[0]!);
  return latency !== undefined && checkedAlone(latency).policy !== null ? latency : named;
}

function* withLabel(draft: Draft): Reading<Draft | undefined> {
  const name = labelOf(draft.name);
  if (name === '') {
    yield lost(
      draft.spot,
      `the name ${JSON.stringify(draft.name)} has nothing that an objective could be named by`,
      'name it with letters and digits',
    );
    return undefined;
  }
  if (name !== draft.name) {
    yield without(
      draft.spot,
      `the name ${draft.name} becomes ${name}: in a policy it is a DNS label`,
      'nothing has to be done',
    );
  }
  return { ...draft, name };
}

export const objectiveOf = ({ name, targetPercent, timeSlice, indicator }: Draft): Record<string, unknown> => ({
  name,
  targetPercent: targetPercent.value,
  ...(timeSlice && { timeSlice: timeSlice.value }),
  indicator,
});

const someService = { project: 'acme', region: 'europe-west1', name: 'api' };

function checkedAlone(draft: Draft): { readonly policy: Policy | null; readonly findings: readonly Finding[] } {
  const { window, metrics } = draft;
  const spec = {
    service: someService,
    ...(window && { window: window.value }),
    ...(metrics && { metrics: metrics.value }),
    objectives: [objectiveOf(draft)],
  };
  const { policies, findings } = checkPolicies(stringify({ apiVersion, kind, metadata: { name: 'api' }, spec }));
  return { policy: findings.length === 0 ? (policies[0]?.policy ?? null) : null, findings };
}

/** Where the source says what `check` does not take. */
function spotOf({ path }: Finding, { spot, targetPercent, timeSlice, window, metrics, queries }: Draft): Spot {
  if (path.startsWith('spec.window')) return window?.spot ?? spot;
  if (path.startsWith('spec.metrics')) return metrics?.spot ?? spot;
  const field = path.split('.').at(-1) ?? '';
  if (field === 'targetPercent') return targetPercent.spot;
  if (field === 'timeSlice') return timeSlice?.spot ?? spot;
  return queries[field] ?? Object.values(queries)[0] ?? spot;
}
