/** The operator as anyone starts it, in a process of its own, and what it weighs: from /proc (Linux only) and its own /metrics. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Start, startOf } from './image.ts';

/** One moment of the whole process. */
export interface Weight {
  readonly residentMib: number;
  /** Of it what is in no file: the heap, and what libraries took. */
  readonly anonymousMib: number;
  /** The most it ever was. */
  readonly residentAtMostMib: number;
  /** Of the processors, since it was started. */
  readonly cpuS: number;
}

/** What it says of itself on /metrics. */
export interface Told {
  readonly heapMib: number;
  readonly heapUsedMib: number;
  readonly externalMib: number;
  /** To Google's APIs, since it was started. */
  readonly requests: number;
  readonly reconciles: number;
}

const mebibyte = 2 ** 20;
const ticksPerSecond = 100;
const signals = ['SIGINT', 'SIGTERM'] as const;

export class OperatorProcess {
  /** How long it took to the first look that came to something, in milliseconds. */
  readonly firstReconcile: Promise<number>;
  /** Lines of its log that warn or worse. */
  readonly complaints: string[] = [];
  readonly #process: ChildProcess;
  readonly #port: Promise<number>;

  /** `file` is what Node is given: the source or a bundle. */
  constructor(file: string, lab: string, { flags, env }: Start = startOf(file)) {
    const begunMs = performance.now();
    this.#process = spawn(process.execPath, [...flags, file, 'run', '--lab', lab], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...env },
    });
    const kill = () => this.#process.kill('SIGKILL');
    process.once('exit', kill);
    // Whoever is ended by a signal says no goodbye by itself.
    const signalled = () => process.exit(130);
    for (const signal of signals) process.once(signal, signalled);
    const port = Promise.withResolvers<number>();
    const first = Promise.withResolvers<number>();
    this.#process.once('exit', (code) => {
      process.off('exit', kill);
      for (const signal of signals) process.off(signal, signalled);
      for (const { reject } of [port, first]) reject(new Error(`the operator has ended with exit code ${code}`));
    });
    this.#port = port.promise;
    this.firstReconcile = first.promise;
    for (const promise of [this.#port, this.firstReconcile]) promise.catch(() => undefined);
    createInterface(this.#process.stderr!).on('line', (text) => {
      const line = read(text);
      if (typeof line.metricsPort === 'number') port.resolve(line.metricsPort);
      if (line.action !== undefined) first.resolve(performance.now() - begunMs);
      if (isComplaint(line)) this.complaints.push(text);
    });
  }

  get pid(): number {
    return this.#process.pid!;
  }

  weight(): Weight {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    const mib = (field: string) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
    // Behind the program's name, which may hold anything but a closing bracket at its end.
    const stat = readFileSync(`/proc/${this.pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const cpuS = (Number(stat[11]) + Number(stat[12])) / ticksPerSecond;
    return { residentMib: mib('VmRSS'), anonymousMib: mib('RssAnon'), residentAtMostMib: mib('VmHWM'), cpuS };
  }

  async told(): Promise<Told> {
    const answer = await fetch(`http://127.0.0.1:${await this.#port}/metrics`);
    const lines = (await answer.text()).split('\n');
    const sum = (metric: string) =>
      lines
        .filter((line) => line.startsWith(`${metric} `) || line.startsWith(`${metric}{`))
        .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0);
    return {
      heapMib: sum('nodejs_heap_size_total_bytes') / mebibyte,
      heapUsedMib: sum('nodejs_heap_size_used_bytes') / mebibyte,
      externalMib: sum('nodejs_external_memory_bytes') / mebibyte,
      requests: sum('steadyrun_google_requests_total'),
      reconciles: sum('controller_runtime_reconcile_total'),
    };
  }

  /** Resolves to how long it took to end, in milliseconds. */
  async end(): Promise<number> {
    const begunMs = performance.now();
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
    return performance.now() - begunMs;
  }
}

function read(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    return { severity: 'WARNING' };
  }
}

const isComplaint = ({ severity }: Record<string, unknown>): boolean =>
  ['WARNING', 'ERROR', 'CRITICAL'].includes(String(severity));
