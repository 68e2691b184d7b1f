/** `steadyrun lab`: a simulated world behind loopback addresses, until it is told to end. */
import { Lab } from '../lab/lab.ts';
import { Unreadable } from '../lab/past/line.ts';
import { type Past, PastReader } from '../lab/past/past.ts';
import { populationFrom } from '../lab/population.ts';
import type { ServiceSeed } from '../lab/seed.ts';
import type { Manners } from '../lab/world/manners.ts';
import { durationMs } from '../policy/duration.ts';
import { Misshapen } from '../scenario/shape.ts';
import { linesOf, textOf } from './file.ts';
import type { Io } from './io.ts';
import { banner } from './lab/banner.ts';

export interface LabCommandOptions {
  /** A YAML file. */
  readonly services?: string;
  /** Recorded counters, as OpenMetrics writes them. */
  readonly history?: string;
  readonly seed: number;
  readonly speed: number;
  readonly port: number;
  /** Lengths of time as people write them: "120s". */
  readonly platformDelay: string;
  readonly appDelay: string;
  readonly etags: Manners['etags'];
  readonly latestReady: Manners['latestReady'];
  readonly json: boolean;
}

class WrongUsage extends Error {}

/** Prints where the doors are once all are open, and resolves to the exit code after SIGINT or SIGTERM. */
export async function runLab(options: LabCommandOptions, { stdout, stderr }: Io): Promise<number> {
  const ended = signalled();
  try {
    const past = options.history === undefined ? undefined : await recorded(options.history);
    const lab = await Lab.start({
      seed: options.seed,
      speed: options.speed,
      port: options.port,
      platformDelayMs: length('--platform-delay', options.platformDelay),
      appDelayMs: length('--app-delay', options.appDelay),
      past,
      manners: { etags: options.etags, latestReady: options.latestReady },
      ...(options.services !== undefined && { services: await population(options.services) }),
    });
    stdout.write(options.json ? `${JSON.stringify(lab.description)}\n` : banner(lab.description, past));
    await ended;
    await lab.close();
    return 0;
  } catch (error) {
    stderr.write(`steadyrun lab: ${error instanceof Error ? error.message : error}\n`);
    return error instanceof WrongUsage ? 2 : 1;
  }
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

async function population(file: string): Promise<readonly ServiceSeed[]> {
  const text = await textOf(file);
  try {
    return populationFrom(text);
  } catch (error) {
    if (!(error instanceof Misshapen)) throw error;
    throw new Misshapen(error.message.replaceAll(/^/gm, `${file}: `), { cause: error });
  }
}

/** Throws a sentence that names the file and the line. */
async function recorded(file: string): Promise<Past> {
  const reader = new PastReader();
  let line = 0;
  try {
    for await (const text of linesOf(file)) {
      line++;
      reader.read(text);
    }
    line = 0;
    return reader.end();
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw new Error(`${file}${line > 0 ? `:${line}` : ''}: ${error.message}`, { cause: error });
  }
}

function length(flag: string, text: string): number {
  const lengthMs = durationMs(text);
  if (!Number.isNaN(lengthMs)) return lengthMs;
  throw new WrongUsage(`${flag} must be a length of time such as 90s or 2m, not ${text}`);
}
