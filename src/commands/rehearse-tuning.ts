/** `steadyrun rehearse --tuning`: what each mode of tuning would make of services over days, before anyone turns it on. */
import { populationFrom } from '../lab/population.ts';
import type { ServiceSeed } from '../lab/seed.ts';
import { behaviourFrom } from '../lab/world/behaviour.ts';
import { resourcesOf } from '../lab/world/template.ts';
import type { Policy } from '../policy/policy.ts';
import type { ControllerName } from '../rehearsal/tuning/controllers/index.ts';
import { type Line, lineOf, unharmed } from '../rehearsal/tuning/line.ts';
import { playAll } from '../rehearsal/tuning/pool.ts';
import type { TuningService } from '../rehearsal/tuning/service.ts';
import { paragraph } from '../report/columns.ts';
import { columnsOf, tableFor, type Window } from '../report/fit.ts';
import { ProgressBar } from '../report/progress.ts';
import { Random } from '../scenario/random.ts';
import { Misshapen } from '../scenario/shape.ts';
import { policyIn, textOf } from './file.ts';
import type { RehearseIo } from './rehearse.ts';

export interface RehearseTuningOptions {
  readonly policy: string;
  readonly services: string;
  readonly days: number;
  readonly seed: number;
  readonly jobs: number;
  readonly json: boolean;
}

/** Recommend and Off write nothing, as untuned does. */
const shown = ['untuned', 'ServiceLevel', 'Auto'] as const satisfies readonly ControllerName[];
const seeds = 3;

/** 0: rehearsed; 1: a policy or the services cannot be read; 130: interrupted. */
export async function rehearseTuning(options: RehearseTuningOptions, { stdout, stderr }: RehearseIo): Promise<number> {
  const policy = await policyIn(options.policy);
  const services = (await populationIn(options.services)).map((seed) => serviceOf(seed, policy));
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const bar = new ProgressBar(stderr, 'runs');
  const lines: Line[] = [];
  try {
    await playAll(services, {
      days: options.days,
      terms: policy.tuning,
      controllers: [unharmed, ...shown],
      seedsOf: ({ name }) =>
        Array.from({ length: seeds }, (_, i) => new Random(options.seed, name, String(i)).below(1_000_000)),
      threads: options.jobs,
      signal: stop.signal,
      onProgress: (done, all) => bar.show(done, all),
      onService: (played) => {
        const these = shown.map((name) => lineOf(played, name));
        lines.push(...these);
        if (!options.json) return;
        bar.clear();
        stdout.write(these.map((line) => `${JSON.stringify(line)}\n`).join(''));
      },
    });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    bar.clear();
  }
  if (!options.json && lines.length > 0) stdout.write(`${humanText(lines, policy, options, stdout)}\n`);
  if (!stop.signal.aborted) return 0;
  stderr.write(`steadyrun: interrupted after ${lines.length / shown.length} of ${services.length} services\n`);
  return 130;
}

/** Throws a sentence that names the file. */
async function populationIn(file: string): Promise<readonly ServiceSeed[]> {
  const text = await textOf(file);
  try {
    return populationFrom(text);
  } catch (error) {
    if (!(error instanceof Misshapen)) throw error;
    throw new Error(`${file}: ${error.message.replaceAll('\n', `\n${file}: `)}`);
  }
}

/** What the lab would run, in closed form. */
function serviceOf(seed: ServiceSeed, { tuning, objectives }: Policy): TuningService {
  const { latencyMs, cpuMsPerRequest, memoryMib, startSeconds } = behaviourFrom(
    new Map(Object.entries(seed.env ?? {})),
  );
  const { cpus, concurrency, ...resources } = resourcesOf(templateOf(seed));
  // A log-normal's mean lies above its median.
  const meanMs = latencyMs.p50 * Math.exp((Math.log(latencyMs.p95 / latencyMs.p50) / 1.645) ** 2 / 2);
  const threshold = objectives
    .map(({ indicator }) => indicator)
    .find((indicator) => indicator.kind === 'Latency' && indicator.percentile === 95);
  const { connections = null } = seed;
  const truth = connections && [{ name: 'connections', reserve: 0, ...connections }];
  return {
    name: seed.name,
    workload: {
      waitSeconds: Math.max(0, meanMs - cpuMsPerRequest) / 1000,
      cpuSeconds: cpuMsPerRequest / 1000,
      cpus,
      slowdown: 0,
      pairSlowdown: 0,
      memoryBase: memoryMib.base / resources.memoryMib,
      memoryPerRequest: memoryMib.perRequest / resources.memoryMib,
    },
    traffic: { lowest: seed.rps, highest: seed.rps, growthPerDay: 1, spikes: null },
    startSeconds,
    driftSeconds: null,
    sloSeconds: threshold?.kind === 'Latency' ? threshold.thresholdMs / 1000 : Number.POSITIVE_INFINITY,
    config: {
      concurrency,
      cpuPercent: 100 * resources.cpuTarget,
      concurrencyPercent: 100 * resources.concurrencyTarget,
      minInstances: seed.scaling?.minInstances ?? resources.minInstances,
      maxInstances: Math.min(seed.scaling?.maxInstances ?? Number.POSITIVE_INFINITY, resources.maxInstances),
    },
    release: null,
    connections: truth ?? tuning.connections ?? [],
    declared: tuning.connections ?? [],
    quota: seed.quota ?? Number.POSITIVE_INFINITY,
  };
}

const templateOf = ({ template: { concurrency, cpu, memory, minInstances, maxInstances } = {} }: ServiceSeed) => ({
  ...(concurrency !== undefined && { maxInstanceRequestConcurrency: concurrency }),
  containers: [
    { resources: { limits: { ...(cpu !== undefined && { cpu }), ...(memory !== undefined && { memory }) } } },
  ],
  scaling: {
    ...(minInstances !== undefined && { minInstanceCount: minInstances }),
    ...(maxInstances !== undefined && { maxInstanceCount: maxInstances }),
  },
});

const header = ['SERVICE', 'CONTROLLER', 'SATURATED', 'SLO MISSED', 'FAILED', 'INSTANCE HOURS', 'REVISIONS', 'WORSE'];

function humanText(
  lines: readonly Line[],
  { tuning }: Policy,
  { days, seed }: RehearseTuningOptions,
  window: Window,
): string {
  const rows = lines.map((line) => [
    line.service,
    line.controller,
    `${line.saturatedPercent.toFixed(2)} %`,
    `${line.sloMissPercent.toFixed(2)} %`,
    `${line.failedPercent.toFixed(3)} %`,
    line.instanceHours.toFixed(0),
    String(line.revisions),
    line.harmed ? 'yes' : '',
  ]);
  const how = `${days === 1 ? '1 day' : `${days} days`} each, means of ${seeds} runs, seed ${seed}. Saturated and SLO missed are shares of the minutes, failed of the requests.`;
  const undeclared =
    'tuning.connections is not written: this is as if there were nothing to connect to. Write it (or [] if so): without it the usual mode only recommends.';
  return [
    ...tableFor(window, { heading: header, rows, right: header.slice(2, -1), names: 2 }),
    '',
    ...[how, ...(tuning.connections === null ? [undeclared] : [])].flatMap((text) =>
      paragraph('', text, columnsOf(window)),
    ),
  ].join('\n');
}
