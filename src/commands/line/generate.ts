/** `steadyrun generate WHAT`, as it is typed. */
import { type Command, Option } from 'commander';
import { type Line, policyFiles } from './line.ts';

export function addGenerate(program: Command, { runs, io }: Line): void {
  const generate = program
    .command('generate')
    .description('what monitoring takes, made of policies, to standard output');
  const module = () => import('../generate.ts');

  generate
    .command('rules')
    .description('recording rules and alerts for Prometheus')
    .argument('<file...>', policyFiles)
    .addOption(
      new Option(
        '--flavor <flavor>',
        'who takes them (default: what each policy asks for, or what fits its metrics)',
      ).choices(['GlobalRules', 'PrometheusRule', 'File']),
    )
    .action(runs(async (files: string[], options) => (await module()).generateRules(files, options, io)));

  generate
    .command('grafana')
    .description('alerts of Grafana, as it reads them from provisioning/alerting')
    .argument('<file...>', policyFiles)
    .option('--datasource-uid <uid>', 'of the Prometheus data source in Grafana', 'prometheus')
    .action(runs(async (files: string[], options) => (await module()).generateGrafana(files, options, io)));

  generate
    .command('monitoring')
    .description('alert policies of Cloud Monitoring and a dashboard, as one list of JSON')
    .argument('<file...>', policyFiles)
    .action(runs(async (files: string[]) => (await module()).generateMonitoring(files, io)));

  generate
    .command('dashboard')
    .description('a dashboard of Grafana: budgets, burn rates, canary beside stable, saturation, decisions')
    .argument('<file...>', policyFiles)
    .action(runs(async (files: string[]) => (await module()).generateDashboard(files, io)));

  generate
    .command('runbook')
    .description('what to do when an alert fires, in Markdown, with the commands filled in')
    .argument('<file...>', policyFiles)
    .action(runs(async (files: string[]) => (await module()).generateRunbook(files, io)));
}
