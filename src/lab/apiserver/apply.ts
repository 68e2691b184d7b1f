/** Server-side apply, and who owns what after any write. */
import { Failure } from './failure.ts';
import { child, type JsonObject } from './object.ts';
import {
  changed,
  type Fields,
  fieldsOf,
  type Owner,
  ownersOf,
  paths,
  removeFields,
  subtract,
  union,
} from './ownership.ts';
import { mergePatch } from './patch.ts';

export interface Applied {
  readonly object: JsonObject;
  readonly owners: readonly Owner[];
}

export interface Applier {
  readonly manager: string;
  readonly subresource: string;
  readonly force: boolean;
  readonly time: string;
}

/**
 * Server-side apply: what the manager sends it owns from then on, what it owned and no longer sends disappears unless
 * another manager owns it too, and what another manager set differently is a conflict unless forced.
 */
export function apply(live: JsonObject, config: JsonObject, applier: Applier): Applied {
  const isSame = (owner: Owner): boolean =>
    owner.manager === applier.manager && owner.operation === 'Apply' && owner.subresource === applier.subresource;
  const owners = ownersOf(live);
  const before = owners.find(isSame)?.fields ?? {};
  const others = owners.filter((owner) => !isSame(owner));
  const wanted = fieldsOf(config);

  const taken = changed(wanted, live, config);
  if (!applier.force) refuseConflicts(others, taken);
  const othersLeft = others.map((owner) => ({ ...owner, fields: subtract(owner.fields, taken) }));

  const dropped = othersLeft.reduce((fields, owner) => subtract(fields, owner.fields), subtract(before, wanted));
  const merged = mergePatch(removeFields(live, dropped), config) as JsonObject;
  const { manager, subresource, time } = applier;
  return {
    object: merged,
    owners: [...othersLeft, { manager, operation: 'Apply', subresource, time, fields: wanted }],
  };
}

function refuseConflicts(others: readonly Owner[], taken: Fields): void {
  const causes = others.flatMap((owner) => {
    const contested = subtract(owner.fields, subtract(owner.fields, taken));
    return paths(contested).map((field) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with "${owner.manager}"`,
      field,
    }));
  });
  if (causes.length === 0) return;
  throw new Failure(409, 'Conflict', conflictText(causes), { causes });
}

/** One in a line, several in a list for each manager. */
function conflictText(causes: readonly { readonly message: string; readonly field: string }[]): string {
  const [first] = causes;
  if (causes.length === 1) return `Apply failed with 1 conflict: ${first!.message}: ${first!.field}`;
  const hands = [...new Set(causes.map(({ message }) => message))].toSorted();
  const lines = hands.flatMap((hand) => [
    `${hand.replace('conflict', 'conflicts')}:`,
    ...causes.filter(({ message }) => message === hand).map(({ field }) => `- ${field}`),
  ]);
  return `Apply failed with ${causes.length} conflicts: ${lines.join('\n')}`;
}

/** Owners after a create, replace or patch: who changes a field owns it, alone. */
export function ownersAfterUpdate(
  live: JsonObject,
  next: JsonObject,
  updater: Omit<Applier, 'force'>,
): readonly Owner[] {
  const owners = ownersOf(live);
  const set = changed(fieldsOf(next), live, next);
  const gone = subtract(fieldsOf(live), fieldsOf(next));
  const { manager, subresource, time } = updater;
  const isSame = (owner: Owner): boolean =>
    owner.manager === manager && owner.operation === 'Update' && owner.subresource === subresource;
  const mine = owners.find(isSame);
  const others = owners
    .filter((owner) => !isSame(owner))
    .map((owner) => ({ ...owner, fields: subtract(subtract(owner.fields, set), gone) }));
  const fields = union(subtract(mine?.fields ?? {}, gone), set);
  const untouched = Object.keys(set).length === 0;
  return [
    ...others,
    { manager, operation: 'Update', subresource, time: untouched ? (mine?.time ?? time) : time, fields },
  ];
}

/** The part of an object that a request may write: all but status, or nothing but status. */
export function writable(body: JsonObject, hasStatus: boolean, subresource: string): JsonObject {
  const { status, ...rest } = body;
  if (subresource === 'status') return status === undefined ? {} : { status };
  return hasStatus || status === undefined ? rest : { ...rest, status };
}

/** `next` with what the request may not write taken from `live`. */
export function keepUnwritable(
  live: JsonObject,
  next: JsonObject,
  hasStatus: boolean,
  subresource: string,
): JsonObject {
  if (subresource === 'status') {
    const { status: _old, ...rest } = live;
    return next.status === undefined ? rest : { ...rest, status: next.status };
  }
  if (!hasStatus) return next;
  const { status: _ignored, ...rest } = next;
  return live.status === undefined ? rest : { ...rest, status: child(live, 'status') };
}
