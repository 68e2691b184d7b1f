/** What a Kubernetes API server with our CRD does to an SLOPolicy: prune, default, validate. The lab's has no CRD engine. */

import { withoutNulls } from '../facts/json.ts';
import { storedStatus } from '../status/status.ts';
import { group, kind } from './api.ts';
import { document } from './parse.ts';
import { pathText, problemsOf, problemText, valueAt } from './problems.ts';
import { serviceIsFixed } from './rules.ts';
import { policySchema, pruned } from './schema.ts';

export interface Cause {
  readonly field: string;
  readonly message: string;
}

export type Admission =
  | { readonly ok: true; readonly object: Record<string, unknown> }
  | { readonly ok: false; readonly message: string; readonly causes: readonly Cause[] };

const stored = document.extend({ status: storedStatus.optional() });

/** The object as it would be stored, or the refusal; `old` is the stored object that it replaces. */
export function admit(raw: unknown, old?: unknown): Admission {
  const given = withoutNulls(raw);
  const read = stored.safeParse(given);
  if (!read.success) {
    const problems = problemsOf(read.error, given);
    const causes = problems.map(({ path, message }) => ({ field: pathText(path), message }));
    return refusal(raw, problems.map(problemText), causes);
  }
  const oldService = valueAt(old, ['spec', 'service']) as typeof read.data.spec.service | undefined;
  if (!serviceIsFixed.test(read.data.spec.service, oldService)) {
    const cause = { field: 'spec.service', message: serviceIsFixed.message };
    return refusal(raw, [`${cause.field}: ${cause.message}`], [cause]);
  }
  const { status, ...rest } = read.data;
  const kept = pruned(policySchema.properties!.status, status);
  return { ok: true, object: status === undefined ? rest : { ...rest, status: kept } };
}

function refusal(raw: unknown, sentences: readonly string[], causes: readonly Cause[]): Admission {
  const name = valueAt(raw, ['metadata', 'name']);
  const list = sentences.length === 1 ? sentences[0] : `[${sentences.join(', ')}]`;
  return { ok: false, message: `${kind}.${group} "${name ?? ''}" is invalid: ${list}`, causes };
}
