/** The PromQL that is asked, as text. Pure. */
import type { Indicator, ServiceRef } from '../policy/policy.ts';
import { anyOf, quoted, requestCount, requestLatencies, serviceScope } from './selectors.ts';

export interface Counting {
  readonly service: ServiceRef;
  readonly indicator: Indicator;
  /** Only this revision; null: every revision of the service. */
  readonly revision: string | null;
  /** A positive whole number of milliseconds. */
  readonly windowMs: number;
  /** Revisions whose series count in full when they are born in the window. */
  readonly young: readonly string[];
}

/** How far back the last value before a window is looked for. */
const baseLookback = '1h';

/**
 * What was counted in the window that ends at the time of evaluation, per revision and class (or bucket).
 *
 * `rate` and `increase` would guess at the edges: they extrapolate, and whether a sample on the edge belongs to the window
 * differs between Prometheus 2, 3 and Google's. Here the value at the end of the window is compared with the last value known
 * at its start. The end of one window is the start of the next, so windows add up to exactly what was counted.
 *
 * Operators match series on all their labels but the name, so each series meets its own past, in one of three ways:
 * 1. it went on: now minus then, where that is not negative;
 * 2. it fell, so its counter began anew: all that it shows now came after;
 * 3. it has no past: it was born in the window and all of it counts, but only for revisions too young to have had an earlier
 *    life. An old series that comes back after a long silence looks the same and would bring its whole life along.
 * `or` takes a later branch only for series that no earlier branch has; the second one therefore sees just what fell.
 *
 * Google stores Cloud Run's metrics as deltas; this relies on its PromQL showing them as running counters.
 */
export function countingQuery(counting: Counting): string {
  const [metric, label] =
    counting.indicator.kind === 'Requests' ? [requestCount, 'response_code_class'] : [requestLatencies, 'le'];
  const only = counting.revision === null ? '' : `,revision_name=${quoted(counting.revision)}`;
  const scope = serviceScope(counting.service) + only;
  const now = `${metric}{${scope}}`;
  const then = `last_over_time(${now}[${baseLookback}] offset ${duration(counting.windowMs)})`;
  const branches = [`((${now} - ${then}) >= 0)`, `(${now} and ${then})`];
  if (counting.young.length > 0)
    branches.push(`${metric}{${scope},revision_name=~${anyOf(counting.young.toSorted())}}`);
  return `sum by (revision_name, ${label}) (${branches.join(' or ')})`;
}

/** The time of the service's newest sample, in seconds; nothing where there is none in the last minutes. */
export function freshnessQuery(service: ServiceRef): string {
  return `max(timestamp(${requestCount}{${serviceScope(service)}}))`;
}

function duration(lengthMs: number): string {
  if (!Number.isInteger(lengthMs) || lengthMs <= 0)
    throw new RangeError(`A window of ${lengthMs} ms cannot be asked for.`);
  return lengthMs % 1000 === 0 ? `${lengthMs / 1000}s` : `${lengthMs}ms`;
}
