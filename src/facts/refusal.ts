/** What Cloud Run's refusal of a write teaches, beside that it was refused. */
export type Refusal =
  | { readonly kind: 'Quota'; readonly maxInstances: number }
  /** The autoscaler's targets cannot be set here. */
  | { readonly kind: 'Targets' };
