/** `steadyrun` as a process, as people start it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** Without the cluster and the credentials of whoever runs the tests. */
export const alone = { KUBECONFIG: '/nonexistent', HOME: '/nonexistent', NO_COLOR: '1' } as const;
const environment = { ...process.env, ...alone };

export function start(
  args: readonly string[],
  command: readonly string[] = [process.execPath, MAIN],
  more: Readonly<Record<string, string>> = {},
): Running {
  const [file, ...before] = command;
  const env = { ...environment, ...more };
  return new Running(spawn(file!, [...before, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env }));
}

export const steadyrun = (...args: string[]): Promise<Ended> => start(args).ended;

export class Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  out = '';
  err = '';
  #look: () => void = () => undefined;

  constructor(child: ChildProcess) {
    this.process = child;
    child.stdout!.on('data', (chunk) => {
      this.out += chunk;
      this.#look();
    });
    child.stderr!.on('data', (chunk) => {
      this.err += chunk;
      this.#look();
    });
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        resolve({ code, signal, out: this.out, err: this.err });
        this.#look();
      });
    });
  }

  /** Resolves once this has been printed; rejects when the process ends without it. */
  printed(what: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#look = () => {
        if (what.test(this.out) || what.test(this.err)) resolve();
        else if (this.process.exitCode !== null) reject(new Error(`ended without ${what}: ${this.out}${this.err}`));
      };
      this.#look();
    });
  }
}

/** What is said to people in trouble: one line on standard error, nothing else, no stack. */
export const complaint = (code: number, line: string): Ended => ({ code, signal: null, out: '', err: `${line}\n` });
