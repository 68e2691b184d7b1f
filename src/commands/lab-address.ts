/** Where a lab's doors are, and its clock: asked of the lab itself. Loopback only, since it is plain HTTP. */
export interface LabDoors {
  readonly url: string;
  readonly kubernetes: string;
  readonly cloudRun: string;
  readonly prometheus: string;
}

export interface LabTime {
  /** It was `nowMs` in the lab when the wall's clock said `wallMs`. */
  readonly nowMs: number;
  readonly wallMs: number;
  readonly speed: number;
}

export async function labAt(url: string): Promise<{ doors: LabDoors; time: LabTime }> {
  const origin = loopback(url);
  return { doors: await json<LabDoors>(`${origin}/`), time: await json<LabTime>(`${origin}/lab/v1/clock`) };
}

function loopback(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw new Error(`--lab ${text}: not a URL; write what the lab printed, like http://127.0.0.1:8123`, { cause });
  }
  const local = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url.protocol !== 'http:' || !local)
    throw new Error(`--lab ${text}: a lab is plain HTTP on a loopback address only`);
  return url.origin;
}

async function json<T>(url: string): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(5000) });
  } catch (cause) {
    throw new Error(`no lab answers at ${url}; start one with: steadyrun lab`, { cause });
  }
  if (!response.ok) throw new Error(`${url} answered ${response.status}; is it a lab?`);
  return (await response.json()) as T;
}
