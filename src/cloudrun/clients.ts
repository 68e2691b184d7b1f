/**
 * The generated Cloud Run clients, over REST: one of each for the whole process and every region.
 * Build them only with credentials that work (see credentials.ts).
 */
import type { RevisionsClient } from '@google-cloud/run/build/src/v2/revisions_client.js';
import type { ServicesClient } from '@google-cloud/run/build/src/v2/services_client.js';
import { type Access, boundToLab } from './access.ts';

export interface Clients {
  readonly services: Pick<ServicesClient, 'getService' | 'listServices' | 'updateService'>;
  readonly revisions: Pick<RevisionsClient, 'getRevision'>;
}

/**
 * Imports two of the package's eight clients, by path: its front door also loads the other six and a megabyte of message
 * classes that nothing here uses.
 */
export async function createClients(access: Access, version: string): Promise<Clients> {
  const [{ ServicesClient }, { RevisionsClient }] = await Promise.all([
    import('@google-cloud/run/build/src/v2/services_client.js'),
    import('@google-cloud/run/build/src/v2/revisions_client.js'),
  ]);
  const options = {
    fallback: true,
    libName: 'steadyrun',
    libVersion: version,
    universeDomain: 'googleapis.com',
    ...('labOrigin' in access
      ? {
          authClient: boundToLab(access.labOrigin, version),
          protocol: 'http',
          apiEndpoint: access.labOrigin.hostname,
          port: Number(access.labOrigin.port || 80),
        }
      : { authClient: access.credentials }),
  };
  return { services: new ServicesClient(options), revisions: new RevisionsClient(options) };
}
