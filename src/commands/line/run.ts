/** `steadyrun run`, as it is typed. */
import { type Command, Option } from 'commander';
import type { Line } from './line.ts';
import { port, whole } from './values.ts';

export const addRun = (program: Command, { runs }: Line): Command =>
  program
    .command('run')
    .description('the operator: watches SLOPolicies and guards their services')
    .option(
      '--lab <url>',
      "take every endpoint and the clock's pace from a lab on this machine (default: $STEADYRUN_LAB, unless a cluster is named with --kubeconfig)",
    )
    .option(
      '--kubeconfig <file>',
      'the cluster to work in (default: the one this runs in, else what kubectl would use)',
    )
    .option('--namespace <name>', 'watch only this namespace; the lease is there, too')
    .option(
      '--metrics-port <port>',
      'where /metrics, /livez and /readyz are (default 8080; ephemeral with --lab)',
      port,
    )
    .option('--workers <n>', 'policies looked at side by side', whole(1, 64), 4)
    .option('--leader-elect', 'act only while holding the lease (default inside a cluster)')
    .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error']).default('info'))
    .action(runs(async (options) => (await import('../run/run.ts')).run(options)));
