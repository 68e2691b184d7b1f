import { QueryRefused } from '../../src/promql/counters/refusal.ts';

/** What `read` is refused with. */
export function refusalOf(read: () => unknown): QueryRefused {
  try {
    read();
  } catch (error) {
    if (error instanceof QueryRefused) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
