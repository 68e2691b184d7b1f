/** What is said where there is no policy, or none of that name: in which namespace that is, whether there is one, and where some are. */

import type { PooledKubeConfig } from '../kubernetes/http/client.ts';
import { NotFound } from '../kubernetes/http/errors.ts';
import { ask } from '../kubernetes/http/rest.ts';
import type { PolicyKey } from '../policy/policy.ts';
import { closest, didYouMean } from '../policy/suggest.ts';

/** Whoever may not see namespaces is told of none that it is missing. */
async function isNamespace(config: PooledKubeConfig, name: string): Promise<boolean> {
  try {
    await ask(config, { method: 'GET', path: `/api/v1/namespaces/${encodeURIComponent(name)}` });
    return true;
  } catch (error) {
    return !(error instanceof NotFound);
  }
}

/** `known`: those of all namespaces, or none where that is another's business. */
export async function noneOfThatName(
  config: PooledKubeConfig,
  { namespace, name }: PolicyKey,
  known: readonly PolicyKey[],
): Promise<string> {
  const elsewhere = known.find((key) => key.name === name)?.namespace;
  const here = known.filter((key) => key.namespace === namespace).map((key) => key.name);
  const meant = closest(name, here);
  const help = elsewhere
    ? `there is one in namespace ${elsewhere}: add -n ${elsewhere}`
    : meant
      ? didYouMean(meant)
      : 'steadyrun status -A shows them all';
  const isThere = here.length > 0 || (await isNamespace(config, namespace));
  return `there is no SLOPolicy ${name} in namespace ${namespace}${isThere ? '' : ', which does not exist'}; ${help}`;
}

const mostNamed = 5;

/** `namespace`: undefined, all of them were asked for. */
export async function noneAtAll(
  config: PooledKubeConfig,
  namespace: string | undefined,
  known: readonly PolicyKey[],
): Promise<string> {
  if (namespace === undefined) return 'No SLOPolicies in any namespace.';
  const isThere = await isNamespace(config, namespace);
  const nothing = isThere ? `No SLOPolicies in namespace ${namespace}` : `There is no namespace ${namespace}`;
  const others = [...new Set(known.map((key) => key.namespace))];
  if (others.length === 0) return `${nothing}.`;
  const meant = isThere ? undefined : closest(namespace, others);
  if (meant !== undefined) return `${nothing}; ${didYouMean(meant)}`;
  const named = others.slice(0, mostNamed).join(', ') + (others.length > mostNamed ? ', …' : '');
  return `${nothing}; there are some in ${named}: add -n and its name, or -A for all.`;
}
