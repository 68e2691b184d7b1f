/** Where a lab's doors are, and its clock: asked of the lab itself. Loopback only, since it is plain HTTP. */
import { isLoopback } from '../facts/loopback.ts';

export interface LabDoors {
  readonly url: string;
  readonly kubernetes: string;
  readonly cloudRun: string;
  readonly prometheus: string;
  /** An older lab has none. */
  readonly logging?: string;
  /** A file. */
  readonly kubeconfig?: string;
}

export interface LabTime {
  /** It was `nowMs` in the lab when the wall's clock said `wallMs`. */
  readonly nowMs: number;
  readonly wallMs: number;
  readonly speed: number;
}

export interface LabAnswer {
  readonly doors: LabDoors;
  readonly time: LabTime;
}

/** A lab that lives through more than its machine can bear answers late. */
const usualPatienceMs = 15_000;

export interface Asking {
  readonly signal?: AbortSignal | undefined;
  /** Where the address was given. */
  readonly said?: string;
  readonly patienceMs?: number;
}

/** Throws in one sentence where no lab answers, and the signal's reason when it is aborted. */
export async function labAt(url: string, asking: Asking = {}): Promise<LabAnswer> {
  const origin = loopback(url, asking.said ?? '--lab');
  const doors = await json<LabDoors>(`${origin}/`, ['kubernetes', 'cloudRun', 'prometheus'], asking);
  return { doors, time: await json<LabTime>(`${origin}/lab/v1/clock`, ['nowMs', 'wallMs', 'speed'], asking) };
}

function loopback(text: string, said: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw new Error(`${said} ${text}: not a URL; write what the lab printed, like http://127.0.0.1:8123`, { cause });
  }
  if (url.protocol !== 'http:' || !isLoopback(url))
    throw new Error(`${said} ${text}: a lab is plain HTTP on a loopback address only`);
  return url.origin;
}

/** Throws in one sentence where none answers, or not in time. */
export async function reached(url: string, request: RequestInit, asking: Asking = {}): Promise<Response> {
  const { signal, patienceMs = usualPatienceMs } = asking;
  const late = AbortSignal.timeout(patienceMs);
  try {
    return await fetch(url, { ...request, signal: signal ? AbortSignal.any([signal, late]) : late });
  } catch (cause) {
    signal?.throwIfAborted();
    const message = late.aborted
      ? `${url} did not answer within ${patienceMs / 1000} s, as a lab does that is too busy: try again`
      : `no lab answers at ${url}; start one with: npx steadyrun lab`;
    throw new Error(message, { cause });
  }
}

/** An object that has at least these fields. */
async function json<T extends object>(url: string, fields: readonly (keyof T)[], asking: Asking): Promise<T> {
  const response = await reached(url, {}, asking);
  const answer: unknown = await response.json().catch(() => null);
  asking.signal?.throwIfAborted();
  const isLab = response.ok && typeof answer === 'object' && answer !== null && fields.every((name) => name in answer);
  if (!isLab) throw new Error(`${url} answered ${response.status}, but not as a lab does`);
  return answer as T;
}
