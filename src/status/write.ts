/** A status as it is stored: under the names it always had, with what other versions keep in it. */
import { record } from '../facts/json.ts';
import { guardToStore } from './guard.ts';
import { intentToStore } from './intent.ts';
import { rolloutToStore } from './rollout.ts';
import { type Status, type StoredStatus, sections } from './status.ts';

/** By which rules it is written. A reader that goes by others has to know. */
const format = 1;

type Json = Readonly<Record<string, unknown>>;

/**
 * `found` is the stored status that this one is made from: sections that only another version knows are kept as they are.
 * `by` is the version that writes.
 */
export function toStore({ intent, rollout, guard, memory, ...rest }: Status, found: unknown, by: string): Json {
  const unknown = Object.entries(record(found)).filter(([section]) => !Object.hasOwn(sections, section));
  const stored: StoredStatus = {
    ...rest,
    ...(intent && intentToStore(intent)),
    ...(rollout && { rollout: rolloutToStore(rollout) }),
    ...(guard && { guard: guardToStore(guard) }),
    memory: { ...memory, format, by },
  };
  return { ...Object.fromEntries(unknown), ...stored };
}

/** What a newer operator wrote stays word for word; only what people are told of it is ours. */
export const toldOnly = ({ conditions, trouble, observedGeneration }: Status, found: unknown): Json => ({
  ...record(found),
  ...(conditions && { conditions }),
  ...(trouble !== undefined && { trouble }),
  ...(observedGeneration !== undefined && { observedGeneration }),
});
