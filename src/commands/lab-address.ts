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

/** It is there, and too busy. */
export class LabIsBusy extends Error {}

export interface Reached {
  readonly status: number;
  readonly ok: boolean;
  /** null: no JSON. */
  readonly json: unknown;
}

/** Throws in one sentence where none answers, or not in time: LabIsBusy. */
export async function reached(url: string, request: RequestInit, asking: Asking = {}): Promise<Reached> {
  const { signal, patienceMs = usualPatienceMs } = asking;
  const late = AbortSignal.timeout(patienceMs);
  try {
    const { status, ok, ...response } = await answered(url, request, signal ? AbortSignal.any([signal, late]) : late);
    return { status, ok, json: parsed(response.text) };
  } catch (cause) {
    signal?.throwIfAborted();
    if (late.aborted)
      throw new LabIsBusy(
        `${url} did not answer within ${patienceMs / 1000} s, as a lab does that is too busy: try again`,
        { cause },
      );
    throw new Error(`no lab answers at ${url}; start one with: npx steadyrun lab`, { cause });
  }
}

async function answered(url: string, request: RequestInit, signal: AbortSignal) {
  const response = await fetch(url, { ...request, signal });
  return { status: response.status, ok: response.ok, text: await response.text() };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** An object that has at least these fields. */
async function json<T extends object>(url: string, fields: readonly (keyof T)[], asking: Asking): Promise<T> {
  const { status, ok, json: answer } = await reached(url, {}, asking);
  const isLab = ok && typeof answer === 'object' && answer !== null && fields.every((name) => name in answer);
  if (!isLab) throw new Error(`${url} answered ${status}, but not as a lab does`);
  return answer as T;
}
