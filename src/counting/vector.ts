/** What PromQL answers at one instant. */
export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  /** May be NaN or infinite, as PromQL's numbers may. */
  readonly value: number;
}

export type Vector = readonly Sample[];
