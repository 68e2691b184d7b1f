/** What a question to the metrics or the logs comes to: they say it, or why they do not. */
export type UnknownReason =
  | 'NoTraffic'
  | 'InsufficientSamples'
  | 'Stale'
  | 'ProviderError'
  | 'RateLimited'
  | 'Ambiguous'
  | 'NotAttributable'
  /** There are no such series. */
  | 'NoSeries'
  /** It is there, and the operator may not see it. */
  | 'NotGranted';

export interface Unknown {
  readonly kind: 'Unknown';
  readonly reason: UnknownReason;
  /** One sentence for people. */
  readonly message: string;
  /** What lies before this cannot be told later either: the next window begins here. */
  readonly untilMs?: number;
}

export interface Known<T> {
  readonly kind: 'Known';
  readonly value: T;
}

export type Answer<T> = Known<T> | Unknown;

export const known = <T>(value: T): Known<T> => ({ kind: 'Known', value });

export const unknown = (reason: UnknownReason, message: string, untilMs?: number): Unknown => ({
  kind: 'Unknown',
  reason,
  message,
  ...(untilMs !== undefined && { untilMs }),
});
