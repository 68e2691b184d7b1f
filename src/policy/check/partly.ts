/** What can be told of a policy that something is wrong with: the same without what is wrong. */
import { record } from '../../facts/json.ts';
import { apiVersion, kind } from '../api.ts';
import { parsePolicy } from '../parse.ts';
import type { Policy } from '../policy.ts';
import type { Path, Problem } from '../problems.ts';

const startsWith = (path: Path, other: Path): boolean => other.every((step, i) => path[i] === step);

/** Something is wrong with what lies there, in it or around it. */
export const isInDoubt = (path: Path, problems: readonly Problem[]): boolean =>
  problems.some((one) => startsWith(one.path, path) || startsWith(path, one.path));

const someService = { project: 'project', region: 'europe-west1', name: 'service' };
const someObjective = { name: 'availability', targetPercent: 99.9 };

/** Whatever something is wrong with is as if it were not there; null: the rest is no policy, either. */
export function partlyRead(raw: unknown, problems: readonly Problem[]): Policy | null {
  const { metadata, spec } = record(raw);
  const fine = (path: Path): boolean => !isInDoubt(path, problems);
  const of = (field: string, value: unknown): readonly (readonly [string, unknown])[] => {
    const path = ['spec', field];
    const isOfParts = !problems.some((one) => startsWith(path, one.path));
    if (field === 'objectives' && isOfParts && Array.isArray(value)) {
      return [[field, value.filter((_, i) => fine([...path, i]))]];
    }
    // None of these has to be there, and each says something by itself.
    if ((field === 'rollout' || field === 'generate') && isOfParts) {
      return [[field, Object.fromEntries(Object.entries(record(value)).filter(([part]) => fine([...path, part])))]];
    }
    return fine(path) ? [[field, value]] : [];
  };
  const fields = Object.fromEntries(Object.entries(record(spec)).flatMap(([field, value]) => of(field, value)));
  const { objectives } = fields;
  const read = parsePolicy({
    apiVersion,
    kind,
    metadata: fine(['metadata']) ? metadata : { name: 'policy' },
    spec: {
      service: someService,
      ...fields,
      ...(!(Array.isArray(objectives) && objectives.length > 0) && { objectives: [someObjective] }),
    },
  });
  return read.ok ? read.policy : null;
}
