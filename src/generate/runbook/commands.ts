/** The commands of a runbook, with everything filled in that the policy knows; the rest is a variable that says how it is found. */
import type { Policy } from '../../policy/policy.ts';
import { filledIn } from './markdown.ts';

export type Commands = ReturnType<typeof commandsOf>;

export function commandsOf(policy: Policy) {
  const { service } = policy;
  const project = `--project ${service.project}`;
  const at = `--region ${service.region} ${project}`;
  const services = (verb: string, flags: string) => `gcloud run services ${verb} ${service.name} ${at} ${flags}`;
  const logs = (filter: string) =>
    `gcloud logging read 'resource.type="cloud_run_revision" AND resource.labels.service_name="${service.name}" ` +
    `AND resource.labels.location="${service.region}" AND ${filter}' ${project} --freshness 1h --limit 50`;
  const revision = (name: string, file: string) =>
    `gcloud run revisions describe "${name}" ${at} --format 'yaml(spec)' > ${file}`;
  const newest = `NEW=$(${services('describe', "--format 'value(status.latestCreatedRevisionName)'")})`;
  return {
    ...ofSteadyrun(policy),
    newest,
    serveNewest: services('update-traffic', '--to-revisions "$NEW=100"'),
    /** The first move of every mitigation; needs `REV`. */
    rollBack: services('update-traffic', '--to-revisions "$REV=100"'),
    traffic: services('describe', "--format 'yaml(status.traffic)'"),
    revisions: `gcloud run revisions list --service ${service.name} ${at} --limit 5`,
    errors: logs('severity>=ERROR'),
    refused: logs('httpRequest.status=429'),
    differences: [newest, revision('$REV', 'good.yaml'), revision('$NEW', 'new.yaml'), 'diff good.yaml new.yaml'],
    secrets: `gcloud secrets versions list ${filledIn('SECRET')} ${project}`,
    quota: `gcloud beta quotas info list --service run.googleapis.com ${project}`,
    limits: services('describe', "--format 'yaml(metadata.annotations, spec.template)'"),
    scaleOut: `gcloud beta run services update ${service.name} ${at} --min ${filledIn('MIN')} --max ${filledIn('MAX')}`,
    concurrency: services('update', `--concurrency ${filledIn('CONCURRENCY')}`),
  };
}

function ofSteadyrun({ key }: Policy) {
  const policy = `slopolicy ${key.name} -n ${key.namespace}`;
  return {
    /** `REV`, the last good revision, as the operator's own status has it. */
    lastGood: `REV=$(kubectl get ${policy} -o jsonpath='{.status.lastGood.revision}')`,
    status: `kubectl get ${policy} -o jsonpath='{.status.phase}: {.status.decision.message}'`,
    pause: `kubectl annotate ${policy} --overwrite steadyrun.dev/paused='by hand, in an incident'`,
    resume: `kubectl annotate ${policy} steadyrun.dev/paused-`,
  };
}
