/** An SLO of any of the sources, as it would stand in a policy, with the place that each part came from. */
import type { Spot } from './place.ts';

/** A field, and where it was written. */
export interface From<T> {
  readonly value: T;
  readonly spot: Spot;
}

export type Indicator =
  | { readonly ratio: Ratio }
  | { readonly latency: { readonly threshold: string; readonly query: string; readonly unit?: string } };

type Ratio =
  | { readonly query: string }
  | { readonly bad: string; readonly total: string }
  | { readonly good: string; readonly total: string };

/** `counted` says of which events the first counter is. */
export const ratioOf = (counted: 'bad' | 'good', counter: string, total: string): Indicator => ({
  ratio: counted === 'bad' ? { bad: counter, total } : { good: counter, total },
});

export type Window = string | { readonly calendar: 'Month' | 'Quarter'; readonly timeZone?: string };

export type Metrics =
  | { readonly type: 'Prometheus'; readonly address: string }
  | { readonly type: 'GoogleManagedPrometheus'; readonly project: string };

export interface Draft {
  /** The whole SLO. */
  readonly spot: Spot;
  readonly name: string;
  /** What people wrote of it. */
  readonly remarks: readonly string[];
  readonly targetPercent: From<number>;
  readonly indicator: Indicator;
  /** Where the queries are written, by their names in the indicator. */
  readonly queries: Readonly<Record<string, Spot>>;
  readonly timeSlice: From<string> | null;
  /** What the source says of the service as a whole; null: nothing. */
  readonly service: From<string> | null;
  readonly window: From<Window> | null;
  readonly metrics: From<Metrics> | null;
  readonly namespace: From<string> | null;
  readonly labels: Texts;
  readonly annotations: Texts;
}

export type Texts = Readonly<Record<string, From<string>>>;
