/**
 * `steadyrun` without a process: the same command line, commands and exit codes, with lists for its streams, in a tenth of the
 * time. What a process adds (signals, pipes, what is left open at the end) is asked by way of `cli.ts`, as are `run`, `lab` and
 * `demo`, which take the process for themselves once they have begun. That both answer alike is held by `in-process.test.ts`.
 */
import { steadyrun as answered } from '../../src/commands/line/steadyrun.ts';
import { alone, type Ended } from './cli.ts';

// A test file has its environment for itself.
Object.assign(process.env, alone);

export async function steadyrun(...args: string[]): Promise<Ended> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await answered(args, {
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
  });
  return { code, signal: null, out: out.join(''), err: err.join('') };
}
