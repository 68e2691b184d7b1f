/** The port Services over the Cloud Run Admin API v2. */
import type { Change } from '../facts/change.ts';
import type { Revision } from '../facts/revision.ts';
import { type Service, type ServiceRef, serviceText } from '../facts/service.ts';
import type { ScalingTargets } from '../facts/settings.ts';
import type { Clock } from '../ports/clock.ts';
import { Refused, Unavailable } from '../ports/errors.ts';
import type { Services } from '../ports/services.ts';
import type { Access } from './access.ts';
import { Caller, type OnCall, type Pace } from './calls.ts';
import { type Clients, createClients } from './clients.ts';
import { Listings } from './listings.ts';
import { type Masked, masked } from './masked.ts';
import { Rest } from './rest.ts';
import { TunedServices } from './tuned.ts';
import { revisionView, serviceView, shortName } from './view.ts';
import { inWords } from './words.ts';

export interface ServicesOptions {
  readonly access: Access;
  readonly version: string;
  readonly clock: Pick<Clock, 'nowMs'>;
  /** Ends the waiting between tries. */
  readonly signal: AbortSignal;
  /** Told of every request: the API's method, the canonical code of the answer, and how long it took. */
  readonly onCall: OnCall;
  /** Told once a region ("project/region") where listing is not allowed, so that services are read one by one. */
  readonly onListDenied: (region: string, message: string) => void;
  readonly pace?: Pace;
}

export async function createServices(options: ServicesOptions): Promise<Services> {
  return new CloudRunServices(await createClients(options.access, options.version), options);
}

class CloudRunServices implements Services {
  readonly #clients: Clients;
  readonly #caller: Caller;
  readonly #tuned: TunedServices;
  readonly #listings: Listings;
  readonly #clock: Pick<Clock, 'nowMs'>;

  constructor(clients: Clients, options: ServicesOptions) {
    this.#clients = clients;
    this.#caller = new Caller(options);
    this.#tuned = new TunedServices(new Rest(options.access, options.version), this.#caller);
    this.#clock = options.clock;
    this.#listings = new Listings({
      source: { list: (project, region) => this.#list(project, region), read: (ref) => this.read(ref) },
      clock: options.clock,
      onListDenied: options.onListDenied,
    });
  }

  glance(ref: ServiceRef): Promise<Service | null> {
    return this.#listings.glance(ref);
  }

  async read(ref: ServiceRef): Promise<Service | null> {
    const asOfMs = this.#clock.nowMs();
    const question = { method: 'GetService', what: `read ${inWords(ref)}`, permission: 'run.services.get' };
    const service = await this.#caller.read(question, async (options) => {
      const [message] = await this.#clients.services.getService({ name: serviceText(ref) }, options);
      return serviceView(ref, message);
    });
    this.#listings.learn(ref, service, asOfMs);
    return service;
  }

  revision(ref: ServiceRef, name: string): Promise<Revision | null> {
    const what = `read revision ${name} of ${inWords(ref)}`;
    return this.#caller.read({ method: 'GetRevision', what, permission: 'run.revisions.get' }, async (options) => {
      const [message] = await this.#clients.revisions.getRevision(
        { name: `${serviceText(ref)}/revisions/${name}` },
        options,
      );
      return revisionView(message);
    });
  }

  targets(ref: ServiceRef, revision: string): Promise<ScalingTargets | null> {
    return this.#tuned.targets(ref, revision);
  }

  digest(ref: ServiceRef, revision: string): Promise<string | null> {
    return this.#tuned.digest(ref, revision);
  }

  /**
   * Returns once Google has accepted the change; whether it has taken effect is for a later read to see. The operation that
   * the answer names is never polled: nothing is left running, and nothing can reject later.
   */
  async write(ref: ServiceRef, change: Change, seen: Service): Promise<void> {
    if (seen.etag === '') throw new Refused(`Refused to write to ${inWords(ref)} without knowing its etag.`);
    const write =
      change.kind === 'Template'
        ? () => this.#tuned.write(ref, change, seen)
        : this.#update(ref, masked(change, seen), seen);
    try {
      await write();
    } finally {
      this.#listings.learn(ref, 'Changed', this.#clock.nowMs());
    }
  }

  #update(ref: ServiceRef, { what, paths, fields }: Masked, { etag }: Service): () => Promise<unknown> {
    const question = { method: 'UpdateService', what, permission: 'run.services.update' };
    const service = { name: serviceText(ref), etag, ...fields };
    return () =>
      this.#caller.write(question, (options) =>
        this.#clients.services.updateService({ service, updateMask: { paths: [...paths] } }, options),
      );
  }

  /** Page by page, keeping of each service only what a decision needs. */
  async #list(project: string, region: string): Promise<Service[]> {
    const parent = `projects/${project}/locations/${region}`;
    const what = `list the services of ${project}/${region}`;
    const question = { method: 'ListServices', what, permission: 'run.services.list' };
    const services: Service[] = [];
    let pageToken = '';
    do {
      const page = await this.#caller.read(question, async (options) => {
        const [, , response] = await this.#clients.services.listServices(
          { parent, pageSize: 100, ...(pageToken !== '' && { pageToken }) },
          { ...options, autoPaginate: false },
        );
        return response;
      });
      if (page?.unreachable?.length)
        throw new Unavailable(`Could not ${what}: Google itself could not reach all of it.`);
      for (const message of page?.services ?? []) {
        services.push(serviceView({ project, region, name: shortName(message.name) ?? '' }, message));
      }
      pageToken = page?.nextPageToken ?? '';
    } while (pageToken !== '');
    return services;
  }
}
