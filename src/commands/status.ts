/** `status` and `why`: what the stored status says, without asking Cloud Run or the metrics anything. */
import { setTimeout as sleep } from 'node:timers/promises';
import { notInstalled } from '../kubernetes/access/troubles.ts';
import { NotFound } from '../kubernetes/http/errors.ts';
import { type Page, SloPolicies } from '../kubernetes/policies/slopolicies.ts';
import { storedPolicy } from '../policy/parse.ts';
import type { PolicyKey } from '../policy/policy.ts';
import type { StoredPolicy } from '../policy/stored.ts';
import { Unavailable } from '../ports/errors.ts';
import { paragraph } from '../report/columns.ts';
import { columnsOf, folded, linesWithin, usualColumns } from '../report/fit.ts';
import { next } from '../report/next.ts';
import { objectives } from '../report/objectives.ts';
import { sentences, story, type Told } from '../report/story.ts';
import { table, tableWithin } from '../report/table.ts';
import { fullness } from '../report/tuning.ts';
import { clusterOf, toldOf } from './cluster.ts';
import type { Io } from './io.ts';
import { type LabAnswer, LabIsBusy, labAt } from './lab-address.ts';
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
const usualRows = 24;

export async function status(name: string | undefined, options: StatusOptions, io: Io): Promise<number> {
  // To be told to end is how watching ends well, and there is nothing to bring to an end.
  if (options.watch) for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0));
  const cluster = await connect(options);
  try {
    const first = await textOf(cluster, name, options, io);
    print(first, options, io);
    if (options.watch) await watch(first, cluster, name, options, io);
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
  io: Io,
): Promise<never> {
  let shown = first;
  let before = first;
  for (;;) {
    await sleep(watchEveryMs);
    try {
      const text = await textOf(cluster, name, options, io);
      if (text !== before) print(text, options, io);
      shown = text;
      before = text;
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      if (error.message !== before) away(error.message, shown, options, io);
      before = error.message;
    }
  }
}

/** Where the screen is redrawn, a line of its own there: below it the next one would push the rest up. */
function away(message: string, shown: string, options: StatusOptions, io: Io): void {
  const text = `steadyrun: ${message}`;
  const size = windowOf(options, io);
  if (size === undefined) io.stderr.write(`${text}\n`);
  else print([...paragraph('', text, size.columns), ...shown.split('\n')].slice(0, size.rows).join('\n'), options, io);
}

export async function why(name: string, options: StatusOptions, io: Io): Promise<number> {
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
      io.stdout.write(`${JSON.stringify(answer)}\n`);
      return 0;
    }
    const columns = width(io);
    const lines = [
      ...objectives(current, columns),
      ...fullness(current, columns),
      ...sentences(told(found!), cluster.nowMs(), columns ?? usualColumns),
    ].flatMap((line) => (columns === undefined ? line : folded([line], columns)));
    io.stdout.write(`${lines.join('\n')}\n`);
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
  const lab = await labAt(url).catch((error: unknown) => {
    // By the wall's clock everything in it would be told wrongly.
    if (error instanceof LabIsBusy) throw error;
    return null;
  });
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

async function textOf(cluster: Cluster, name: string | undefined, options: StatusOptions, io: Io): Promise<string> {
  const policies = await cluster.policies(name);
  const nowMs = cluster.nowMs();
  if (options.json) return JSON.stringify(policies.map(({ key, status: current }) => ({ ...key, status: current })));
  if (policies.length === 0) return cluster.nothing();
  const size = windowOf(options, io);
  if (name === undefined) {
    const lines = size
      ? tableWithin(policies, nowMs, size.columns, size.rows)
      : table(policies, nowMs, columnsOf(io.stdout));
    return lines.join('\n');
  }
  const lines = policies.flatMap((policy) => story(told(policy), nowMs, width(io)));
  return (size ? linesWithin(lines, size.columns, size.rows) : lines).join('\n');
}

const told = ({ key, spec, status: current }: StoredPolicy): Told => ({ name: key.name, spec, status: current });

/** undefined: of a file or a pipe. */
const width = ({ stdout }: Io): number | undefined => (stdout.isTTY ? columnsOf(stdout) : undefined);

/** What is redrawn in place may take: the cursor comes to stand on the last line. undefined: nothing is redrawn. */
function windowOf({ watch: redraws, json }: StatusOptions, io: Io): { columns: number; rows: number } | undefined {
  const columns = width(io);
  if (!redraws || json || columns === undefined) return undefined;
  return { columns, rows: Math.max(1, (io.stdout.rows || usualRows) - 1) };
}

function print(text: string, options: StatusOptions, io: Io): void {
  const clear = windowOf(options, io) ? '\x1b[H\x1b[J' : '';
  io.stdout.write(`${clear}${text}\n`);
}
