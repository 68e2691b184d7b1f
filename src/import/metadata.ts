/** What Kubernetes objects of every kind say of themselves: labels and annotations that a policy can have, too. */
import type { From, Texts } from './draft.ts';
import { isGiven, type Reading, type Spot, within, without } from './place.ts';
import { isMapping, optionalText } from './read.ts';

/** What Kubernetes itself writes, and what kubectl keeps a copy of. */
const kubernetesOwn = [
  'uid resourceVersion generation creationTimestamp deletionTimestamp managedFields selfLink generateName finalizers',
  'ownerReferences deletionGracePeriodSeconds',
].flatMap((line) => line.split(' '));
export const metadataFields = ['name', 'namespace', 'labels', 'annotations', 'displayName', ...kubernetesOwn];
const copyOfKubectl = 'kubectl.kubernetes.io/last-applied-configuration';

const prefixed = (name: string): RegExp => new RegExp(`^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?${name}$`);
const segment = '[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?';
const key = prefixed(segment);
const labelValue = new RegExp(`^(${segment})?$`);

interface Described {
  readonly labels: Texts;
  readonly annotations: Texts;
}

/**
 * What is said by labels and annotations. A policy's labels are those of Kubernetes, which are narrower than those of
 * Prometheus: what does not fit is an annotation.
 */
export function* describedIn(metadata: Spot, ...more: readonly Spot[]): Reading<Described> {
  const labels: Texts[] = [];
  for (const spot of [within(metadata, 'labels'), ...more]) labels.push(yield* textsIn(spot));
  const annotations = yield* textsIn(within(metadata, 'annotations'));
  const isLabel = ([, { value }]: readonly [string, From<string>]): boolean => labelValue.test(value);
  const all: [string, From<string>][] = Object.entries(Object.assign({}, ...labels));
  return {
    labels: Object.fromEntries(all.filter(isLabel)),
    annotations: { ...Object.fromEntries(all.filter((one) => !isLabel(one))), ...annotations },
  };
}

/** Names of our own say what to do, and nobody has asked for that yet. */
const isTaken = (name: string): boolean => key.test(name) && !/^([a-z0-9-]+\.)*steadyrun\.dev\//.test(name);

function* textsIn(spot: Spot): Reading<Texts> {
  if (!isGiven(spot)) return {};
  if (!isMapping(spot.value)) {
    yield without(spot, 'must be a mapping of names to texts', 'write it as name: "text"');
    return {};
  }
  const kept: [string, From<string>][] = [];
  for (const [name, value] of Object.entries(spot.value).filter(([name]) => name !== copyOfKubectl)) {
    const at = within(spot, name);
    const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    if (typeof text === 'string' && isTaken(name)) kept.push([name, { value: text, spot: at }]);
    else
      yield without(at, 'cannot be carried over: labels and annotations of a policy are texts with plain names', hint);
  }
  return Object.fromEntries(kept);
}

const hint =
  'write it into metadata.annotations of the policy, as text, by a name of letters, digits, hyphens and dots';

export function* namespaceIn(metadata: Spot): Reading<From<string> | null> {
  const spot = within(metadata, 'namespace');
  const value = yield* optionalText(spot);
  return value === undefined ? null : { value, spot };
}

/** A DNS label of what people call something; empty where nothing is left. */
export const labelOf = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '');
