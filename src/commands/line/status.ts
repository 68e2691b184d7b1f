/** `steadyrun status` and `steadyrun why`, as they are typed. */
import type { Command } from 'commander';
import { refuseIdle } from '../usage.ts';
import { json, type Line } from './line.ts';
import { named } from './values.ts';

export function addStatus(program: Command, { runs, io }: Line): void {
  ofCluster(program.command('status').description('what is happening, a policy a line; with a name, in full'))
    .argument('[name]', 'one policy', named)
    .option('-A, --all-namespaces', 'policies of every namespace')
    .option('-w, --watch', 'go on until interrupted')
    .action(
      runs(async (name: string | undefined, options, command: Command) => {
        if (name !== undefined)
          refuseIdle(command, ['allNamespaces'], 'cannot be used with a name: say its namespace with --namespace');
        if (options.allNamespaces) refuseIdle(command, ['namespace'], 'cannot be used with --all-namespaces');
        return (await import('../status.ts')).status(name, options, io);
      }),
    );

  ofCluster(program.command('why').description('the last decision: the evidence, what was done, what comes next'))
    .argument('<name>', 'the policy', named)
    .action(runs(async (name: string, options) => (await import('../status.ts')).why(name, options, io)));
}

const ofCluster = (command: Command): Command =>
  command
    .option('--kubeconfig <file>', "the cluster to ask (default: the lab's, else what kubectl would use)")
    .option(
      '--lab <url>',
      "go by the clock of a lab on this machine, and ask its cluster where no other is named (default: $STEADYRUN_LAB, where KUBECONFIG is that lab's)",
    )
    .option('-n, --namespace <name>', "the policy's namespace (default: the context's)")
    .addOption(json());
