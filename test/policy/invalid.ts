/** Policies that must be refused, each a small change to one that is fine, with exactly what is said about it and where. */
import { parse } from 'yaml';

export const fine = `apiVersion: steadyrun.dev/v1alpha1
kind: SLOPolicy
metadata:
  name: api
spec:
  service:
    project: acme
    region: europe-west1
    name: api
  mode: Enforce
  metrics:
    type: GoogleManagedPrometheus
  objectives:
    - name: availability
      targetPercent: 99.9
    - name: latency
      indicator:
        latency: {percentile: 95, threshold: 300ms}
  rollout:
    profile: Balanced
    stepsPercent: [5, 20, 50]
    maxBake: 45m
    guardWindow: 24h
    warmup: 60s
`;

export interface Invalid {
  readonly what: string;
  /** The mistake: what stands in the fine policy, and what is written for it. */
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly line: number;
  readonly path: string;
  readonly message: string;
  readonly hint: string;
  /** An API server drops unknown fields in silence and knows neither PromQL nor time zones: only `check`, and the operator, see these. */
  readonly onlyOffline: boolean;
  /** The message begins with a place in a query, or says that there is no such time zone: an API server knows neither. */
  readonly unknownToServer: boolean;
}

type Row = readonly [
  what: string,
  from: string,
  to: string,
  line: number,
  path: string,
  message: string,
  hint: string,
  onlyOffline?: 'onlyOffline',
];

const label =
  'must be a DNS label: lower-case letters, digits and hyphens, beginning and ending with a letter or digit';
const serviceName =
  'must be the name of a Cloud Run service: lower-case letters, digits and hyphens, beginning with a letter';
const projectId = 'must be a Google Cloud project ID: lower-case letters, digits and hyphens, beginning with a letter';
const length = 'must be a length of time such as 45m, 300ms or 1h30m';
const url = 'must be an http or https URL without user, query or fragment';
const range = 'must be greater than 1 and less than 100';
const percentileOrQuery =
  "must hold exactly one of percentile, for Cloud Run's own latencies, and query, which says its own";
const percentileHint = 'add percentile: 95, or remove it beside a query';
const queryOrCounters = 'must hold either query, or total with one of bad and good';
const countersHint =
  'write query: sum(rate(bad[5m])) / sum(rate(total[5m])), or bad and total, or good and total, each with its counter';
const noTarget =
  'targetPercent is required; only an objective of latency or saturation may leave it out: it has a default of its own';
const one = 'must hold exactly one of requests, latency, ratio, saturation and shared';
const oneHint =
  'write requests: {} or latency: {percentile: 95, threshold: 300ms}; a second one is an objective of its own';
const prometheus = 'type: Prometheus\n    address: ';
const metadataKey =
  'must be a name: at most 63 letters, digits, hyphens, underscores and dots, and before it, with a slash, a domain at most';
const metadataKeyHint = 'write a short name, such as team or example.com/team';
const labelValue =
  'must be at most 63 letters, digits, hyphens, underscores and dots, beginning and ending with a letter or digit';
const tierless =
  "targetPercentByTier must have a target for the policy's tier where there is no targetPercent for all others";
const byTier = 'targetPercentByTier: {api: 99.9, beta: 99.5}';
const days = 'must be whole days from 7d to 90d, or a mapping of calendar and timeZone';
const daysHint = 'write 30d, or {calendar: Month, timeZone: Europe/Berlin}';
const zone = 'must be the name of an IANA time zone such as Europe/Berlin';
const evenly =
  'must fill an hour evenly, so that the window is made of whole slices: 1m, 2m, 3m, 4m, 5m, 6m, 10m, 12m, 15m, 20m, 30m, 1h';
const pasted =
  'latency: {threshold: 300ms, query: "histogram_quantile(0.95, sum by (le) (rate(x_seconds_bucket[5m])))", ';
const rulesOf = (...rules: readonly string[]): string =>
  `warmup: 60s\n  errorBudgetPolicy:\n${rules.map((rule) => `    - {${rule}}`).join('\n')}`;
const google = 'type: GoogleManagedPrometheus';
const bearer = 'authorization: {credentials: {name: prom, key: token}}';
const basic = 'basicAuth: {username: {name: prom, key: user}, password: {name: prom, key: pass}}';
const secretName = 'must be the name of a Secret: lower-case letters, digits, hyphens and dots';
const secretKey = 'must be a key of the Secret: letters, digits, hyphens, underscores and dots';
const googleAuth = 'authorization and basicAuth are only for type Prometheus';
const googleAuthHint = "remove it: Google is asked with the operator's own identity";

