/** `steadyrun generate WHAT FILE…`: what is made of policies, to standard output. */
import { alertsOf } from '../generate/alerts.ts';
import { dashboardText } from '../generate/dashboard/dashboard.ts';
import { type Flavor, rulesText } from '../generate/flavors.ts';
import { provisioningText } from '../generate/grafana/provisioning.ts';
import { monitoringText } from '../generate/monitoring/monitoring.ts';
import { runbooksOf } from '../generate/runbook/runbook.ts';
import { keyText, type Policy } from '../policy/policy.ts';
import { type CheckIo, checkedPolicies } from './check.ts';

export const generateRules = (files: readonly string[], { flavor }: { readonly flavor?: Flavor }, io: CheckIo) =>
  generate(files, io, (policies) => rulesText(policies, flavor ?? null));

export const generateGrafana = (files: readonly string[], options: { readonly datasourceUid: string }, io: CheckIo) =>
  generate(files, io, (policies) => provisioningText(policies, options));

export const generateDashboard = (files: readonly string[], io: CheckIo) => generate(files, io, dashboardText);

export const generateRunbook = (files: readonly string[], io: CheckIo) => generate(files, io, runbooksOf);

export const generateMonitoring = (files: readonly string[], io: CheckIo) =>
  generate(files, io, monitoringText, monitoringNotes);

/** 0: it is printed. 1: something is wrong with the policies, of which nothing is printed then. */
async function generate(
  files: readonly string[],
  io: CheckIo,
  textOf: (policies: readonly Policy[]) => string,
  notesOn: (policy: Policy) => readonly string[] = () => [],
): Promise<number> {
  const { policies, problems, skipped } = await checkedPolicies(files, io);
  if (problems !== '') {
    io.stderr.write(problems);
    return 1;
  }
  for (const line of skipped) io.stderr.write(`${line}\n`);
  io.stdout.write(textOf(policies));
  for (const policy of policies) {
    for (const note of notesOn(policy)) io.stderr.write(`${keyText(policy.key)}: ${note}\n`);
  }
  return 0;
}

/** JSON has no comments. */
function monitoringNotes(policy: Policy): string[] {
  const left = alertsOf(policy).leftOut.map(({ name, message }) => `left out: ${name}. ${message}`);
  if (policy.metrics.type === 'GoogleManagedPrometheus') return left;
  const elsewhere = `its metrics are at ${policy.metrics.address}: Cloud Monitoring sees Cloud Run's own, and of the app only what is sent to Google Managed Prometheus, too`;
  return [...left, elsewhere];
}
