/** The credentials that the operator would use, as whoever runs a replay has them. */
import { googleCredentials } from '../../cloudrun/credentials.ts';
import { loadKubeConfig } from '../../kubernetes/http/client.ts';
import { KubernetesSecrets } from '../../kubernetes/http/secrets.ts';
import { monotonicClock } from '../../kubernetes/leader/monotonic.ts';
import { manifest } from '../../manifest.ts';
import type { Secrets, Signer } from '../../prometheus/sign.ts';

const credentialsMs = 10_000;

/** Secrets of the cluster that kubectl would use. */
export function cluster(): { readonly secrets: Secrets; close(): Promise<unknown> } {
  const config = loadKubeConfig({});
  return { secrets: new KubernetesSecrets({ config, clock: monotonicClock }), close: () => config.close() };
}

/** Application default credentials; unlike the operator, nobody waits for them for ever. */
export async function google(): Promise<Signer> {
  let missing = 'there are no Google credentials';
  try {
    return await googleCredentials({
      version: manifest.version,
      signal: AbortSignal.timeout(credentialsMs),
      onWaiting: (message) => {
        missing = message;
      },
    });
  } catch {
    throw new Error(`${missing} Or name a server with --prometheus, or a file with --export.`);
  }
}
