/**
 * How the requests in one instance share its CPU, second by second and by root instead of by table: the same model as that of
 * days (scenario/sharing.ts), where each takes as long as it would alone while there is CPU to spare, and as long as the CPU
 * time of all of them once there is none.
 */
import { bent } from '../../scenario/sharing.ts';

export interface Sharing {
  /** How long a request takes that is alone. */
  readonly aloneSeconds: number;
  /** CPU time of a request with all CPUs of the instance. */
  readonly cpuSeconds: number;
}

export const responseSeconds = ({ aloneSeconds, cpuSeconds }: Sharing, inFlight: number): number =>
  bent(aloneSeconds, inFlight * cpuSeconds);

/** Requests a second, with so many in flight all the time. */
export const finishedPerSecond = (sharing: Sharing, inFlight: number): number =>
  inFlight === 0 ? 0 : inFlight / responseSeconds(sharing, inFlight);

/** The part of what is in flight that still is a second later, where there is CPU to spare and nothing comes. */
export const unfinished = ({ aloneSeconds }: Sharing): number => aloneSeconds / (1 + aloneSeconds);

/** Below this much of the CPU the requests do not feel each other by a thousandth. */
const alone = 0.25;
const closeEnough = 1e-3;

/** How many are in flight after a second in which `present` were there or came: the rest has been finished. */
export function inFlightAfter(sharing: Sharing, present: number): number {
  const { aloneSeconds, cpuSeconds } = sharing;
  let inFlight = present * unfinished(sharing);
  if (inFlight * cpuSeconds < alone * aloneSeconds) return inFlight;
  // Newton's method; what is finished is concave in what is in flight, so it comes from below and never passes the root.
  for (let i = 0; i < 20; i++) {
    const response = responseSeconds(sharing, inFlight);
    const part = (aloneSeconds * aloneSeconds) / (response * response);
    const slope = 1 + (part * part) / response;
    const step = (present - inFlight - inFlight / response) / slope;
    inFlight += step;
    if (step < closeEnough) break;
  }
  return inFlight;
}
