/** JSON as it comes from outside. */

/** As the API server does: a field set to null is a field left out. What holds none is given back as it is. */
export function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !holdsNull(value)) return value;
  if (Array.isArray(value)) return value.map(withoutNulls);
  const kept = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
  return Object.fromEntries(kept.map(([field, inner]) => [field, withoutNulls(inner)]));
}

const holdsNull = (value: object): boolean =>
  Object.values(value).some((inner) =>
    typeof inner === 'object' ? inner === null || holdsNull(inner) : inner === undefined,
  );

/** Its fields; none where it is no object. */
export const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** Its elements; none where it is no list. */
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** An object of which nothing is known yet. */
export type Json = Readonly<Record<string, unknown>>;
