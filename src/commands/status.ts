/** `status` and `why`: what the stored status says, without asking Cloud Run or the metrics anything. */
import { setTimeout as sleep } from 'node:timers/promises';
import { notInstalled } from '../kubernetes/access/troubles.ts';
import { NotFound } from '../kubernetes/http/errors.ts';
import { type Page, SloPolicies } from '../kubernetes/policies/slopolicies.ts';
import { storedPolicy } from '../policy/parse.ts';
import type { PolicyKey } from '../policy/policy.ts';
import type { StoredPolicy } from '../policy/stored.ts';
import { Unavailable } from '../ports/errors.ts';
import { next } from '../report/next.ts';
import { objectives } from '../report/objectives.ts';
import { sentences, story, type Told, usualColumns } from '../report/story.ts';
import { table } from '../report/table.ts';
import { fullness } from '../report/tuning.ts';
import { clusterOf, toldOf } from './cluster.ts';
import { type LabAnswer, labAt } from './lab-address.ts';
import { noneAtAll, noneOfThatName } from './no-policies.ts';

export interface StatusOptions {
  readonly kubeconfig?: string;
  readonly lab?: string;
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly watch?: boolean;
  readonly json: boolean;
}

const watchEveryMs = 1000;

export async function status(name: string | undefined, options: StatusOptions): Promise<number> {
  // A reader has nothing to bring to an end.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => process.exit(options.watch ? 0 : 130));
  const cluster = await connect(options);
  try {
    const first = await textOf(cluster, name, options);
    print(first, options);
    if (options.watch) await watch(first, cluster, name, options);
    return 0;
  } finally {
    await cluster.close();
  }
}

/** Says again what has changed; a cluster that is away for a while is waited for. */
async function watch(
  first: string,
  cluster: Cluster,
  name: string | undefined,
  options: StatusOptions,
): Promise<never> {
  for (let before = first; ; await sleep(watchEveryMs)) {
    try {
      const text = await textOf(cluster, name, options);
      if (text !== before) print(text, options);
      before = text;
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      if (error.message !== before) process.stderr.write(`steadyrun: ${error.message}\n`);
      before = error.message;
    }
  }
}

export async function why(name: string, options: StatusOptions): Promise<number> {
  const cluster = await connect(options);
  try {
    const [found] = await cluster.policies(name);
    const { status: current } = found!;
    if (options.json) {
      const { decision, objectives: rows, candidate, stable, lastGood, rejected, hold, conditions } = current;
      const { saturation, tuning } = current;
      const nextStep = next(current, cluster.nowMs());
      const answer = {
        name,
        decision,
        next: nextStep,
        objectives: rows,
        candidate,
        stable,
        lastGood,
        rejected,
        hold,
        saturation,
        tuning,
        conditions,
      };
      process.stdout.write(`${JSON.stringify(answer)}\n`);
      return 0;
    }
    const lines = [
      ...objectives(current, width()),
      ...fullness(current),
      ...sentences(told(found!), cluster.nowMs(), width()),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    return 0;
  } finally {
    await cluster.close();
  }
}

interface Cluster {
  /** One, or all of the namespace; throws where the named one is not there. */
  policies(name: string | undefined): Promise<StoredPolicy[]>;
  /** What is said where there is none at all. */
  nothing(): Promise<string>;
  nowMs(): number;
  close(): Promise<void>;
}

async function connect(options: StatusOptions): Promise<Cluster> {
  const lab = options.lab === undefined ? await labOfShell(options) : await labAt(options.lab);
  const config = clusterOf(options.kubeconfig, lab?.doors ?? null);
  const api = new SloPolicies(config);
  const namespace = options.namespace ?? config.namespace();
  const asked = options.allNamespaces ? undefined : namespace;
  return {
    nothing: async () => noneAtAll(config, asked, await keysOf(api)),
    nowMs: () => (lab ? lab.time.nowMs + (Date.now() - lab.time.wallMs) * lab.time.speed : Date.now()),
    close: () => config.close(),
    policies: async (name) => {
      try {
        if (name === undefined) return await everyPolicy(api, asked);
        const raw = await api.get({ namespace, name });
        // Without SLOPolicies there is none of that name either.
        if (raw === undefined) await page(api, { namespace, limit: 1 });
        if (raw === undefined) throw new Error(await noneOfThatName(config, { namespace, name }, await keysOf(api)));
        return [storedPolicy(raw)];
      } catch (error) {
        throw toldOf(error, { config, kubeconfig: options.kubeconfig, isLab: lab !== null, namespace });
      }
    },
  };
}

/** The lab that `lab env` told this shell of, unless it has gone, or the shell has turned to another cluster since. */
async function labOfShell({ kubeconfig }: StatusOptions): Promise<LabAnswer | null> {
  const { STEADYRUN_LAB: url = '', KUBECONFIG: own } = process.env;
  if (url === '' || kubeconfig !== undefined) return null;
  const lab = await labAt(url).catch(() => null);
  return lab !== null && lab.doors.kubeconfig === own ? lab : null;
}

/** What else there is may be another's business, and then nothing is said of it. */
const keysOf = async (api: SloPolicies): Promise<PolicyKey[]> =>
  (await everyPolicy(api, undefined).catch(() => [])).map(({ key }) => key);

async function everyPolicy(api: SloPolicies, namespace: string | undefined): Promise<StoredPolicy[]> {
  const found: StoredPolicy[] = [];
  let from: string | undefined;
  do {
    const next: Page = await page(api, {
      limit: 500,
      ...(namespace !== undefined && { namespace }),
      ...(from !== undefined && { continue: from }),
    });
    found.push(...next.items.map((item) => storedPolicy(item)));
    from = next.continue === '' ? undefined : next.continue;
  } while (from !== undefined);
  return found;
}

async function page(api: SloPolicies, which: Parameters<SloPolicies['list']>[0]): Promise<Page> {
  try {
    return await api.list(which);
  } catch (error) {
    throw error instanceof NotFound ? new Error(notInstalled, { cause: error }) : error;
  }
}

async function textOf(cluster: Cluster, name: string | undefined, { json }: StatusOptions): Promise<string> {
  const policies = await cluster.policies(name);
  const nowMs = cluster.nowMs();
  if (json) return JSON.stringify(policies.map(({ key, status: current }) => ({ ...key, status: current })));
  if (policies.length === 0) return cluster.nothing();
  if (name === undefined) return table(policies, nowMs).join('\n');
  return policies.flatMap((policy) => story(told(policy), nowMs, width())).join('\n');
}

const told = ({ key, spec, status: current }: StoredPolicy): Told => ({ name: key.name, spec, status: current });

/** Of the terminal; a file or a pipe gets the usual. */
const width = (): number => process.stdout.columns ?? usualColumns;

function print(text: string, { watch: redraws, json }: StatusOptions): void {
  const clear = redraws && !json && process.stdout.isTTY ? '\x1b[H\x1b[J' : '';
  process.stdout.write(`${clear}${text}\n`);
}
