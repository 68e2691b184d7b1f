/** The door of a lab that runs: which lab is meant, and what it answers. */
import { addressesHere } from '../../lab/here.ts';
import { type Asking, type LabAnswer, type LabDoors, LabIsBusy, labAt, reached } from '../lab-address.ts';

export interface LabChoice {
  /** Its address. */
  readonly lab?: string;
  /** How long each that may be one is waited for. */
  readonly patienceMs?: number;
}

/** What a lab says of itself. */
export interface RunningLab extends LabDoors {
  readonly kubeconfig: string;
  readonly services: readonly { readonly project: string; readonly region: string; readonly name: string }[];
}

/** The one that is named, by the flag or by the environment; else the one that runs here. Throws in one sentence where none is. */
export async function labOf({ lab, patienceMs }: LabChoice): Promise<RunningLab> {
  const waiting = patienceMs === undefined ? {} : { patienceMs };
  if (lab !== undefined) return (await labAt(lab, waiting)).doors as RunningLab;
  const { STEADYRUN_LAB: set = '' } = process.env;
  if (set !== '') return (await labOfShell(set, waiting)).doors as RunningLab;
  const addresses = await addressesHere();
  const labs = await running(addresses, waiting);
  const [only] = labs;
  if (only !== undefined && labs.length === 1) return only;
  throw new Error(
    labs.length > 1 ? `${labs.length} labs run here: ${labs.map(shown).join(', ')}; ${sayWhich}` : none(addresses),
  );
}

/** A shell remembers a lab that is no more. */
export async function labOfShell(set: string, waiting: Omit<Asking, 'said'> = {}): Promise<LabAnswer> {
  try {
    return await labAt(set, { ...waiting, said: 'STEADYRUN_LAB' });
  } catch (error) {
    waiting.signal?.throwIfAborted();
    if (error instanceof LabIsBusy) throw error;
    const others = await addressesHere()
      .then((addresses) => running(addresses, waiting))
      .catch(() => []);
    const instead = others
      .map(({ url }) => `; one runs at ${url}: eval "$(npx steadyrun lab env --lab ${url})"`)
      .join('');
    throw new Error(`${(error as Error).message}; STEADYRUN_LAB says so${instead || ': unset it'}`, { cause: error });
  }
}

const sayWhich = 'say which with --lab URL, or with STEADYRUN_LAB in the environment';

const none = (tried: readonly string[]): string =>
  `no lab runs on this machine${tried.length > 0 ? `: nobody answers at ${tried.join(', ')}` : ''}; start one with: ` +
  'npx steadyrun lab --speed 30';

const shown = ({ url, services }: RunningLab): string => `${url} (${services.map(({ name }) => name).join(', ')})`;

const running = async (addresses: readonly string[], waiting: Asking): Promise<RunningLab[]> =>
  (await Promise.all(addresses.map((url) => runningAt(url, waiting)))).filter((one) => one !== null);

/** Nobody waits long for what may be none. */
const briefly = { patienceMs: 5000 };

/** What has its address now need not be the lab that had it. */
async function runningAt(url: string, waiting: Asking): Promise<RunningLab | null> {
  const answer = await labAt(url, { ...briefly, ...waiting }).catch((error: unknown) => {
    if (error instanceof LabIsBusy) throw error;
    return null;
  });
  return answer !== null && answer.doors.url === url ? (answer.doors as RunningLab) : null;
}

/** Throws with the lab's own words for what it refuses. */
export async function asked<T>(lab: Pick<RunningLab, 'url'>, path: string, body?: object): Promise<T> {
  const url = lab.url + path;
  const payload = body && { method: 'POST', body: JSON.stringify(body) };
  const { ok, status, json } = await reached(url, payload ?? {});
  const answer = (json ?? {}) as { readonly error?: { readonly message?: string } };
  if (ok) return answer as T;
  throw new Error(answer.error?.message ?? `${url} answered ${status}`);
}
