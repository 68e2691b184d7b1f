/** `steadyrun backtest`, as it is typed. */
import { type Command, Option } from 'commander';
import { needed } from '../usage.ts';
import { json, type Line } from './line.ts';
import { instant, length } from './values.ts';

export const addBacktest = (program: Command, { runs, io }: Line): Command =>
  program
    .command('backtest')
    .description('what it would have decided on recorded metrics, and when; nothing is written anywhere')
    .addOption(needed('--policy <file>', 'one SLOPolicy, YAML or JSON; - is standard input'))
    .addOption(needed('--from <time>', 'where the replay begins: RFC 3339 or epoch seconds').argParser(instant))
    .addOption(needed('--to <time>', 'where it ends').argParser(instant))
    .option('--revision <name>', 'the revision to judge (default: the newest that has its first request in the range)')
    .addOption(
      new Option('--prometheus <url>', "ask this server, without credentials (default: the policy's own)").conflicts(
        'export',
      ),
    )
    .option('--export <file>', 'read a file of answers of /api/v1/query or /api/v1/query_range; - is standard input')
    .option('--delay <duration>', 'how late the metrics were to be seen at the time', length, 0)
    .addOption(json())
    .action(runs(async (options) => (await import('../backtest.ts')).backtest(options, io)));
