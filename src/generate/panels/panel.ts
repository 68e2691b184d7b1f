/** What a dashboard shows, whoever draws it: panels of PromQL, in sections. */

export const sections = ['Budget', 'Burn', 'Revisions', 'Saturation', 'Rollout'] as const;
export type Section = (typeof sections)[number];

export interface Panel {
  readonly section: Section;
  /** Figure: the present value, large. Graph: over time. */
  readonly form: 'Figure' | 'Graph';
  readonly title: string;
  /** What it shows, in one or two sentences. */
  readonly description: string;
  readonly queries: readonly PanelQuery[];
  readonly unit: PanelUnit;
  /** A line that is better not crossed; of a figure, what it should be above. */
  readonly limit: number | null;
}

export interface PanelQuery {
  readonly expr: string;
  /** The name of the one series, or the label by which there are several. */
  readonly legend: { readonly text: string } | { readonly label: string };
}

/** Fraction: 0 to 1, shown in percent. Times: so many times a budget's even pace. */
export type PanelUnit = 'Fraction' | 'Times' | 'PerSecond' | 'Seconds' | 'Milliseconds' | 'Count' | 'Percent';
