/** Whether evidence still speaks of what an objective measures, after an edit of the policy. */
import type { Objective } from '../../policy/policy.ts';

const known = new WeakMap<Objective, string>();

/** Of what is measured; the target and the gate are not part of it. */
export function fingerprint(objective: Objective): string {
  const found = known.get(objective);
  if (found !== undefined) return found;
  const text = hashOf(objective.indicator);
  known.set(objective, text);
  return text;
}

/** Eight hexadecimal digits of FNV-1a over anything that is JSON. */
export function hashOf(value: unknown): string {
  let hash = 0x811c9dc5;
  for (const character of JSON.stringify(value)) {
    hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, '0');
}
