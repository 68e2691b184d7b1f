/** What a command's definition needs to know: where it writes, and who takes its exit code. */
import { Option } from 'commander';
import type { Io } from '../io.ts';

export interface Line {
  readonly io: Io;
  /** Makes an action of what a command does, which answers with its exit code. */
  runs<Args extends unknown[]>(command: (...args: Args) => Promise<number>): (...args: Args) => Promise<void>;
}

export const json = () => new Option('--json', 'machine-readable output');

export const policyFiles = 'YAML or JSON files of policies; - is standard input';