// biome-ignore format: a table
const rows: readonly Row[] = [
  ['no apiVersion', 'apiVersion: steadyrun.dev/v1alpha1\n', '', 1, 'apiVersion', 'is required', 'add apiVersion: steadyrun.dev/v1alpha1'],
  ['an unknown version', 'v1alpha1', 'v1', 1, 'apiVersion', 'must be steadyrun.dev/v1alpha1, not "steadyrun.dev/v1"', 'for example apiVersion: steadyrun.dev/v1alpha1'],
  ['a kind in the wrong case', 'kind: SLOPolicy', 'kind: SloPolicy', 2, 'kind', 'must be SLOPolicy, not "SloPolicy"', 'for example kind: SLOPolicy'],
  ['another kind', 'kind: SLOPolicy', 'kind: Deployment', 2, 'kind', 'must be SLOPolicy, not "Deployment"', 'give a file that holds a policy'],
  ['a job', 'kind: SLOPolicy', 'kind: Job', 2, 'kind', 'Cloud Run jobs are refused: they serve no requests that could be judged', 'only Cloud Run services can be guarded: write service: {project, region, name}'],
  ['a worker pool', 'kind: SLOPolicy', 'kind: WorkerPool', 2, 'kind', 'Cloud Run worker pools are refused: they serve no requests that could be judged', 'only Cloud Run services can be guarded: write service: {project, region, name}'],
  ['a name with an underscore', 'name: api\nspec', 'name: api_v2\nspec', 4, 'metadata.name', 'must be a DNS name: lower-case letters, digits, hyphens and dots, not "api_v2"', 'write api-v2'],
  ['no name', '  name: api\nspec', '  namespace: prod\nspec', 3, 'metadata.name', 'is required', 'add name: api'],
  ['an annotation that is no text', 'name: api\nspec', 'name: api\n  annotations: {steadyrun.dev/paused: true}\nspec', 5, 'metadata.annotations[steadyrun.dev/paused]', 'must be text, not true', 'put it in quotes: steadyrun.dev/paused: "true"'],
  ['a label that is a number', 'name: api\nspec', 'name: api\n  labels: {team: 5}\nspec', 5, 'metadata.labels.team', 'must be text, not the number 5', 'put it in quotes: team: "5"'],
  ['a label that YAML reads as another number', 'name: api\nspec', 'name: api\n  labels: {release: 1.10}\nspec', 5, 'metadata.labels.release', 'must be text, not the number 1.1', 'put it in quotes: release: "1.10"'],
  ['a label that is no name', 'name: api\nspec', 'name: api\n  labels: {"the team": sre}\nspec', 5, 'metadata.labels[the team]', metadataKey, metadataKeyHint],
  ['a label of a sentence', 'name: api\nspec', 'name: api\n  labels: {team: "the SRE team"}\nspec', 5, 'metadata.labels.team', labelValue, 'write it under annotations: they may hold any text'],
  ['an annotation that is no name', 'name: api\nspec', 'name: api\n  annotations: {"a/b/c": x}\nspec', 5, 'metadata.annotations[a/b/c]', metadataKey, metadataKeyHint],
  ['an annotation that is a list', 'name: api\nspec', 'name: api\n  annotations: {owners: [a, b]}\nspec', 5, 'metadata.annotations.owners', 'must be text, not a list', 'write text: owners: "…"'],
  ['an unknown field of metadata', 'name: api\nspec', 'name: api\n  lables: {a: b}\nspec', 5, 'metadata.lables', 'there is no such field', 'did you mean labels?', 'onlyOffline'],
  ['an unknown field at the top', 'kind: SLOPolicy', 'kind: SLOPolicy\nsepc: {}', 3, 'sepc', 'there is no such field', 'did you mean spec?', 'onlyOffline'],
  ['no project', '    project: acme\n', '', 6, 'spec.service.project', 'is required', 'add project: acme'],
  ['a project number', 'project: acme', 'project: 123456789', 7, 'spec.service.project', 'must be text, not the number 123456789', "write the project's ID, not its number"],
  ['a project in capitals', 'project: acme', 'project: ACME', 7, 'spec.service.project', `${projectId}, not "ACME"`, 'write acme'],
  ['a project that is too short', 'project: acme', 'project: abc', 7, 'spec.service.project', 'must be 4 to 63 characters long, not 3', 'for example project: acme'],
  ['a zone for a region', 'region: europe-west1', 'region: europe-west1-b', 8, 'spec.service.region', 'must be a Google Cloud region such as europe-west1, not "europe-west1-b"', 'write europe-west1'],
  ['a region that is none', 'region: europe-west1', 'region: EU', 8, 'spec.service.region', 'must be a Google Cloud region such as europe-west1, not "EU"', 'for example region: europe-west1'],
  ['a region that YAML reads as a boolean', 'region: europe-west1', 'region: no', 8, 'spec.service.region', 'must be text, not false', 'for example region: europe-west1'],
  ['a service by its whole path', 'name: api\n  mode', 'name: projects/acme/locations/europe-west1/services/api\n  mode', 9, 'spec.service.name', `${serviceName}, not "projects/acme/locations/europe-west1/services/api"`, 'write api'],
  ['a service in capitals', 'name: api\n  mode', 'name: Api\n  mode', 9, 'spec.service.name', `${serviceName}, not "Api"`, 'write api'],
  ['a service with a name that is too long', 'name: api\n  mode', `name: ${'a'.repeat(50)}\n  mode`, 9, 'spec.service.name', 'must be 1 to 49 characters long, not 50', 'for example name: api'],
  ['a service that ends in a hyphen', 'name: api\n  mode', 'name: api-\n  mode', 9, 'spec.service.name', `${serviceName}, not "api-"`, 'write api'],
  ['a job by its path', 'name: api\n  mode', 'name: a/jobs/b\n  mode', 9, 'spec.service.name', `${serviceName}, not "a/jobs/b"`, 'only Cloud Run services can be guarded, not jobs or worker pools'],
  ['a service that is one text', 'service:\n    project: acme\n    region: europe-west1\n    name: api', 'service: api', 6, 'spec.service', 'must be a mapping, not "api"', 'for example service: {project: acme, region: europe-west1, name: api}'],
  ['an unknown field of the service', '    region', '    zone: b\n    region', 8, 'spec.service.zone', 'there is no such field', 'there are project, region, name', 'onlyOffline'],
  ['a mode in lower case', 'mode: Enforce', 'mode: enforce', 10, 'spec.mode', 'must be Enforce or Observe, not "enforce"', 'did you mean Enforce?'],
  ['a mode that is far off', 'mode: Enforce', 'mode: dry-run', 10, 'spec.mode', 'must be Enforce or Observe, not "dry-run"', 'write Enforce or Observe'],
  ['a job beside the service', '  mode: Enforce', '  job: {name: nightly}', 10, 'spec.job', 'Cloud Run jobs are refused: they serve no requests that could be judged', 'only Cloud Run services can be guarded: write service: {project, region, name}', 'onlyOffline'],
  ['Prometheus without an address', 'type: GoogleManagedPrometheus', 'type: Prometheus', 11, 'spec.metrics', 'address is required with type Prometheus', 'add address: https://prometheus.example.com'],
  ['an address for Google', 'GoogleManagedPrometheus', 'GoogleManagedPrometheus\n    address: http://a', 11, 'spec.metrics', 'address is only for type Prometheus', 'add type: Prometheus, or remove address'],
  ['a project for Prometheus', 'type: GoogleManagedPrometheus', `${prometheus}http://a\n    project: acme`, 11, 'spec.metrics', 'project is only for type GoogleManagedPrometheus', 'remove project'],
  ['an address without a scheme', 'type: GoogleManagedPrometheus', `${prometheus}prometheus:9090`, 13, 'spec.metrics.address', `${url}, not "prometheus:9090"`, 'write http://prometheus:9090'],
  ['a password in the address', 'type: GoogleManagedPrometheus', `${prometheus}https://a:b@c`, 13, 'spec.metrics.address', `${url}, not "https://a:b@c"`, 'for example address: https://prometheus.example.com'],
  ['a token for Google', google, `${google}\n    ${bearer}`, 11, 'spec.metrics', googleAuth, googleAuthHint],
  ['a password for Google', google, `${google}\n    ${basic}`, 11, 'spec.metrics', googleAuth, googleAuthHint],
  ['a token and a password', google, `${prometheus}http://a\n    ${bearer}\n    ${basic}`, 11, 'spec.metrics', 'must not hold both authorization and basicAuth', 'keep the one that the server asks for'],
  ['a token in the policy itself', google, `${prometheus}http://a\n    authorization: {credentials: s3cr3t}`, 14, 'spec.metrics.authorization.credentials', 'must be a mapping, not "s3cr3t"', 'for example credentials: {name: prometheus, key: token}'],
  ['a token of no Secret', google, `${prometheus}http://a\n    authorization: {}`, 14, 'spec.metrics.authorization.credentials', 'is required', 'add credentials: {name: prometheus, key: token}'],
  ['a token without its key', google, `${prometheus}http://a\n    authorization: {credentials: {name: prom}}`, 14, 'spec.metrics.authorization.credentials.key', 'is required', 'add key: token'],
  ['a token of a Secret in capitals', google, `${prometheus}http://a\n    ${bearer.replace('name: prom', 'name: Prom_Token')}`, 14, 'spec.metrics.authorization.credentials.name', `${secretName}, not "Prom_Token"`, 'write prom-token'],
  ['a token by a way out of the Secrets', google, `${prometheus}http://a\n    ${bearer.replace('name: prom', 'name: ../configmaps/a')}`, 14, 'spec.metrics.authorization.credentials.name', `${secretName}, not "../configmaps/a"`, 'write a'],
  ['a key with a slash', google, `${prometheus}http://a\n    ${bearer.replace('key: token', 'key: a/b')}`, 14, 'spec.metrics.authorization.credentials.key', `${secretKey}, not "a/b"`, 'write b'],
  ['a password without a user', google, `${prometheus}http://a\n    basicAuth: {password: {name: prom, key: pass}}`, 14, 'spec.metrics.basicAuth.username', 'is required', 'add username: {name: prometheus, key: username}'],
  ['a user without a password', google, `${prometheus}http://a\n    basicAuth: {username: {name: prom, key: user}}`, 14, 'spec.metrics.basicAuth.password', 'is required', 'add password: {name: prometheus, key: password}'],
  ["another namespace's Secret", google, `${prometheus}http://a\n    ${bearer.replace('name: prom', 'namespace: x, name: prom')}`, 14, 'spec.metrics.authorization.credentials.namespace', 'there is no such field', 'there are name, key', 'onlyOffline'],
  ['another source of metrics', 'GoogleManagedPrometheus', 'Datadog', 12, 'spec.metrics.type', 'must be GoogleManagedPrometheus or Prometheus, not "Datadog"', 'write GoogleManagedPrometheus or Prometheus'],
  ['a misspelt target', 'targetPercent', 'targetPercnt', 15, 'spec.objectives[0].targetPercnt', 'there is no such field', 'did you mean targetPercent?'],
  ['a target as a share', '99.9', '0.999', 15, 'spec.objectives[0].targetPercent', `${range}, not 0.999`, 'targetPercent is a percentage: write 99.9'],
  ['a target of everything', '99.9', '100', 15, 'spec.objectives[0].targetPercent', `${range}, not 100`, 'for example targetPercent: 99.9'],
  ['a target of 1', '99.9', '1', 15, 'spec.objectives[0].targetPercent', `${range}, not 1`, 'for example targetPercent: 99.9'],
  ['a target in quotes', '99.9', '"99.9"', 15, 'spec.objectives[0].targetPercent', 'must be a number, not "99.9"', 'write 99.9 without quotes or signs'],
  ['a target with a sign', '99.9', '99.9%', 15, 'spec.objectives[0].targetPercent', 'must be a number, not "99.9%"', 'write 99.9 without quotes or signs'],
  ['no target', '      targetPercent: 99.9\n', '', 14, 'spec.objectives[0]', noTarget, 'add targetPercent: 99.9'],
  ['an objective without a name', 'name: availability\n      targetPercent', 'targetPercent', 14, 'spec.objectives[0].name', 'is required', 'add name: availability'],
  ['an objective in capitals', 'name: availability', 'name: Avail ability', 14, 'spec.objectives[0].name', `${label}, not "Avail ability"`, 'write avail-ability'],
  ['an objective that YAML reads as a boolean', 'name: availability', 'name: on', 14, 'spec.objectives[0].name', 'must be text, not true', 'put it in quotes: name: "on"'],
  ['two objectives of one name', 'name: latency', 'name: availability', 16, 'spec.objectives[1].name', 'there is already an objective named availability', 'give it a name of its own'],
  ['no objectives', /* all of them */ '    - name: availability\n      targetPercent: 99.9\n    - name: latency\n      indicator:\n        latency: {percentile: 95, threshold: 300ms}', '    []', 13, 'spec.objectives', 'must have 1 to 20 items, not 0', 'for example objectives: [{name: availability, targetPercent: 99.9}]'],
  ['21 objectives', '    - name: latency\n', `${Array.from({ length: 19 }, (_, n) => `    - {name: o${n}, targetPercent: 99}\n`).join('')}    - name: latency\n`, 13, 'spec.objectives', 'must have 1 to 20 items, not 21', 'for example objectives: [{name: availability, targetPercent: 99.9}]'],
  ['an indicator of no known kind', 'latency: {percentile: 95, threshold: 300ms}', 'uptime: {query: up}\n      targetPercent: 99', 18, 'spec.objectives[1].indicator.uptime', 'there is no such kind of indicator', 'there are requests, latency, ratio, saturation, shared'],
  ['two indicators in one', '        latency: {', '        requests: {}\n        latency: {', 17, 'spec.objectives[1].indicator', one, oneHint],
  ['an indicator that YAML reads as nothing', 'latency: {percentile: 95, threshold: 300ms}', 'requests:\n      targetPercent: 99', 17, 'spec.objectives[1].indicator', one, oneHint],
  ['an indicator that is a word', 'indicator:\n        latency: {percentile: 95, threshold: 300ms}', 'indicator: requests', 17, 'spec.objectives[1].indicator', 'must be a mapping, not "requests"', 'for example indicator: {requests: {}}'],
  ['a latency of nothing', '{percentile: 95, threshold: 300ms}', '{threshold: 300ms}', 18, 'spec.objectives[1].indicator.latency', percentileOrQuery, percentileHint],
  ['a latency with a percentile beside its query', '{percentile: 95, threshold: 300ms}', '{percentile: 95, threshold: 300ms, query: x}', 18, 'spec.objectives[1].indicator.latency', percentileOrQuery, percentileHint],
  ['a ratio of nothing', 'latency: {percentile: 95, threshold: 300ms}', 'ratio: {}\n      targetPercent: 99', 18, 'spec.objectives[1].indicator.ratio', queryOrCounters, countersHint],
  ['a ratio without its total', 'latency: {percentile: 95, threshold: 300ms}', 'ratio: {bad: a}\n      targetPercent: 99', 18, 'spec.objectives[1].indicator.ratio', queryOrCounters, countersHint],
  ['a ratio given twice', 'latency: {percentile: 95, threshold: 300ms}', 'ratio: {query: a, bad: b, total: c}\n      targetPercent: 99', 18, 'spec.objectives[1].indicator.ratio', queryOrCounters, countersHint],
  ['a ratio without a target', 'latency: {percentile: 95, threshold: 300ms}', 'ratio: {bad: a, total: b}', 16, 'spec.objectives[1]', noTarget, 'add targetPercent: 99.9'],
  ['an empty query', 'latency: {percentile: 95, threshold: 300ms}', 'ratio: {query: ""}\n      targetPercent: 99', 18, 'spec.objectives[1].indicator.ratio.query', 'must be 1 to 8192 characters long, not 0', `for example query: 'sum(rate(http_requests_total{job="api",status=~"5.."}[5m])) / sum(rate(http_requests_total{job="api"}[5m]))'`],
  ['a query that is no PromQL', 'latency: {percentile: 95, threshold: 300ms}', 'ratio: {query: "sum(rate(a[5m])) /"}\n      targetPercent: 99', 18, 'spec.objectives[1].indicator.ratio.query', 'at 1:19: unexpected end of input', 'write PromQL that Prometheus 2 accepts, such as sum(rate(bad[5m])) / sum(rate(total[5m]))', 'onlyOffline'],
  ['a query that does not count', 'latency: {percentile: 95, threshold: 300ms}', 'ratio:\n          query: |\n            sum(idelta(a[5m]))\n            / sum(rate(a[5m]))\n      targetPercent: 99', 19, 'spec.objectives[1].indicator.ratio.query', 'at 1:5: idelta is for gauges', 'write increase(…[5m])', 'onlyOffline'],
  ['counters that are none', 'latency: {percentile: 95, threshold: 300ms}', 'ratio: {bad: "a offset 1m", total: b}\n      targetPercent: 99', 18, 'spec.objectives[1].indicator.ratio.bad', 'at 1:1: an offset asks about another time', 'remove the offset: how late metrics come is measured', 'onlyOffline'],
  ['a quantile that is none', 'percentile: 95, threshold: 300ms', 'threshold: 300ms, query: "avg(x)"', 18, 'spec.objectives[1].indicator.latency.query', 'at 1:5: this is no quantile of a histogram', 'write histogram_quantile(0.95, sum by (le) (rate(…_bucket[5m])))', 'onlyOffline'],
  ['a path on Cloud Run\'s own latency', 'percentile: 95, threshold: 300ms', "threshold: 300ms, query: 'histogram_quantile(0.95, sum by (le) (rate(run_googleapis_com:request_latencies_bucket{route!=\"/healthz\"}[5m])))'", 18, 'spec.objectives[1].indicator.latency.query', "at 1:95: Cloud Run's own run_googleapis_com:request_latencies_bucket has no label route: it has neither path nor method", "remove it, or use a histogram of the app's own, which has such a label", 'onlyOffline'],
  ['a revision label that is none', 'type: GoogleManagedPrometheus', 'revisionLabel: faas.version', 12, 'spec.metrics.revisionLabel', 'must be the name of a label: letters, digits and underscores, not "faas.version"', 'for example revisionLabel: revision_name'],
  ['a percentile as a share', 'percentile: 95', 'percentile: 0.95', 18, 'spec.objectives[1].indicator.latency.percentile', `${range}, not 0.95`, 'percentile is a percentage: write 95'],
  ['a percentile as a word', 'percentile: 95', 'percentile: p95', 18, 'spec.objectives[1].indicator.latency.percentile', 'must be a number, not "p95"', 'write 95 without quotes or signs'],
  ['a threshold without a unit', '300ms', '300', 18, 'spec.objectives[1].indicator.latency.threshold', 'must be text, not the number 300', 'add its unit: 300ms if milliseconds are meant'],
  ['a threshold with a fraction', '300ms', '0.3s', 18, 'spec.objectives[1].indicator.latency.threshold', `${length}, not "0.3s"`, 'write 300ms'],
  ['a threshold of nothing', '300ms', '0s', 18, 'spec.objectives[1].indicator.latency.threshold', 'must be from 1ms to 1h', 'for example threshold: 300ms'],
  ['a gate that is no boolean', 'targetPercent: 99.9', 'targetPercent: 99.9\n      gate: "no"', 16, 'spec.objectives[0].gate', 'must be true or false, not "no"', 'write false'],
  ['an unknown profile', 'profile: Balanced', 'profile: Carefull', 20, 'spec.rollout.profile', 'must be Fast or Balanced or Careful, not "Carefull"', 'did you mean Careful?'],
  ['falling steps', '[5, 20, 50]', '[5, 50, 20]', 21, 'spec.rollout.stepsPercent', 'steps must rise, each greater than the one before it', 'for example stepsPercent: [5, 20, 50]'],
  ['a step twice', '[5, 20, 50]', '[5, 5]', 21, 'spec.rollout.stepsPercent', 'steps must rise, each greater than the one before it', 'for example stepsPercent: [5, 20, 50]'],
  ['a step of 100', '[5, 20, 50]', '[5, 100]', 21, 'spec.rollout.stepsPercent[1]', 'must be a whole number from 1 to 99, not 100', 'for example stepsPercent: [5, 20, 50]'],
  ['a step of a half', '[5, 20, 50]', '[0.5]', 21, 'spec.rollout.stepsPercent[0]', 'must be a whole number from 1 to 99, not 0.5', 'for example stepsPercent: [5, 20, 50]'],
  ['no steps', '[5, 20, 50]', '[]', 21, 'spec.rollout.stepsPercent', 'must have 1 to 10 items, not 0', 'for example stepsPercent: [5, 20, 50]'],
  ['a step alone', '[5, 20, 50]', '20', 21, 'spec.rollout.stepsPercent', 'must be a list, not the number 20', 'for example stepsPercent: [5, 20, 50]'],
  ['a bake that is too short', '45m', '4m59s', 22, 'spec.rollout.maxBake', 'must be from 5m to 24h', 'for example maxBake: 45m'],
  ['a bake that overflows', '45m', '99999999999999999h', 22, 'spec.rollout.maxBake', 'must be from 5m to 24h', 'for example maxBake: 45m'],
  ['a bake without a unit', '45m', '45', 22, 'spec.rollout.maxBake', 'must be text, not the number 45', 'add its unit: 45m if minutes are meant'],
  ['a watch in days', '24h', '7d', 23, 'spec.rollout.guardWindow', `${length}, not "7d"`, 'write 168h'],
  ['a watch that is too long', '24h', '169h', 23, 'spec.rollout.guardWindow', 'must be from 0s to 168h', 'for example guardWindow: 24h'],
  ['a warmup that is too long', '60s', '16m', 24, 'spec.rollout.warmup', 'must be from 0s to 15m', 'for example warmup: 60s'],
  ['an unknown outcome', 'profile: Balanced', 'onInconclusive: RollBack', 20, 'spec.rollout.onInconclusive', 'must be Promote or Hold or Rollback, not "RollBack"', 'did you mean Rollback?'],
  ['an unknown field of the rollout', 'warmup: 60s', 'warmUp: 60s', 24, 'spec.rollout.warmUp', 'there is no such field', 'did you mean warmup?', 'onlyOffline'],
  ['a saturation of nothing', 'latency: {percentile: 95, threshold: 300ms}', 'saturation: {}', 18, 'spec.objectives[1].indicator.saturation.resource', 'is required', 'add resource: Memory'],
  ['a saturation of something else', 'latency: {percentile: 95, threshold: 300ms}', 'saturation: {resource: memory}', 18, 'spec.objectives[1].indicator.saturation.resource', 'must be Cpu or Memory or Concurrency, not "memory"', 'did you mean Memory?'],
  ['a saturation beside another indicator', 'latency: {percentile: 95, threshold: 300ms}', 'saturation: {resource: Cpu}\n        requests: {}\n      targetPercent: 99', 17, 'spec.objectives[1].indicator', one, oneHint],
  ['a saturation that is to convict', 'latency: {percentile: 95, threshold: 300ms}', 'saturation: {resource: Cpu}\n      gate: true', 16, 'spec.objectives[1]', 'gate: true is not for saturation: it is watched, and convicts no revision', 'remove gate'],
  ['nothing but saturation', '      targetPercent: 99.9\n    - name: latency\n      indicator:\n        latency: {percentile: 95, threshold: 300ms}', '      indicator: {saturation: {resource: Cpu}}', 13, 'spec.objectives', 'at least one must be neither of saturation nor shared: by those alone no revision can be judged', 'add {name: availability, targetPercent: 99.9}'],
  ['tuning that is nothing but a mode', 'warmup: 60s', 'warmup: 60s\n  tuning: Auto', 25, 'spec.tuning', 'must be a mapping, not "Auto"', 'for example tuning: {mode: ServiceLevel}'],
  ['tuning in an unknown mode', 'warmup: 60s', 'warmup: 60s\n  tuning: {mode: Service}', 25, 'spec.tuning.mode', 'must be Off or Recommend or ServiceLevel or Auto, not "Service"', 'write Off or Recommend or ServiceLevel or Auto'],
  ['tuning that YAML reads as no', 'warmup: 60s', 'warmup: 60s\n  tuning: {mode: Off}', 25, 'spec.tuning.mode', 'must be Off or Recommend or ServiceLevel or Auto, not false', 'put it in quotes: mode: "Off"'],
  ['a saturation as a share', 'warmup: 60s', 'warmup: 60s\n  tuning: {maxSaturationPercent: 0.8}', 25, 'spec.tuning.maxSaturationPercent', 'must be a whole number from 30 to 95, not 0.8', 'for example maxSaturationPercent: 80'],
  ['a saturation of everything', 'warmup: 60s', 'warmup: 60s\n  tuning: {maxSaturationPercent: 100}', 25, 'spec.tuning.maxSaturationPercent', 'must be a whole number from 30 to 95, not 100', 'for example maxSaturationPercent: 80'],
  ['bounds the wrong way round', 'warmup: 60s', 'warmup: 60s\n  tuning:\n    concurrency: {min: 80, max: 20}', 26, 'spec.tuning.concurrency', 'min must not be greater than max', 'write {min: 20, max: 80}, or remove one of them'],
  ['a lever that is a number', 'warmup: 60s', 'warmup: 60s\n  tuning: {maxInstances: 100}', 25, 'spec.tuning.maxInstances', 'must be a mapping, not the number 100', 'for example maxInstances: {min: 1, max: 200}'],
  ['a misspelt lever', 'warmup: 60s', 'warmup: 60s\n  tuning: {maxInstance: {max: 100}}', 25, 'spec.tuning.maxInstance', 'there is no such field', 'did you mean maxInstances?', 'onlyOffline'],
  ['a least that is above the most', 'warmup: 60s', 'warmup: 60s\n  tuning: {minInstances: {min: 9}, maxInstances: {max: 8}}', 25, 'spec.tuning', 'minInstances.min must not be greater than maxInstances.max', 'lower minInstances.min, or raise maxInstances.max'],
  ['a database that no instance can connect to', 'warmup: 60s', 'warmup: 60s\n  tuning:\n    connections:\n      - {name: db, max: 25, reserve: 20, perInstance: 10}', 27, 'spec.tuning.connections[0]', 'not even one instance can connect: what max leaves beside reserve must be at least perInstance', '25 without 20 leaves 5 for instances of 10: raise max to 30 or more, or lower reserve or perInstance'],
  ['two databases of one name', 'warmup: 60s', 'warmup: 60s\n  tuning:\n    connections:\n      - {name: db, max: 25, perInstance: 10}\n      - {name: db, max: 50, perInstance: 10}', 28, 'spec.tuning.connections[1].name', 'there are already connections named db', 'give it a name of its own'],
  ['a tier that is no text', 'mode: Enforce', 'tier: 1', 10, 'spec.tier', 'must be text, not the number 1', 'for example tier: api'],
  ['a tier without a letter', 'mode: Enforce', 'tier: ""', 10, 'spec.tier', 'must be 1 to 63 characters long, not 0', 'for example tier: api'],
  ['targets by tier without a tier', 'targetPercent: 99.9', byTier, 15, 'spec.objectives[0].targetPercentByTier', tierless, 'spec.tier is not written: add tier, one of api, beta; or targetPercent'],
  ['targets by tier of other tiers', '  mode: Enforce\n  metrics:\n    type: GoogleManagedPrometheus\n  objectives:\n    - name: availability\n      targetPercent: 99.9', `  tier: prod\n  objectives:\n    - name: availability\n      ${byTier}`, 13, 'spec.objectives[0].targetPercentByTier', tierless, 'tier prod is none of api, beta: add a target for it, or targetPercent'],
  ['targets of no tier', 'targetPercent: 99.9', 'targetPercentByTier: {}\n      targetPercent: 99', 15, 'spec.objectives[0].targetPercentByTier', 'must have 1 to 20 tiers, not 0', 'write targetPercentByTier: {api: 99.9, beta: 99.5}'],
  ['a tier whose target is a share', 'targetPercent: 99.9', 'targetPercentByTier: {api: 0.999}\n      targetPercent: 99', 15, 'spec.objectives[0].targetPercentByTier.api', `${range}, not 0.999`, 'api is a percentage: write 99.9'],
  ['a tier whose target is in quotes', 'targetPercent: 99.9', 'targetPercentByTier: {api: "99.9"}\n      targetPercent: 99', 15, 'spec.objectives[0].targetPercentByTier.api', 'must be a number, not "99.9"', 'write 99.9 without quotes or signs'],
  ['a tier without a name', 'targetPercent: 99.9', 'targetPercentByTier: {"": 99.9}\n      targetPercent: 99', 15, 'spec.objectives[0].targetPercentByTier', 'a tier must be 1 to 63 characters long', 'write targetPercentByTier: {api: 99.9, beta: 99.5}'],
  ['a window in hours', 'mode: Enforce', 'window: 720h', 10, 'spec.window', days, 'write 30d'],
  ['a window in weeks', 'mode: Enforce', 'window: 4w', 10, 'spec.window', days, 'write 28d'],
  ['a window of a number', 'mode: Enforce', 'window: 30', 10, 'spec.window', days, 'write 30d'],
  ['a window that is too short', 'mode: Enforce', 'window: 6d', 10, 'spec.window', days, daysHint],
  ['a window that is too long', 'mode: Enforce', 'window: 91d', 10, 'spec.window', days, daysHint],
  ['a window that is a list', 'mode: Enforce', 'window: [30d]', 10, 'spec.window', days, 'write 30d'],
  ['a window that is true', 'mode: Enforce', 'window: true', 10, 'spec.window', days, daysHint],
  ['a calendar of weeks', 'mode: Enforce', 'window: {calendar: Week}', 10, 'spec.window.calendar', 'must be Month or Quarter, not "Week"', 'write Month or Quarter'],
  ['a time zone without a calendar', 'mode: Enforce', 'window: {timeZone: UTC}', 10, 'spec.window.calendar', 'is required', 'add calendar: Month'],
  ['a calendar that is misspelt', 'mode: Enforce', 'window: {calender: Month}', 10, 'spec.window.calender', 'there is no such field', 'did you mean calendar?'],
  ['a time zone that there is not', 'mode: Enforce', 'window: {calendar: Month, timeZone: Europe/Berln}', 10, 'spec.window.timeZone', 'there is no time zone Europe/Berln', 'did you mean Europe/Berlin?', 'onlyOffline'],
  ['a city for a time zone', 'mode: Enforce', 'window: {calendar: Quarter, timeZone: Tokyo}', 10, 'spec.window.timeZone', 'there is no time zone Tokyo', 'did you mean Asia/Tokyo?', 'onlyOffline'],
  ['a time zone as an offset', 'mode: Enforce', 'window: {calendar: Month, timeZone: "+02:00"}', 10, 'spec.window.timeZone', `${zone}, not "+02:00"`, 'for example timeZone: Europe/Berlin'],
  ['a window of a month', 'mode: Enforce', 'window: 1 month', 10, 'spec.window', days, daysHint],
  ['a warmup by the clock', 'warmup: 60s', 'warmup: 1:30', 24, 'spec.rollout.warmup', `${length}, not "1:30"`, 'write 1m30s if that is meant'],
  ['a warmup in pieces', 'warmup: 60s', 'warmup: 1m 30', 24, 'spec.rollout.warmup', `${length}, not "1m 30"`, 'for example warmup: 60s'],
  ['a slice that does not divide a window', '99.9', '99.9\n      timeSlice: 7m', 16, 'spec.objectives[0].timeSlice', evenly, 'for example timeSlice: 5m'],
  ['a slice in days', '99.9', '99.9\n      timeSlice: 1d', 16, 'spec.objectives[0].timeSlice', 'must be a length of time such as 5m, 1m or 1h, not "1d"', '24h must fill an hour evenly, so that the window is made of whole slices: 1m, 2m, 3m, 4m, 5m, 6m, 10m, 12m, 15m, 20m, 30m, 1h: for example timeSlice: 5m'],
  ['a slice without a unit', '99.9', '99.9\n      timeSlice: 5', 16, 'spec.objectives[0].timeSlice', 'must be text, not the number 5', 'add its unit: 5m if minutes are meant'],
  ['slices of saturation', 'latency: {percentile: 95, threshold: 300ms}', 'saturation: {resource: Cpu}\n      timeSlice: 5m', 16, 'spec.objectives[1]', 'timeSlice is not for saturation: its budget is of minutes already', 'remove timeSlice'],
  ['a shared objective that is to convict', 'latency: {percentile: 95, threshold: 300ms}', 'shared: {bad: a_total, total: b_total}\n      targetPercent: 99\n      gate: true', 16, 'spec.objectives[1]', 'gate: true is not for what is shared: it names no revision, and can convict none', 'remove gate'],
  ['a shared objective without a target', 'latency: {percentile: 95, threshold: 300ms}', 'shared: {bad: a_total, total: b_total}', 16, 'spec.objectives[1]', noTarget, 'add targetPercent: 99.9'],
  ['a shared objective without a total', 'latency: {percentile: 95, threshold: 300ms}', 'shared: {bad: a_total}\n      targetPercent: 99', 18, 'spec.objectives[1].indicator.shared.total', 'is required', `add total: 'cloudsql_connects_total{database="main"}'`],
  ['a shared objective of a gauge', 'latency: {percentile: 95, threshold: 300ms}', 'shared: {bad: a_total, total: up}\n      targetPercent: 99', 18, 'spec.objectives[1].indicator.shared.total', 'at 1:1: up is a gauge: it says how much there is, not how often something happens', 'count events: a counter ends in _total, _count or _bucket', 'onlyOffline'],
  ['nothing but what is shared', '      targetPercent: 99.9\n    - name: latency\n      indicator:\n        latency: {percentile: 95, threshold: 300ms}', '      targetPercent: 99\n      indicator: {shared: {bad: a_total, total: b_total}}', 13, 'spec.objectives', 'at least one must be neither of saturation nor shared: by those alone no revision can be judged', 'add {name: availability, targetPercent: 99.9}'],
  ["paths of Cloud Run's own latencies", '{percentile: 95, threshold: 300ms}', '{percentile: 95, threshold: 300ms, excludePaths: ["/healthz"]}', 18, 'spec.objectives[1].indicator.latency', "excludePaths is only for a query: Cloud Run's own latencies know no paths", "remove it, or write query: with a histogram_quantile of the app's own buckets"],
  ['a path that is none', 'latency: {percentile: 95, threshold: 300ms}', `${pasted}excludePaths: [healthz]}`, 18, 'spec.objectives[1].indicator.latency.excludePaths[0]', 'must be a path as the metric has it, such as /healthz, not "healthz"', 'for example excludePaths: [/healthz]'],
  ['a path twice', 'latency: {percentile: 95, threshold: 300ms}', `${pasted}excludePaths: [/a, /a]}`, 18, 'spec.objectives[1].indicator.latency.excludePaths[1]', 'there is already the path /a', 'write it once'],
  ['no paths', 'latency: {percentile: 95, threshold: 300ms}', `${pasted}excludePaths: []}`, 18, 'spec.objectives[1].indicator.latency.excludePaths', 'must have 1 to 20 items, not 0', 'for example excludePaths: [/healthz]'],
  ['two rules of the same action', 'warmup: 60s', rulesOf('whenRemainingBelowPercent: 25, action: Freeze, liftAbovePercent: 35', 'whenRemainingBelowPercent: 0, action: Freeze, liftAbovePercent: 5'), 27, 'spec.errorBudgetPolicy[1].action', 'there is already a rule with action Freeze', 'keep one of them'],
  ['a rule that is never lifted', 'warmup: 60s', rulesOf('whenRemainingBelowPercent: 25, action: Freeze, liftAbovePercent: 25'), 26, 'spec.errorBudgetPolicy[0]', 'liftAbovePercent must be above whenRemainingBelowPercent, or it would come and go with every request', 'write liftAbovePercent: 35'],
  ['a rule without an end', 'warmup: 60s', rulesOf('whenRemainingBelowPercent: 25, action: Freeze'), 26, 'spec.errorBudgetPolicy[0].liftAbovePercent', 'is required', 'add liftAbovePercent: 35'],
  ['a rule with an unknown action', 'warmup: 60s', rulesOf('whenRemainingBelowPercent: 25, action: freeze, liftAbovePercent: 35'), 26, 'spec.errorBudgetPolicy[0].action', 'must be Slow or Freeze or RequirePostmortem, not "freeze"', 'did you mean Freeze?'],
  ['a rule that always holds', 'warmup: 60s', rulesOf('whenRemainingBelowPercent: 100, action: Slow, liftAbovePercent: 99'), 26, 'spec.errorBudgetPolicy[0].whenRemainingBelowPercent', 'must be at least 0 and less than 100, not 100', 'for example whenRemainingBelowPercent: 25'],
  ['rules of an unknown kind', 'warmup: 60s', 'warmup: 60s\n  generate: {rules: Rules}', 25, 'spec.generate.rules', 'must be GlobalRules or PrometheusRule, not "Rules"', 'write GlobalRules or PrometheusRule'],
  ['a runbook that is no URL', 'warmup: 60s', 'warmup: 60s\n  generate: {runbookUrl: docs/api.md}', 25, 'spec.generate.runbookUrl', 'must be an http or https URL without user or fragment, not "docs/api.md"', 'for example runbookUrl: https://example.com/runbooks/api'],
  ['a runbook with a fragment', 'warmup: 60s', 'warmup: 60s\n  generate: {runbookUrl: "https://example.com/#api"}', 25, 'spec.generate.runbookUrl', 'must be an http or https URL without user or fragment, not "https://example.com/#api"', 'for example runbookUrl: https://example.com/runbooks/api'],
];

export const invalid: readonly Invalid[] = rows.map(([what, from, to, line, path, message, hint, onlyOffline]) => {
  if (!fine.includes(from)) throw new Error(`${what}: ${from} is not in the policy`);
  return {
    what,
    from,
    to,
    text: fine.replace(from, to),
    line,
    path,
    message,
    hint,
    onlyOffline: onlyOffline !== undefined,
    unknownToServer: /^at \d+:\d+: |^there is no time zone /.test(message),
  };
});

export const minimal = {
  apiVersion: 'steadyrun.dev/v1alpha1',
  kind: 'SLOPolicy',
  metadata: { name: 'api' },
  spec: {
    service: { project: 'acme', region: 'europe-west1', name: 'api' },
    objectives: [{ name: 'availability', targetPercent: 99.9 }],
  },
};

/** A policy's text as kubectl would send it. */
export const asJson = (text: string): unknown => parse(text, { version: '1.1' });
