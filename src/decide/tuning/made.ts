/** The memory with a revision that the tuner makes. */
import type { TemplateChange } from '../../facts/change.ts';
import type { TunerState } from '../../status/tuner.ts';
import { inForceOf } from './serving.ts';

const mostRevisions = 12;

export function withMade(
  tuner: TunerState,
  purpose: string,
  { revision: name, from, set }: TemplateChange,
  at: string,
): TunerState {
  const { serving } = tuner;
  const undone = purpose === 'PutBack' ? tuner.revisions.find((own) => own.name === from) : undefined;
  const was = undone?.set ?? (serving ? inForceOf(serving, set) : {});
  const image = undone?.image ?? serving?.image ?? '';
  const made = { name, from, at, set, was, image, outcome: purpose === 'PutBack' ? 'PutBack' : 'Open' };
  const others = tuner.revisions.filter((own) => own.name !== name);
  return { ...tuner, revisions: [made, ...others].slice(0, mostRevisions) };
}
