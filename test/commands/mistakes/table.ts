/** Typical mistakes of the first hour: what is written, what is said of it, and what is written by that. */
import { fine } from '../../policy/invalid.ts';

export interface Mistake {
  readonly what: string;
  /** Files beside each other, by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** A line that is printed. */
  readonly says: string;
  /** What is different once the advice is followed. */
  readonly mended: { readonly files?: Readonly<Record<string, string>>; readonly args?: readonly string[] };
}

/** Of a policy: from what to what, and what is to be written then. */
const inPolicy = (what: string, from: string, wrong: string, says: string, right: string): Mistake => ({
  what,
  files: { 'api.yaml': fine.replace(from, wrong) },
  args: ['check', 'api.yaml'],
  says,
  mended: { files: { 'api.yaml': fine.replace(from, right) } },
});

const latency = 'latency: {percentile: 95, threshold: 300ms}';

export const inPolicies: readonly Mistake[] = [
  inPolicy('a target as a share', '99.9', '0.999', 'targetPercent is a percentage: write 99.9', '99.9'),
  inPolicy('a target in quotes', '99.9', '"99.9%"', 'write 99.9 without quotes or signs', '99.9'),
  inPolicy('a misspelt field', 'warmup', 'warmUp', 'did you mean warmup?', 'warmup'),
  inPolicy('a length without its unit', '45m', '45', 'add its unit: 45m if minutes are meant', '45m'),
  inPolicy('a length by the clock', '45m', '1:30', 'write 1h30m if that is meant', '1h30m'),
  inPolicy('a length in days', '24h', '7d', 'write 168h', '168h'),
  inPolicy('a fraction of a second', '300ms', '0.3s', 'write 300ms', '300ms'),
  inPolicy(
    'a zone for a region',
    'region: europe-west1',
    'region: europe-west1-b',
    'write europe-west1',
    'region: europe-west1',
  ),
  inPolicy(
    'a service by its whole path',
    'name: api\n  mode',
    'name: projects/acme/locations/europe-west1/services/api\n  mode',
    'write api',
    'name: api\n  mode',
  ),
  inPolicy(
    'a label that is a number',
    'name: api\nspec',
    'name: api\n  labels: {team: 5}\nspec',
    'put it in quotes: team: "5"',
    'name: api\n  labels: {team: "5"}\nspec',
  ),
  inPolicy(
    'a mode that YAML reads as no',
    'warmup: 60s',
    'warmup: 60s\n  tuning: {mode: Off}',
    'put it in quotes: mode: "Off"',
    'warmup: 60s\n  tuning: {mode: "Off"}',
  ),
  inPolicy('no target', '      targetPercent: 99.9\n', '', 'add targetPercent: 99.9', '      targetPercent: 99.9\n'),
  inPolicy(
    'two indicators in one objective',
    latency,
    `requests: {}\n        ${latency}`,
    'must hold exactly one of requests, latency, ratio, saturation and shared',
    latency,
  ),
  inPolicy(
    'an address without its scheme',
    'type: GoogleManagedPrometheus',
    'type: Prometheus\n    address: prometheus:9090',
    'write http://prometheus:9090',
    'type: Prometheus\n    address: http://prometheus:9090',
  ),
  inPolicy(
    'a time zone by its city',
    'mode: Enforce',
    'window: {calendar: Month, timeZone: Berlin}',
    'did you mean Europe/Berlin?',
    'window: {calendar: Month, timeZone: Europe/Berlin}',
  ),
  inPolicy(
    'a query of an average',
    latency,
    "latency: {threshold: 300ms, query: 'avg(x)'}",
    'write histogram_quantile(0.95, sum by (le) (rate(…_bucket[5m])))',
    "latency: {threshold: 300ms, query: 'histogram_quantile(0.95, sum by (le) (rate(x_seconds_bucket[5m])))'}",
  ),
  inPolicy(
    'an annotation that is misspelt',
    'name: api\nspec',
    'name: api\n  annotations: {steadyrun.dev/pause: "a test"}\nspec',
    'did you mean steadyrun.dev/paused?',
    'name: api\n  annotations: {steadyrun.dev/paused: "a test"}\nspec',
  ),
  inPolicy('tabs', 'spec:\n  service', 'spec:\n\tservice', 'indent with spaces', 'spec:\n  service'),
  {
    what: 'two policies for one service',
    files: { 'api.yaml': fine, 'copy.yaml': fine.replace('name: api\nspec', 'name: copy\nspec') },
    args: ['check', 'api.yaml', 'copy.yaml'],
    says: 'copy.yaml:6:3: spec.service: projects/acme/locations/europe-west1/services/api already has a policy at api.yaml:6',
    mended: { args: ['check', 'api.yaml'] },
  },
  {
    what: 'a folder without a policy',
    files: { 'deploy/role.yaml': 'kind: Role\n', 'policies/api.yaml': fine },
    args: ['check', 'deploy'],
    says: 'deploy:1:1: holds no policy in its one file (*.yaml, *.yml, *.json)',
    mended: { args: ['check', 'policies'] },
  },
];

