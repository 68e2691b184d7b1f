/** Command line -> command. Each command is loaded only when it is asked for. */
import { Command, CommanderError } from 'commander';
import { manifest } from '../../manifest.ts';
import type { Io, Output } from '../io.ts';
import { refuseUnmeant } from '../usage.ts';
import { addBacktest } from './backtest.ts';
import { addCheck } from './check.ts';
import { addDemo } from './demo.ts';
import { addGenerate } from './generate.ts';
import { addImport } from './import.ts';
import { addLab } from './lab.ts';
import type { Line } from './line.ts';
import { addRehearse } from './rehearse.ts';
import { addRewrite } from './rewrite.ts';
import { addRun } from './run.ts';
import { addStatus } from './status.ts';

/** In the order of the help. */
const commands: readonly ((program: Command, line: Line) => unknown)[] = [
  addRun,
  addLab,
  addDemo,
  addCheck,
  addGenerate,
  addRehearse,
  addRewrite,
  addImport,
  addBacktest,
  addStatus,
];

/** Runs what the words behind `steadyrun` ask for; resolves to the exit code, and has said why it is not 0. */
export async function steadyrun(words: readonly string[], io: Io): Promise<number> {
  let exitCode = 0;
  const program = programTo(io);
  const line: Line = {
    io,
    runs:
      (command) =>
      async (...args) => {
        exitCode = await command(...args);
      },
  };
  for (const add of commands) add(program, line);
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    complain(io.stderr, error instanceof Error ? error.message : String(error));
    return 1;
  }
}

function programTo({ stdout, stderr }: Io): Command {
  const program = new Command('steadyrun')
    .description('Keeps Google Cloud Run services inside their SLOs.')
    .version(manifest.version)
    // What stands behind a command is that command's own: the lab and what is asked of it both have a --json.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: (text) => complain(stderr, `${text.replace(/^error: |\.?\n$/g, '')}; --help tells more`),
    })
    .exitOverride();
  refuseUnmeant(program);
  return program;
}

/** In one line. */
export function complain(stderr: Output, text: string): void {
  stderr.write(`steadyrun: ${text.trim().replace(/\s*\n\s*/g, ' ')}\n`);
}
