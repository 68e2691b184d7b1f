/** What a question to the metrics comes to: they say it, or why they do not. */
export type UnknownReason =
  | 'NoTraffic'
  | 'InsufficientSamples'
  | 'Stale'
  | 'ProviderError'
  | 'RateLimited'
  | 'Ambiguous'
  | 'NotAttributable';

export interface Unknown {
  readonly kind: 'Unknown';
  readonly reason: UnknownReason;
  /** One sentence for people. */
  readonly message: string;
}

export interface Known<T> {
  readonly kind: 'Known';
  readonly value: T;
}

export type Answer<T> = Known<T> | Unknown;

export const known = <T>(value: T): Known<T> => ({ kind: 'Known', value });

export const unknown = (reason: UnknownReason, message: string): Unknown => ({ kind: 'Unknown', reason, message });
