/** `steadyrun check`, as it is typed. */
import type { Command } from 'commander';
import { json, type Line } from './line.ts';

export const addCheck = (program: Command, { runs, io }: Line): Command =>
  program
    .command('check')
    .description('every problem of policies in files, with line, path and what to write instead')
    .argument('<file...>', 'YAML or JSON files, or folders of them; - is standard input, as of kubectl get -o yaml')
    .addOption(json())
    .action(
      runs(async (files: string[], options: { json: boolean }) =>
        (await import('../check.ts')).check(files, options, io),
      ),
    );
