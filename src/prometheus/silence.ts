/** Servers that asked to be left alone, and for how long that is respected. */
import type { Answer } from './exchange.ts';

/** However long a server asks us to stay away, it is asked again after this. */
const longestMs = 60_000;

/** What is asked for by Retry-After, in seconds or as an HTTP date; null: nothing that can be understood. Pure. */
export function retryAfterMs({ headers, receivedAtMs }: Pick<Answer, 'headers' | 'receivedAtMs'>): number | null {
  const text = headers['retry-after']?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const untilMs = httpDateMs(text);
  // Counted on the server's own clock where it shows it: ours may go wrong.
  const lengthMs = untilMs - (httpDateMs(headers.date ?? '') || receivedAtMs);
  return Number.isNaN(lengthMs) ? null : Math.max(0, lengthMs);
}

/** Date.parse makes a date of almost anything ("soon 5" is in May), so the form is looked at first. */
function httpDateMs(text: string): number {
  return /^[A-Z][a-z]{2,8}, .+ GMT$/.test(text) ? Date.parse(text) : Number.NaN;
}

export class Silences {
  /** Until when, on the monotonic clock. */
  readonly #untilMs = new Map<string, number>();

  /** How much longer `server` is to be left alone; 0: not at all. */
  leftMs(server: string): number {
    return Math.max(0, (this.#untilMs.get(server) ?? 0) - performance.now());
  }

  keep(server: string, lengthMs: number): void {
    const nowMs = performance.now();
    for (const [other, untilMs] of this.#untilMs) if (untilMs <= nowMs) this.#untilMs.delete(other);
    if (lengthMs > 0) this.#untilMs.set(server, nowMs + Math.min(lengthMs, longestMs));
  }
}
