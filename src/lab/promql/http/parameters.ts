/** The parameters of the HTTP API, from the address and from a form, understood or refused in Prometheus' words. */
import { parseDurationMs } from '../../../promql/literals.ts';
import { ApiFailure, badParameter } from './failure.ts';

const mostPoints = 11_000;
const secondsPattern = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i;
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)$/;

export interface Steps {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

export class Parameters {
  readonly #values: URLSearchParams;

  /** Of two values for one name, the form's is the one that counts. */
  constructor(address: URLSearchParams, form: URLSearchParams) {
    this.#values = new URLSearchParams([...form, ...address]);
  }

  text(name: string): string {
    return this.#values.get(name) ?? '';
  }

  all(name: string): string[] {
    return this.#values.getAll(name);
  }

  /** Unix seconds, with a fraction or without, or RFC 3339; to the millisecond. */
  timeMs(name: string, absentMs?: number): number {
    const text = this.text(name);
    if (text === '' && absentMs !== undefined) return absentMs;
    const ms = secondsPattern.test(text)
      ? Math.round(Number(text) * 1000)
      : rfc3339.test(text)
        ? Date.parse(text)
        : Number.NaN;
    if (!Number.isNaN(ms)) return ms;
    const optional = absentMs === undefined ? '' : `Invalid time value for '${name}': `;
    throw badParameter(name, `${optional}cannot parse "${text}" to a valid timestamp`);
  }

  steps(): Steps {
    const startMs = this.timeMs('start');
    const endMs = this.timeMs('end');
    if (endMs < startMs) throw badParameter('end', 'end timestamp must not be before start time');
    const stepMs = this.#durationMs('step');
    if (stepMs <= 0) {
      throw badParameter(
        'step',
        'zero or negative query resolution step widths are not accepted. Try a positive integer',
      );
    }
    if ((endMs - startMs) / stepMs > mostPoints) {
      throw new ApiFailure(
        'bad_data',
        'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
      );
    }
    return { startMs, endMs, stepMs };
  }

  #durationMs(name: string): number {
    const text = this.text(name);
    const ms = secondsPattern.test(text) ? Math.round(Number(text) * 1000) : parseDurationMs(text);
    if (ms === undefined) throw badParameter(name, `cannot parse "${text}" to a valid duration`);
    return ms;
  }
}
