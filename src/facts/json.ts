/** JSON as it comes from outside. */

/** As the API server does: a field set to null is a field left out. What holds none is given back as it is. */
export function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const held: readonly unknown[] = Object.values(value);
  if (Array.isArray(value)) {
    const kept = held.map(withoutNulls);
    return isSame(kept, held) ? value : kept;
  }
  const fields = Object.keys(value).filter((_, i) => held[i] !== null && held[i] !== undefined);
  const kept = held.filter((inner) => inner !== null && inner !== undefined).map(withoutNulls);
  return isSame(kept, held) ? value : Object.fromEntries(fields.map((field, i) => [field, kept[i]]));
}

const isSame = (one: readonly unknown[], other: readonly unknown[]): boolean =>
  one.length === other.length && one.every((inner, i) => Object.is(inner, other[i]));

/** Its fields; none where it is no object. */
export const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** Its elements; none where it is no list. */
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** An object of which nothing is known yet. */
export type Json = Readonly<Record<string, unknown>>;
