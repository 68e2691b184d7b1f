/** The port Logs over Cloud Logging. */
import { type Answer, known, type Unknown, unknown } from '../facts/answer.ts';
import type { Json } from '../facts/json.ts';
import type { OutOfMemory } from '../facts/saturation.ts';
import { type ServiceRef, serviceText } from '../facts/service.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logs } from '../ports/logs.ts';
import { countedBy, type Kill, pageOf, questionOf } from './entries.ts';

/** Cloud Logging, asked with whatever credentials there are. */
export interface LoggingApi {
  /** `entries:list`. Rejects with an error that `codeOf` understands. */
  list(question: Json, call: { readonly timeout: number }): Promise<Json>;
  /** Google's canonical code of a failure. */
  codeOf(error: unknown): string;
}

export interface LogsOptions {
  readonly api: LoggingApi;
  readonly clock: Pick<Clock, 'nowMs'>;
  /** Told of every request: the API's method, the canonical code of the answer, and how long it took. */
  readonly onCall: (method: string, code: string, seconds: number) => void;
}

const mostPages = 5;
const timeoutMs = 10_000;
const freshMs = 60_000;
const afterDenialMs = 10 * 60_000;
const mostRemembered = 2_000;

/** What was read of a service's log, and when. */
interface Reading {
  readonly atMs: number;
  readonly fromMs: number;
  readonly kills: readonly Kill[];
}

export class CloudLogs implements Logs {
  readonly #options: LogsOptions;
  readonly #readings = new Map<string, Reading>();
  /** By project: why nothing can be had, and until when that is believed. */
  readonly #denied = new Map<string, { readonly untilMs: number; readonly answer: Unknown }>();

  constructor(options: LogsOptions) {
    this.#options = options;
  }

  async outOfMemory(ref: ServiceRef, fromMs: number, toMs: number): Promise<Answer<OutOfMemory>> {
    const nowMs = this.#options.clock.nowMs();
    const denied = this.#denied.get(ref.project);
    if (denied && nowMs < denied.untilMs) return denied.answer;
    const reading = this.#readings.get(serviceText(ref));
    const isFresh = reading && nowMs >= reading.atMs && nowMs < reading.atMs + freshMs && fromMs >= reading.fromMs;
    if (isFresh) return known(countedBy(reading.kills, fromMs, toMs));
    try {
      const kills = await this.#read(ref, fromMs, toMs);
      if (kills === null) return unknown('InsufficientSamples', unfinished(ref));
      this.#remember(ref, { atMs: nowMs, fromMs, kills });
      return known(countedBy(kills, fromMs, toMs));
    } catch (error) {
      return this.#failed(ref, error, nowMs);
    }
  }

  /** null: nothing was found, and not all of it was read. */
  async #read(ref: ServiceRef, fromMs: number, toMs: number): Promise<Kill[] | null> {
    const kills: Kill[] = [];
    let token: string | null = null;
    for (let pages = 0; pages < mostPages; pages++) {
      const page = pageOf(await this.#ask(questionOf(ref, fromMs, toMs, token)));
      kills.push(...page.kills);
      token = page.next;
      if (token === null) return kills;
    }
    return kills.length > 0 ? kills : null;
  }

  async #ask(question: Json): Promise<Json> {
    const { api, onCall } = this.#options;
    const startedMs = performance.now();
    const told = (code: string) => onCall('ListLogEntries', code, (performance.now() - startedMs) / 1000);
    try {
      const answer = await api.list(question, { timeout: timeoutMs });
      told('OK');
      return answer;
    } catch (error) {
      told(api.codeOf(error));
      throw error;
    }
  }

  #remember(ref: ServiceRef, reading: Reading): void {
    this.#readings.delete(serviceText(ref));
    this.#readings.set(serviceText(ref), reading);
    if (this.#readings.size > mostRemembered) this.#readings.delete(this.#readings.keys().next().value!);
  }

  #failed(ref: ServiceRef, error: unknown, nowMs: number): Unknown {
    const code = this.#options.api.codeOf(error);
    if (code === 'PERMISSION_DENIED') {
      const answer = unknown('NotGranted', denial(ref, error));
      this.#denied.set(ref.project, { untilMs: nowMs + afterDenialMs, answer });
      return answer;
    }
    const said = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim().slice(0, 300);
    const message = `Cloud Logging of ${ref.project} could not be asked: ${code}, "${said}". ${unseen}`;
    return unknown(code === 'RESOURCE_EXHAUSTED' ? 'RateLimited' : 'ProviderError', message);
  }
}

const unseen = 'Kills for want of memory are not seen.';

function denial({ project }: ServiceRef, error: unknown): string {
  return (error as { readonly reason?: unknown }).reason === 'SERVICE_DISABLED'
    ? `The Cloud Logging API (logging.googleapis.com) is not enabled in ${project}: kills for want of memory are not seen.`
    : `roles/logging.viewer is not granted in ${project}: kills for want of memory are not seen.`;
}

const unfinished = ({ name, project }: ServiceRef): string =>
  `The log of ${name} in ${project} is too long to be read to its end. ${unseen}`;
