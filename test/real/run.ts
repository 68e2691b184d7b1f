/** Running the tools that prepare servers, with a line for every half minute that one of them takes. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const heartbeatMs = 30_000;

/** Prints a line of progress, with the seconds since the start. */
export function say(line: string): void {
  console.error(`[${Math.round(performance.now() / 1000)} s] ${line}`);
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Runs a command to its end. Throws, with the end of what it printed, when it fails or is aborted. */
export async function run(what: string, command: readonly string[], options: RunOptions): Promise<void> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: options.signal,
  });
  let printed = '';
  const keep = (data: Buffer) => {
    printed = (printed + data.toString()).slice(-4000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const heartbeat = setInterval(() => say(`${what}, still going`), heartbeatMs);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    if (code !== 0) throw new Error(`${what} failed (${command.join(' ')}):\n${printed}`);
  } finally {
    clearInterval(heartbeat);
  }
}

/** The program's path, looked up in PATH and then in the given folders; null when it is nowhere. */
export function find(program: string, folders: readonly string[] = []): string | null {
  const candidates = [...(process.env.PATH ?? '').split(delimiter), ...folders].map((folder) => join(folder, program));
  return candidates.find(isExecutable) ?? null;
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
