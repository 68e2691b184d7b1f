/** Whether a split is ours: the one definition. */
import type { Service } from '../facts/service.ts';
import { namedSplit, same } from '../facts/split.ts';
import type { Status } from './status.ts';

/** It is still the service that the status speaks of, and its split is what was last written or accepted, or is intended. */
export function isOurs(
  { uid, traffic }: Pick<Service, 'uid' | 'traffic'>,
  { adoption, split, intent }: Status,
): boolean {
  const now = namedSplit(traffic);
  if (now === null || (adoption !== undefined && adoption.serviceUid !== uid)) return false;
  const intended = intent?.change.kind === 'Traffic' ? intent.change.split : undefined;
  return [split, intended].some((known) => known !== undefined && same(known, now));
}
