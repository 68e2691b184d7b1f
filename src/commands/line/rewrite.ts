/** `steadyrun rewrite`, as it is typed. */
import type { Command } from 'commander';
import { needed } from '../usage.ts';
import { json, type Line } from './line.ts';

export const addRewrite = (program: Command, { runs, io }: Line): Command =>
  program
    .command('rewrite')
    .description('what a pasted query counts: its bad and total events for one revision')
    .addOption(needed('--query <promql>', 'a ratio of bad to total, or a histogram_quantile'))
    .addOption(needed('--revision <name>', 'the revision to count for'))
    .option('--label <name>', 'the label that names the revision', 'revision_name')
    .option('--threshold <duration>', 'for a quantile: slower than this is bad')
    .option('--unit <unit>', 'for a quantile: Seconds or Milliseconds, where the name of the histogram leaves it open')
    .addOption(json())
    .action(runs(async (options) => (await import('../rewrite.ts')).rewrite(options, io)));
