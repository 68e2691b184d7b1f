/** `steadyrun demo`, as it is typed. */
import type { Command } from 'commander';
import { json, type Line } from './line.ts';
import { number, seed } from './values.ts';

export const addDemo = (program: Command, { runs }: Line): Command =>
  program
    .command('demo')
    .description('the operator in a lab: five acts, live')
    .option('--seed <n>', 'the same seed gives the same world', seed, 1)
    .option(
      '--speed <x>',
      "how much faster than the wall the lab's clock runs (default: 75, less on a busy machine)",
      number(1, 600),
    )
    .addOption(json())
    .action(runs(async (options) => (await import('../demo.ts')).demo(options)));
