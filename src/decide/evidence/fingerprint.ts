/** Whether evidence still speaks of what an objective measures, after an edit of the policy. */
import type { Objective } from '../../policy/policy.ts';

const known = new WeakMap<Objective, string>();

/** Eight hexadecimal digits of FNV-1a over what is measured; the target and the gate are not part of it. */
export function fingerprint(objective: Objective): string {
  const found = known.get(objective);
  if (found !== undefined) return found;
  let hash = 0x811c9dc5;
  for (const character of JSON.stringify(objective.indicator)) {
    hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193) >>> 0;
  }
  const text = hash.toString(16).padStart(8, '0');
  known.set(objective, text);
  return text;
}
