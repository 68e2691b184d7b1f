/** `steadyrun lab`, as it is typed; behind it stands what is asked of a lab that runs. */
import { type Command, Option } from 'commander';
import { addSubcommands } from '../lab/subcommands.ts';
import { json, type Line } from './line.ts';
import { number, port, seed } from './values.ts';

export function addLab(program: Command, { runs, io }: Line): void {
  const lab = program
    .command('lab')
    .description('a simulated Cloud Run world on loopback, with the APIs the operator speaks')
    .option('--services <file>', 'the services it holds (YAML)')
    .option(
      '--history <file>',
      'counters that were recorded before (OpenMetrics, a time in every line; - is standard input): its clock begins where they end',
    )
    .option('--seed <n>', 'the same seed gives the same world', seed, 1)
    .option('--speed <x>', 'how much faster than the wall its clock runs', number(0.01, 10_000), 1)
    .addOption(new Option('--port <port>', 'where its control door is').argParser(port).default(0, 'a free one'))
    .option('--platform-delay <duration>', "how late Cloud Run's own metrics are seen", '120s')
    .option('--app-delay <duration>', "how late the app's metrics are seen", '0s')
    .addOption(
      new Option('--etags <manner>', 'whether a write under a stale etag is refused')
        .choices(['Checked', 'Ignored'])
        .default('Checked'),
    )
    .addOption(
      new Option('--latest-ready <manner>', 'whether latestReadyRevision lags behind until the revision has traffic')
        .choices(['Follows', 'Lags'])
        .default('Follows'),
    )
    .addOption(json())
    .action(runs(async (options) => (await import('../lab.ts')).runLab(options, io)));
  addSubcommands(lab, runs);
}
