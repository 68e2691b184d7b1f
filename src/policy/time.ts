/** Instants are epoch milliseconds in code and RFC 3339 text in status; these two are the only conversions. */
export const iso = (atMs: number): string => new Date(atMs).toISOString();
export const ms = (at: string): number => Date.parse(at);

/** "45 s", "12 min", "1 h 5 min": a length of time as a person says it. */
export function spoken(lengthMs: number): string {
  const seconds = Math.round(lengthMs / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}
