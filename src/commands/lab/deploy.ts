/** `steadyrun lab deploy`: a new revision that behaves as it is told. */
import { SloPolicies } from '../../kubernetes/policies/slopolicies.ts';
import { storedPolicy } from '../../policy/parse.ts';
import { clusterOf } from '../cluster.ts';
import { asked, type LabChoice, labOf, type RunningLab } from './door.ts';

export interface DeployOptions extends LabChoice {
  readonly errors?: number;
  /** P50/P95/P99, milliseconds. */
  readonly latency?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly json: boolean;
}

interface Deployed {
  readonly project: string;
  readonly region: string;
  readonly name: string;
  readonly revision: string;
  readonly env: Readonly<Record<string, string>>;
  /** Of the traffic: what goes to whatever is newest. */
  readonly percent: number;
}

export async function labDeploy(service: string, options: DeployOptions): Promise<number> {
  const { errors, latency, env = {} } = options;
  for (const [flag, variable, given] of [
    ['--errors', 'LAB_ERROR_PERCENT', errors],
    ['--latency', 'LAB_LATENCY_MS', latency],
  ] as const)
    if (given !== undefined && env[variable] !== undefined)
      throw new Error(`${flag} and --env ${variable} say the same thing twice: leave one out`);
  const behaviour = {
    ...(errors !== undefined && { LAB_ERROR_PERCENT: String(errors) }),
    ...(latency !== undefined && { LAB_LATENCY_MS: latency }),
  };
  const lab = await labOf(options);
  const deployed = await asked<Deployed>(lab, '/lab/v1/deployments', { service, env: { ...env, ...behaviour } });
  const text = options.json ? JSON.stringify(deployed) : (await inWords(deployed, lab)).join('\n');
  process.stdout.write(`${text}\n`);
  return 0;
}

async function inWords(deployed: Deployed, lab: RunningLab): Promise<string[]> {
  const { revision, env, name, percent } = deployed;
  const said = Object.entries(env).map(([variable, value]) => `${variable}=${value}`);
  const policy = await policyFor(deployed, lab);
  return [
    `${revision} is deployed. It runs with ${said.join(' ') || 'nothing set'}; all else is healthy.`,
    ...(percent > 0
      ? [`It gets ${percent} % of the traffic as soon as it is ready: nobody has pinned ${name} to a revision.`]
      : []),
    ...(policy === null ? [`No SLOPolicy names ${name}, so nobody guards it.`] : []),
    ...(policy !== null && percent > 0
      ? [`For a rollout, deploy once the operator has: kubectl wait slopolicy/${policy} --for=condition=Ready`]
      : []),
    '',
    ...(policy === null ? [] : [`  npx steadyrun status ${policy} -w --lab ${lab.url}`]),
    `  npx steadyrun lab truth ${name} --lab ${lab.url}`,
  ];
}

/** As a command takes it, with its namespace where that is another than kubectl's here. */
async function policyFor({ project, region, name }: Deployed, lab: RunningLab): Promise<string | null> {
  const config = clusterOf(undefined, lab);
  try {
    const { items } = await new SloPolicies(config).list({ limit: 500 });
    for (const { key, spec } of items.map((item) => storedPolicy(item))) {
      const service = spec.ok ? spec.policy.service : null;
      const isMeant = service?.name === name && service.project === project && service.region === region;
      if (isMeant) return key.namespace === 'default' ? key.name : `${key.name} -n ${key.namespace}`;
    }
    return null;
  } finally {
    await config.close();
  }
}
