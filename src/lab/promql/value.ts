/** What the parts of a compiled query hand to one another. */

import type { LabelSet } from '../series/labels.ts';
import type { Evaluation } from './evaluation.ts';

export interface Sample {
  /** null once an operation has made something else of the metric. */
  readonly name: string | null;
  readonly labels: LabelSet;
  readonly value: number;
}

/** No two samples have the same name and labels. */
export type Vector = readonly Sample[];

/** One series' samples at [from, to) of both columns, none of them outside of [startMs, endMs]. */
export interface Window {
  readonly name: string | null;
  readonly labels: LabelSet;
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly from: number;
  readonly to: number;
  readonly startMs: number;
  readonly endMs: number;
}

export type At<T> = (store: Evaluation, atMs: number) => T;

export type Compiled =
  | { readonly type: 'scalar'; readonly at: At<number> }
  | { readonly type: 'vector'; readonly at: At<Vector> }
  | { readonly type: 'matrix'; readonly at: At<readonly Window[]> }
  /** Only an argument; a query that is nothing but a string is refused. */
  | { readonly type: 'string'; readonly value: string };

/** The types in Prometheus' own words, for messages. */
export const typeNames = {
  scalar: 'scalar',
  vector: 'instant vector',
  matrix: 'range vector',
  string: 'string',
} as const;
