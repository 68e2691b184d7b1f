/** `status` and `why`: what the stored status says, without asking Cloud Run or the metrics anything. */
import { setTimeout as sleep } from 'node:timers/promises';
import { loadKubeConfig, type PooledKubeConfig } from '../kubernetes/client.ts';
import { SloPolicies } from '../kubernetes/slopolicies.ts';
import { storedPolicy } from '../policy/parse.ts';
import type { StoredPolicy } from '../policy/stored.ts';
import { did, next, objectives, why as reasonOf, story } from '../report/story.ts';
import { table } from '../report/table.ts';
import { labAt } from './lab-address.ts';

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
  const cluster = await connect(options);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  try {
    let before = '';
    for (;;) {
      const found = await cluster.policies(name);
      const text = options.json ? jsonOf(found) : textOf(found, name, cluster.nowMs());
      if (text !== before) print(text, options.watch === true && !options.json);
      before = text;
      if (!options.watch) return 0;
      await sleep(watchEveryMs, undefined, { signal: stop.signal }).catch(() => undefined);
      if (stop.signal.aborted) return 0;
    }
  } finally {
    await cluster.close();
  }
}

export async function why(name: string, options: StatusOptions): Promise<number> {
  const cluster = await connect(options);
  try {
    const [found] = await cluster.policies(name);
    const { status: current } = found!;
    if (options.json) {
      const { decision, objectives: rows, candidate, stable, lastGood, rejected, hold } = current;
      const nextStep = next(current, cluster.nowMs());
      const answer = { name, decision, next: nextStep, objectives: rows, candidate, stable, lastGood, rejected, hold };
      process.stdout.write(`${JSON.stringify(answer)}\n`);
      return 0;
    }
    const lines = [
      `why   ${reasonOf(current)}`,
      ...objectives(current).map((line) => `      ${line}`),
      `did   ${did(current)}${current.decision ? ` at ${current.decision.at}` : ''}`,
      `next  ${next(current, cluster.nowMs())}`,
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
  nowMs(): number;
  close(): Promise<void>;
}

async function connect(options: StatusOptions): Promise<Cluster> {
  let config: PooledKubeConfig;
  let nowMs = () => Date.now();
  if (options.lab !== undefined) {
    const { doors, time } = await labAt(options.lab);
    config = loadKubeConfig({ url: doors.kubernetes });
    nowMs = () => time.nowMs + (Date.now() - time.wallMs) * time.speed;
  } else config = loadKubeConfig(options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig });
  const api = new SloPolicies(config);
  const namespace = options.namespace ?? config.namespace();
  return {
    nowMs,
    close: () => config.close(),
    policies: async (name) => {
      if (name === undefined) return everyPolicy(api, options.allNamespaces ? undefined : namespace);
      const raw = await api.get({ namespace, name });
      if (raw === undefined) throw new Error(`there is no SLOPolicy ${name} in namespace ${namespace}`);
      return [storedPolicy(raw)];
    },
  };
}

async function everyPolicy(api: SloPolicies, namespace: string | undefined): Promise<StoredPolicy[]> {
  const found: StoredPolicy[] = [];
  let from: string | undefined;
  do {
    const page = await api.list({
      limit: 500,
      ...(namespace !== undefined && { namespace }),
      ...(from !== undefined && { continue: from }),
    });
    found.push(...page.items.map(storedPolicy));
    from = page.continue === '' ? undefined : page.continue;
  } while (from !== undefined);
  return found;
}

const jsonOf = (policies: readonly StoredPolicy[]): string =>
  JSON.stringify(policies.map(({ key, status: current }) => ({ ...key, status: current })));

function textOf(policies: readonly StoredPolicy[], name: string | undefined, nowMs: number): string {
  if (policies.length === 0) return 'No SLOPolicies here.';
  if (name === undefined) return table(policies, nowMs).join('\n');
  return policies.flatMap(({ key, status: current }) => story({ name: key.name, status: current }, nowMs)).join('\n');
}

function print(text: string, redraw: boolean): void {
  const clear = redraw && process.stdout.isTTY ? '\x1b[H\x1b[J' : '';
  process.stdout.write(`${clear}${text}\n`);
}
