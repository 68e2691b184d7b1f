/** `steadyrun rehearse`, as it is typed. */
import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { ruleNames } from '../../rehearsal/rules/names.ts';
import { needed, refuseIdle } from '../usage.ts';
import { json, type Line } from './line.ts';
import { collected, seed, whole } from './values.ts';

export const addRehearse = (program: Command, { runs, io }: Line): Command =>
  program
    .command('rehearse')
    .description('what a policy would do in scenarios: many seeded runs of the real judgement, before anyone trusts it')
    .addOption(needed('--policy <file>', 'a file with one SLOPolicy'))
    .option('--scenario <file>', 'a scenario; may be given several times', collected)
    .option('--tuning', "instead of scenarios: what each mode of tuning would make of a file's services over days")
    .option('--services <file>', 'with --tuning: the services, a file as the lab takes it')
    .option('--days <n>', 'with --tuning: how long', whole(1, 31), 3)
    .option('--runs <n>', 'runs of each scenario', whole(1, 1_000_000), 200)
    .option('--seed <n>', 'the same seed gives the same runs', seed, 1)
    .addOption(
      new Option('--rule <name>', `ours, or a peer's for comparison: ${ruleNames.join(', ')}`).default(
        'steadyrun',
        'steadyrun',
      ),
    )
    .option('--rule-options <k=v,...>', "the peer's settings")
    .addOption(
      new Option('--jobs <n>', 'threads').argParser(whole(1, 256)).default(availableParallelism(), 'one for each core'),
    )
    .addOption(json())
    .action(
      runs(async (options, command: Command) => {
        if (options.tuning)
          refuseIdle(command, ['scenario', 'runs', 'rule', 'ruleOptions'], 'cannot be used with --tuning');
        else refuseIdle(command, ['services', 'days'], 'cannot be used without --tuning');
        const wanted = options.tuning ? 'services' : 'scenario';
        if (options[wanted] === undefined) command.error(`required option '--${wanted} <file>' not specified`);
        if (options.tuning) return (await import('../rehearse-tuning.ts')).rehearseTuning(options, io);
        return (await import('../rehearse.ts')).runRehearse(options, io);
      }),
    );
