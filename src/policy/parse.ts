/**
 * The door: `unknown` in, a Policy or what is wrong with it out. Nothing behind it checks a field again. The API server
 * has validated what it stores, yet a policy stored under an older CRD, or read from a file, has to be refused in words.
 */
import { z } from 'zod';
import { record, withoutNulls } from '../facts/json.ts';
import { ms } from '../facts/time.ts';
import { recall, type Vocabulary } from '../status/read.ts';
import { readAlone } from './alone.ts';
import { addressOf, isBlank, strangeAnnotations } from './annotations.ts';
import { apiVersion, kind, postmortemAnnotation, requestAnnotations } from './api.ts';
import { generatedOf, usualWindow, windowOf } from './budget.ts';
import { durationMs } from './duration.ts';
import { metadata } from './metadata.ts';
import type { BudgetWindow, MetricsSource, Policy, PrometheusAuth, TuningPolicy } from './policy.ts';
import { type Problem, problemsOf, problemText } from './problems.ts';
import { type Promises, promisesOf } from './promises.ts';
import { parts, type Spec, spec } from './spec.ts';
import type { StoredPolicy } from './stored.ts';

/** What must hold of any SLOPolicy besides its status; also the base of what the lab's API server admits. */
export const document = z.object({
  apiVersion: z.literal(apiVersion),
  kind: z.literal(kind),
  metadata,
  spec,
});

export type Parsed =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** An SLOPolicy as written in a file or as the API server returns it. */
export function parsePolicy(raw: unknown): Parsed {
  const given = withoutNulls(raw);
  const read = document.safeParse(given);
  if (!read.success) return { ok: false, problems: [...problemsOf(read.error, given), ...readAlone(given).problems] };
  const [promises, window] = [promisesOf(read.data.spec), windowOf(read.data.spec.window)];
  if (!promises.ok || !window.ok) {
    return { ok: false, problems: [promises, window].flatMap((one) => (one.ok ? [] : one.problems)) };
  }
  return { ok: true, policy: policyOf(identityOf(given), read.data.spec, promises.promises, window.window) };
}

/** An SLOPolicy from the API server; whatever it holds, it has a key, a spec or a reason, and a status. */
export function storedPolicy(raw: unknown, vocabulary?: Vocabulary): StoredPolicy {
  const identity = identityOf(raw);
  const { key, uid, generation, createdAtMs } = identity;
  const parsed = parsePolicy(raw);
  const { status, lost, newer } = recall(record(raw).status, vocabulary);
  return {
    key,
    uid,
    generation,
    createdAtMs,
    spec: parsed.ok
      ? parsed
      : { ok: false, message: parsed.problems.map(problemText).join('; '), readable: readableOf(raw, identity) },
    strange: strangeAnnotations(raw),
    status,
    recalled: { lost, newer },
  };
}

/** What can be read although the rest cannot be obeyed; what is in doubt of the rollout is as if it were not there. */
function readableOf(raw: unknown, identity: Identity): Policy | null {
  const given = withoutNulls(record(raw).spec);
  const whose = parts.pick({ service: true, mode: true }).safeParse(given);
  if (!whose.success) return null;
  const { rollout } = parts
    .pick({ rollout: true })
    .catch(parts.pick({ rollout: true }).parse({}))
    .parse(given);
  const { metrics } = parts.pick({ metrics: true }).parse({});
  // By a policy that cannot be obeyed nothing is tuned.
  const { tuning } = parts.pick({ tuning: true }).parse({ tuning: { mode: 'Off' } });
  return policyOf(identity, { ...whose.data, metrics, rollout, tuning, objectives: [] }, nothing, usualWindow);
}

const nothing: Promises = { objectives: [], watched: [], shared: [] };

type Identity = Pick<Policy, 'key' | 'uid' | 'generation' | 'createdAtMs' | 'requests' | 'postmortem'>;

const textMap = z.record(z.string(), z.string());

function identityOf(raw: unknown): Identity {
  const metadata = record(record(raw).metadata);
  const text = (field: string, otherwise: string) => z.string().catch(otherwise).parse(metadata[field]);
  const annotations = textMap.catch({}).parse(metadata.annotations);
  const createdAtMs = ms(text('creationTimestamp', ''));
  return {
    key: { namespace: text('namespace', 'default'), name: text('name', '') },
    uid: text('uid', ''),
    generation: z.number().catch(0).parse(metadata.generation),
    createdAtMs: Number.isNaN(createdAtMs) ? 0 : createdAtMs,
    requests: {
      paused: annotations[requestAnnotations.paused] ?? null,
      promote: revisionIn(annotations[requestAnnotations.promote]),
      abort: revisionIn(annotations[requestAnnotations.abort]),
      retry: revisionIn(annotations[requestAnnotations.retry]),
    },
    postmortem: addressOf(annotations[postmortemAnnotation]),
  };
}

/** null: it names none. */
const revisionIn = (text: string | undefined): string | null => (text === undefined || isBlank(text) ? null : text);

function policyOf(
  identity: Identity,
  { service, mode, tier, metrics, rollout, errorBudgetPolicy, generate, tuning }: Spec,
  promises: Promises,
  window: BudgetWindow,
): Policy {
  const { maxBake, guardWindow, warmup, stepsPercent, ...choices } = rollout;
  return {
    ...identity,
    service,
    mode,
    tier: tier ?? null,
    window,
    metrics: metricsOf(metrics, service.project, identity.key.namespace),
    revisionLabel: metrics.revisionLabel,
    ...promises,
    rollout: {
      ...choices,
      stepsPercent: stepsPercent ?? null,
      maxBakeMs: durationMs(maxBake),
      guardWindowMs: durationMs(guardWindow),
      warmupMs: durationMs(warmup),
    },
    errorBudgetPolicy: errorBudgetPolicy ?? [],
    generate: generatedOf(generate),
    tuning: tuningOf(tuning),
  };
}

function tuningOf(tuning: Spec['tuning']): TuningPolicy {
  const { maxInstances, minInstances, concurrency, scalingTargets, connections } = tuning;
  return {
    mode: tuning.mode ?? (connections === undefined ? 'Recommend' : 'ServiceLevel'),
    maxSaturation: tuning.maxSaturationPercent / 100,
    maxInstances: maxInstances ?? null,
    minInstances: minInstances ?? null,
    concurrency: concurrency ?? null,
    scalingTargetsPercent: scalingTargets ?? null,
    connections: connections ?? null,
  };
}

function metricsOf(metrics: Spec['metrics'], serviceProject: string, namespace: string): MetricsSource {
  const { type, address, project } = metrics;
  if (type === 'Prometheus') return { type, address: address!, auth: authOf(metrics, namespace) };
  return { type, project: project ?? serviceProject };
}

/** A policy names Secrets of its own namespace only: it could have another's sent to an address of its own. */
function authOf({ authorization, basicAuth }: Spec['metrics'], namespace: string): PrometheusAuth | null {
  if (authorization) return { kind: 'Bearer', credentials: { ...authorization.credentials, namespace } };
  if (!basicAuth) return null;
  const { username, password } = basicAuth;
  return { kind: 'Basic', username: { ...username, namespace }, password: { ...password, namespace } };
}
