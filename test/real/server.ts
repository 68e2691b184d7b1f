/** Starting a real server on loopback and ending it again, whatever happens to the tests in between. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const readyWithinMs = 60_000;
const leash = fileURLToPath(new URL('leash.ts', import.meta.url));

export interface Server {
  /** Asks it to end and resolves when it has. */
  stop(): Promise<void>;
}

/**
 * Starts `command`, which writes to `logFile`, and resolves when `ready` does so with true.
 * Throws, with the end of the log, when the server ends before that or takes more than a minute.
 */
export async function startServer(
  command: readonly string[],
  logFile: string,
  ready: () => Promise<boolean>,
): Promise<Server> {
  const log = openSync(logFile, 'a');
  // In a process group of its own: Ctrl-C is for the tests, and they end their servers themselves.
  const child = spawn(process.execPath, [leash, ...command], { stdio: ['pipe', log, log], detached: true });
  closeSync(log);
  const stop = () => end(child);
  const deadlineMs = performance.now() + readyWithinMs;
  while (!(await ready().catch(() => false))) {
    if (child.exitCode !== null || performance.now() > deadlineMs) {
      await stop();
      throw new Error(`${command[0]} is not ready:\n${readFileSync(logFile, 'utf8').slice(-4000)}`);
    }
    await sleep(50);
  }
  return { stop };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.stdin?.end();
  await ended;
}

/** Ports of 127.0.0.1 that were free a moment ago, for servers that cannot choose their own. */
export async function freePorts(count: number): Promise<number[]> {
  const holders = await Promise.all(Array.from({ length: count }, listen));
  const ports = holders.map((holder) => (holder.address() as { port: number }).port);
  await Promise.all(holders.map((holder) => new Promise((resolve) => holder.close(resolve))));
  return ports;
}

function listen(): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const holder = createServer().once('error', reject);
    holder.listen(0, '127.0.0.1', () => resolve(holder));
  });
}