const scenario = 'name: leak\ntruth: Bad\nevents:\n  - {at: 10m, for: 1h, on: Candidate, errorPercent: 5}\n';
const both = { 'api.yaml': fine, 'leak.yaml': scenario };
const rehearse = ['rehearse', '--policy', 'api.yaml', '--scenario', 'leak.yaml', '--runs', '1'];

/** Of a scenario: the whole line is the position and this. */
const inScenario = (what: string, from: string, wrong: string, says: string): Mistake => ({
  what,
  files: { ...both, 'leak.yaml': scenario.replace(from, wrong) },
  args: rehearse,
  says: `steadyrun: leak.yaml:${says}`,
  mended: { files: both },
});

export const inScenarios: readonly Mistake[] = [
  inScenario(
    'a misspelt field of a scenario',
    'truth: Bad',
    'truth: Bad\nhorizn: 2h',
    '3:1: horizn: there is no such field; did you mean horizon?',
  ),
  inScenario(
    'a misspelt field of an event',
    'errorPercent',
    'errorPercnt',
    '4:39: events[0].errorPercnt: there is no such field; did you mean errorPercent?',
  ),
  inScenario('a scenario without its truth', 'truth: Bad\n', '', '1:1: truth: is required'),
  {
    what: 'a policy handed to --scenario',
    files: both,
    args: ['rehearse', '--policy', 'api.yaml', '--scenario', 'api.yaml', '--runs', '1'],
    says: 'steadyrun: api.yaml:1:1: is a policy, and no scenario; give it to --policy',
    mended: { args: rehearse },
  },
  {
    what: 'a scenario handed to --policy',
    files: both,
    args: ['rehearse', '--policy', 'leak.yaml', '--scenario', 'leak.yaml', '--runs', '1'],
    says: 'steadyrun: leak.yaml:1:1: is a scenario; run steadyrun rehearse --policy POLICY --scenario leak.yaml',
    mended: { args: rehearse },
  },
  {
    what: 'a scenario handed to check',
    files: both,
    args: ['check', 'leak.yaml'],
    says: '    run steadyrun rehearse --policy POLICY --scenario leak.yaml',
    mended: { args: rehearse },
  },
];

const sloth = `version: prometheus/v1
service: api
slos:
  - name: errors
    objective: 99.9
    sli:
      events:
        error_query: sum(rate(http_requests_total{job="api",code=~"5.."}[{{.window}}]))
        total_query: sum(rate(http_requests_total{job="api"}[{{.window}}]))
    alerting: {page_alert: {disable: true}, ticket_alert: {disable: true}}
`;

const recorded = '{"status":"success","data":{"resultType":"matrix","result":[]}}';

export const inCommands: readonly Mistake[] = [
  {
    what: 'a misspelt command',
    files: both,
    args: ['chek', 'api.yaml'],
    says: "steadyrun: unknown command 'chek' (Did you mean check?); --help tells more",
    mended: { args: ['check', 'api.yaml'] },
  },
  {
    what: 'a misspelt option',
    files: both,
    args: ['rehearse', '--polcy', 'api.yaml', '--scenario', 'leak.yaml', '--runs', '1'],
    says: "steadyrun: unknown option '--polcy' (Did you mean --policy?); --help tells more",
    mended: { args: rehearse },
  },
  {
    what: 'an option that is missing',
    files: both,
    args: ['rehearse', '--policy', 'api.yaml', '--runs', '1'],
    says: "steadyrun: required option '--scenario <file>' not specified; --help tells more",
    mended: { args: rehearse },
  },
  {
    what: 'a misspelt rule',
    files: both,
    args: [...rehearse, '--rule', 'flager'],
    says: 'steadyrun: there is no rule flager; did you mean flagger?',
    mended: { args: [...rehearse, '--rule', 'flagger'] },
  },
  {
    what: 'a file that there is not',
    files: both,
    args: ['check', 'apy.yaml'],
    says: 'apy.yaml:1:1: there is no such file',
    mended: { args: ['check', 'api.yaml'] },
  },
  {
    what: 'the SLOs of another tool handed to check',
    files: { 'slo.yaml': sloth },
    args: ['check', 'slo.yaml'],
    says: '    run steadyrun import sloth slo.yaml --project P --region R: it prints the policies',
    mended: { args: ['import', 'sloth', 'slo.yaml', '--project', 'acme', '--region', 'europe-west1'] },
  },
  {
    what: 'an import that does not say where',
    files: { 'slo.yaml': sloth },
    args: ['import', 'sloth', 'slo.yaml'],
    says: 'steadyrun: no SLO says where its Cloud Run service runs: add --project acme --region europe-west1, for example',
    mended: { args: ['import', 'sloth', 'slo.yaml', '--project', 'acme', '--region', 'europe-west1'] },
  },
  {
    what: 'a policy handed to --export',
    files: both,
    args: [...'backtest --policy api.yaml --from 0 --to 60 --export'.split(' '), 'api.yaml'],
    says: 'steadyrun: api.yaml is a policy, and no recording: give it to --policy',
    mended: { args: ['check', 'api.yaml'] },
  },
  {
    what: 'a recording handed to check',
    files: { ...both, 'export.json': recorded },
    args: ['check', 'export.json'],
    says: '    run steadyrun backtest --policy POLICY --from T --to T --export export.json',
    // What it holds is another question.
    mended: { args: ['check', 'api.yaml'] },
  },
];
