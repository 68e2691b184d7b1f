/** Over how long an error budget goes, and what is generated: from what is declared to what is meant. */
import type { BudgetWindow, GeneratedKept } from './policy.ts';
import type { Problem } from './problems.ts';
import type { Spec } from './spec.ts';
import { closest, didYouMean } from './suggest.ts';

const dayMs = 86_400_000;

export const usualWindow: BudgetWindow = { kind: 'Rolling', lengthMs: 30 * dayMs };

type Read =
  | { readonly ok: true; readonly window: BudgetWindow }
  | { readonly ok: false; readonly problems: readonly [Problem] };

/** The API server knows no time zones; an unknown one is refused here. */
export function windowOf(declared: Spec['window']): Read {
  if (declared === undefined) return { ok: true, window: usualWindow };
  if (typeof declared === 'string') {
    return { ok: true, window: { kind: 'Rolling', lengthMs: Number.parseInt(declared, 10) * dayMs } };
  }
  const { calendar: period, timeZone = 'UTC' } = declared;
  if (isZone(timeZone)) return { ok: true, window: { kind: 'Calendar', period, timeZone } };
  const message = `there is no time zone ${timeZone}`;
  return {
    ok: false,
    problems: [{ path: ['spec', 'window', 'timeZone'], kind: 'Zone', message, hint: meant(timeZone) }],
  };
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** A city alone names its zone. */
function meant(name: string): string {
  const zones = Intl.supportedValuesOf('timeZone');
  const ofCity = zones.find((zone) => zone.toLowerCase().endsWith(`/${name.toLowerCase()}`));
  const near = ofCity ?? closest(name, zones);
  return near === undefined ? 'write the name of an IANA time zone, such as Europe/Berlin or UTC' : didYouMean(near);
}

export const generatedOf = (declared: Spec['generate']): GeneratedKept => ({
  rules: declared?.rules ?? null,
  runbookUrl: declared?.runbookUrl ?? null,
});
