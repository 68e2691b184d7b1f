/** Where something stands in a file, and what is said of what could not be carried over from there. */
import type { Finding, YamlDocument } from '../policy/check/yaml.ts';
import { type Path, pathText, valueAt } from '../policy/problems.ts';

/** A value of a document, with its place. Missing is undefined. */
export interface Spot {
  readonly document: YamlDocument;
  readonly path: Path;
  readonly value: unknown;
}

export const within = ({ document, path, value }: Spot, ...steps: Path): Spot => ({
  document,
  path: [...path, ...steps],
  value: valueAt(value, steps) ?? undefined,
});

export const isGiven = ({ value }: Spot): boolean => value !== undefined;

/** Objective: an SLO did not become one. Detail: it did, without this. */
export interface Loss {
  readonly spot: Spot;
  readonly of: 'Objective' | 'Detail';
  /** Follows the path; without a full stop. */
  readonly message: string;
  readonly hint: string;
}

/** What a reader reads, and on the way each loss that it meets. */
export type Reading<T> = Generator<Loss, T>;

export const lost = (spot: Spot, message: string, hint: string): Loss => ({ spot, of: 'Objective', message, hint });
export const without = (spot: Spot, message: string, hint: string): Loss => ({ spot, of: 'Detail', message, hint });

/** A field that ought not to be there is shown at its name, anything else at its value. */
export const findingOf = ({ spot: { document, path }, of, message, hint }: Loss): Finding => ({
  ...document.position(path, of === 'Detail' ? 'key' : 'value'),
  path: pathText(path),
  message,
  hint,
});
