/** From SLOs to policies: one a service, with all that its SLOs have in common. */
import type { Draft, From, Metrics, Texts, Window } from './draft.ts';
import { lost, type Reading, without } from './place.ts';

/** What no source knows. */
export interface Target {
  readonly project: string;
  readonly region: string;
  /** null: each service by the name that the source has for it. */
  readonly service: string | null;
}

export interface PolicyDraft {
  readonly service: { readonly project: string; readonly region: string; readonly name: string };
  readonly namespace: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly window: Window | null;
  readonly metrics: Metrics | null;
  /** 1 to 20, names unique. */
  readonly objectives: readonly Draft[];
}

const mostObjectives = 20;
const serviceName = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;
const nameIt = 'add --service with the name of the Cloud Run service';

export function* policiesOf(drafts: readonly Draft[], { project, region, service }: Target): Reading<PolicyDraft[]> {
  const byService = new Map<string, Draft[]>();
  for (const draft of yield* ofOneService(drafts, service)) {
    const name = service ?? (yield* serviceOf(draft));
    if (name !== undefined) byService.set(name, [...(byService.get(name) ?? []), draft]);
  }
  const policies: PolicyDraft[] = [];
  for (const [name, own] of byService) policies.push(yield* policyOf({ project, region, name }, own));
  return policies;
}

/** One name given for all is that of one service. */
function* ofOneService(drafts: readonly Draft[], given: string | null): Reading<Draft[]> {
  const named = new Set(drafts.flatMap(({ service }) => (service ? [service.value] : [])));
  const kept: Draft[] = [];
  for (const draft of drafts) {
    const isMeant = given === null || named.size <= 1 || draft.service === null || draft.service.value === given;
    if (isMeant) kept.push(draft);
    else {
      const message = `is of ${draft.service!.value}, one of ${named.size} services in this file, and --service names ${given}`;
      yield lost(draft.service!.spot, message, 'leave --service out, or give a file for each service');
    }
  }
  return kept;
}

function* serviceOf({ service, spot }: Draft): Reading<string | undefined> {
  if (service === null) yield lost(spot, 'says nothing of the service that it is of', nameIt);
  else if (service.value.length <= 49 && serviceName.test(service.value)) return service.value;
  else yield lost(service.spot, `${JSON.stringify(service.value)} cannot be the name of a Cloud Run service`, nameIt);
  return undefined;
}

function* policyOf(service: PolicyDraft['service'], drafts: readonly Draft[]): Reading<PolicyDraft> {
  const [first] = drafts as readonly [Draft, ...Draft[]];
  const objectives: Draft[] = [];
  for (const draft of drafts) {
    const named = (yield* isOfOnePolicy(draft, first, objectives.length))
      ? yield* withOwnName(draft, objectives)
      : null;
    if (named) objectives.push(named);
  }
  return {
    service,
    namespace: yield* namespaceOf(objectives),
    labels: yield* common(objectives, 'labels'),
    annotations: yield* common(objectives, 'annotations'),
    window: first.window?.value ?? null,
    metrics: first.metrics?.value ?? null,
    objectives,
  };
}

const usualWindow = '30d';

/** There is one policy a service, so that what it has once its SLOs have alike. */
function* isOfOnePolicy(draft: Draft, first: Draft, count: number): Reading<boolean> {
  const windowOf = ({ window }: Draft): string => windowText(window?.value ?? usualWindow);
  if (windowOf(draft) !== windowOf(first)) {
    const message = `is over ${windowOf(draft)}, and the first SLO of the same service over ${windowOf(first)}: a policy has one window`;
    yield lost(draft.window?.spot ?? draft.spot, message, `write ${windowOf(first)}, or leave this SLO where it is`);
    return false;
  }
  if (draft.metrics && JSON.stringify(draft.metrics.value) !== JSON.stringify(first.metrics?.value)) {
    const message = 'is asked elsewhere than the first SLO of the same service: a policy asks one Prometheus';
    yield lost(draft.metrics.spot, message, 'take the metrics of all its SLOs from one server');
    return false;
  }
  if (count < mostObjectives) return true;
  const message = `is one more than the ${mostObjectives} objectives that a policy may have`;
  yield lost(draft.spot, message, 'leave out what is least important');
  return false;
}

const windowText = (window: Window): string =>
  typeof window === 'string'
    ? window
    : `a ${window.calendar.toLowerCase()} of the calendar${window.timeZone === undefined ? '' : ` in ${window.timeZone}`}`;

function* withOwnName(draft: Draft, others: readonly Draft[]): Reading<Draft> {
  const isTaken = (name: string): boolean => others.some((other) => other.name === name);
  if (!isTaken(draft.name)) return draft;
  const numbered = Array.from({ length: mostObjectives + 1 }, (_, index) => `${draft.name.slice(0, 60)}-${index + 2}`);
  const name = numbered.find((one) => !isTaken(one))!;
  yield without(
    draft.spot,
    `another SLO of the service is named ${draft.name}, too: this one becomes ${name}`,
    'give it a name of its own',
  );
  return { ...draft, name };
}

function* namespaceOf(drafts: readonly Draft[]): Reading<string | null> {
  const first = drafts[0]?.namespace ?? null;
  for (const { namespace } of drafts) {
    if (!namespace || namespace.value === first?.value) continue;
    const message = `cannot be carried over: the policy of this service is in ${first?.value ?? 'no namespace that a file names'}`;
    yield without(namespace.spot, message, 'write another namespace into the policy, if it belongs there');
  }
  return first?.value ?? null;
}

/** What they all say; the rest is said of one SLO, and a policy says it of the service. */
function* common(drafts: readonly Draft[], of: 'labels' | 'annotations'): Reading<Record<string, string>> {
  const isCommon = ([name, { value }]: readonly [string, From<string>]): boolean =>
    drafts.every((other) => textNamed(other[of], name) === value);
  for (const draft of drafts) {
    for (const [name, { spot }] of Object.entries(draft[of]).filter((one) => !isCommon(one))) {
      const message = `cannot be carried over: not every SLO of this service has ${name} so, and ${of} are of a policy as a whole`;
      yield without(spot, message, `write it into metadata.${of} of the policy, if it is true of all`);
    }
  }
  const kept = Object.entries(drafts[0]?.[of] ?? {}).filter(isCommon);
  return Object.fromEntries(kept.map(([name, { value }]) => [name, value]));
}

const textNamed = (texts: Texts, name: string): string | undefined =>
  Object.hasOwn(texts, name) ? texts[name]!.value : undefined;
