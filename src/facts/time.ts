/** Instants are epoch milliseconds in code and RFC 3339 text in status; these two are the only conversions. */
export function iso(atMs: number): string {
  const known = texts.get(atMs);
  if (known !== undefined) return known;
  const text = new Date(atMs).toISOString();
  remember(texts, atMs, text);
  // It will be read again.
  remember(instants, text, Math.trunc(atMs));
  return text;
}

export function ms(at: string): number {
  const known = instants.get(at);
  if (known !== undefined) return known;
  const atMs = Date.parse(at);
  remember(instants, at, atMs);
  return atMs;
}

/** A look converts the same few instants many times. */
const most = 256;
const texts = new Map<number, string>();
const instants = new Map<string, number>();

function remember<K, V>(known: Map<K, V>, key: K, value: V): void {
  if (known.size >= most) known.clear();
  known.set(key, value);
}

/** "45 s", "12 min", "1 h 5 min": a length of time as a person says it. */
export function spoken(lengthMs: number): string {
  const seconds = Math.round(lengthMs / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** What a count since 1970 is in, that is too large to be seconds of our days, and by what to divide it. */
export interface Finer {
  readonly unit: 'milliseconds' | 'microseconds' | 'nanoseconds';
  readonly divisor: 1_000 | 1_000_000 | 1_000_000_000;
}

/** null: it may be seconds. Each bound is in the year 5138 by the coarser unit, and in 1973 by the finer. */
export function finerThanSeconds(count: number): Finer | null {
  if (!(count >= 1e11)) return null;
  if (count < 1e14) return { unit: 'milliseconds', divisor: 1_000 };
  if (count < 1e17) return { unit: 'microseconds', divisor: 1_000_000 };
  return { unit: 'nanoseconds', divisor: 1_000_000_000 };
}
