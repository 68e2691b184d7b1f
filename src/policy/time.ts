/** Instants are epoch milliseconds in code and RFC 3339 text in status; these two are the only conversions. */
export const iso = (atMs: number): string => remembered(texts, atMs, (value) => new Date(value).toISOString());
export const ms = (at: string): number => remembered(instants, at, Date.parse);

/** A look converts the same few instants many times. */
const most = 64;
const texts = new Map<number, string>();
const instants = new Map<string, number>();

function remembered<K, V>(known: Map<K, V>, key: K, convert: (key: K) => V): V {
  const value = known.get(key);
  if (value !== undefined) return value;
  if (known.size >= most) known.clear();
  const converted = convert(key);
  known.set(key, converted);
  return converted;
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
