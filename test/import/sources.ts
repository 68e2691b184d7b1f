/** The examples, by the tool that they are written for, and what becomes of them in a few words. */
import { readdirSync, readFileSync } from 'node:fs';
import { type Imported, imported, type Source, sources } from '../../src/import/import.ts';
import type { Target } from '../../src/import/policies.ts';
import { checkPolicies } from '../../src/policy/check/policies.ts';
import type { Objective, Policy } from '../../src/policy/policy.ts';

export interface Example {
  readonly source: Source;
  /** pyrra/ratio.yaml */
  readonly name: string;
  readonly text: string;
}

const folder = new URL('examples/', import.meta.url);

/** The shapes that the documentation of each tool shows, in words of our own. */
export const examples: readonly Example[] = sources.flatMap((source) =>
  readdirSync(new URL(source, folder)).map((file) => ({
    source,
    name: `${source}/${file}`,
    text: readFileSync(new URL(`${source}/${file}`, folder), 'utf8'),
  })),
);

export const example = (name: string): Example => examples.find((one) => one.name === name)!;

/** Pyrra says nothing of services. */
export const target = (source: Source): Target => ({
  project: 'acme',
  region: 'europe-west1',
  service: source === 'pyrra' ? 'search' : null,
});

export const importOf = ({ source, text }: Pick<Example, 'source' | 'text'>, others: Partial<Target> = {}): Imported =>
  imported({ source, file: 'slos.yaml', text }, { ...target(source), ...others });

/** What `check` reads in it. Throws where it finds anything. */
export function policiesIn({ text }: Imported): readonly Policy[] {
  if (text === '') return [];
  const { policies, findings } = checkPolicies(text);
  if (findings.length > 0) throw new Error(JSON.stringify(findings));
  return policies.map(({ policy }) => policy);
}

/** "checkout: orders-available 99.9 % of Ratio over 30d" */
export const objectivesOf = (result: Imported): string[] =>
  policiesIn(result).flatMap((policy) =>
    policy.objectives.map(
      (one) => `${policy.service.name}: ${one.name} ${percent(one)} of ${kindOf(one)}${over(policy)}`,
    ),
  );

/** "16 note slos[0].alerting"; without "note" an SLO was lost. */
export const toldOf = ({ told }: Imported): string[] =>
  told.map(({ line, of, path }) => [line, ...(of === 'Detail' ? ['note'] : []), path].join(' ').trim());

const percent = ({ allowedBadFraction }: Objective): string =>
  `${Number((100 * (1 - allowedBadFraction)).toPrecision(9))} %`;

const kindOf = ({ indicator, timeSliceMs }: Objective): string => {
  const kind = indicator.kind === 'Latency' ? `Latency ${indicator.thresholdMs} ms` : indicator.kind;
  return timeSliceMs === null ? kind : `${kind} in slices of ${timeSliceMs / 60_000} min`;
};

const over = ({ window }: Policy): string =>
  window.kind === 'Rolling'
    ? ` over ${window.lengthMs / 86_400_000} d`
    : ` over a ${window.period} in ${window.timeZone}`;
